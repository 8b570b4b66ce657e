"""The one gate between a log's bytes and a terminal, a file name or another program."""

from __future__ import annotations

from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re

_UNSAFE: Final = lazy(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_COMBINING_RUN: Final = lazy(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def decode(raw: bytes) -> str:
    """Decode one line: UTF-8, else GB18030 (which holds GBK) if it fits, else UTF-8 with the bad bytes marked."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
    return text if _looks_chinese(text) else raw.decode("utf-8", "replace")


def _looks_chinese(text: str) -> bool:
    odd = [c for c in text if ord(c) > 127]
    return sum("一" <= c <= "鿿" or "　" <= c <= "〿" or "＀" <= c <= "￯" for c in odd) >= 0.8 * len(odd)


def sanitise(text: str) -> str:
    """Return text that no terminal acts on: control characters, bidi and zero-width ones become visible marks.

    Tabs stay; runs of combining marks are cut at three. Linear in the length of the text.
    """
    if text.isprintable():
        return text if text.isascii() else _COMBINING_RUN.sub(r"\1", text)
    return _COMBINING_RUN.sub(r"\1", _UNSAFE.sub(_mark, text))


def _mark(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"


def visible(raw: bytes) -> str:
    """Decode and sanitise a line of the log."""
    return sanitise(decode(raw))
