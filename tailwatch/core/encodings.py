"""Lines that are no UTF-8: decided one by one, because several programs may write into one log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tailwatch.core.lazily import lazy

if TYPE_CHECKING:
    from tailwatch.core.events import Line

_GB2312: Final = lazy(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*+\Z")
"""Chinese in GBK stands in pairs of such bytes; a lone accented letter of Latin-1 does not."""


def readable(line: Line) -> Line:
    """Return the line in UTF-8: Chinese in GBK is decoded, other bytes stay and are shown as marks."""
    raw = line.raw
    if raw.isascii():
        return line
    try:
        raw.decode()
    except UnicodeDecodeError:
        if _GB2312.match(raw):
            return line._replace(raw=raw.decode("gb18030", "replace").encode())
    return line
