"""Every digit as 0: what makes the shape of a line, or of a message, out of it."""

from __future__ import annotations

from tailwatch.core.typed import Final

DIGITS_TO_ZERO: Final = bytes.maketrans(b"123456789", b"000000000")
"""For `bytes.translate`, which is ten times as fast as that of text."""
TEXT_DIGITS_TO_ZERO: Final = str.maketrans("123456789", "000000000")
"""For `str.translate`."""


def zeroed(text: str) -> str:
    """Return the text with its digits as 0; bytes are translated ten times as fast."""
    return text.encode().translate(DIGITS_TO_ZERO).decode() if text.isascii() else text.translate(TEXT_DIGITS_TO_ZERO)
