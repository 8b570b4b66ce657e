"""Letters of Western languages without their accents: `pérdida` and `perdida` are one word. Loaded where a name has some."""

from __future__ import annotations

import unicodedata

_PLAIN = {code: unicodedata.normalize("NFD", chr(code))[0] for code in range(0xC0, 0x180)}
_PLAIN |= {ord("ł"): "l", ord("Ł"): "L", ord("ı"): "i", ord("ø"): "o", ord("Ø"): "O"}


def without_accents(text: str) -> str:
    """Return a text with plain letters in the place of those with accents."""
    return text.translate(_PLAIN)
