"""Lines that are no UTF-8: decoded one by one, because several programs may write into one log."""

from __future__ import annotations

from typing import Final

from tailwatch.core.lazily import lazy

_GB2312: Final = lazy(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*+\Z")
"""Chinese in GBK stands in pairs of such bytes; a lone accented letter of Latin-1 does not."""


def is_utf8(chunk: bytes) -> bool:
    """Whether a chunk is UTF-8, but for a character at its end that goes on in the next one."""
    try:
        chunk.decode()
    except UnicodeDecodeError as error:
        return error.end == len(chunk) and error.reason == "unexpected end of data"
    return True


def readable(raw: bytes) -> bytes:
    """Return a line in UTF-8: Chinese in GBK is decoded, other bytes stay and are shown as marks."""
    if raw.isascii():
        return raw
    try:
        raw.decode()
    except UnicodeDecodeError:
        if _GB2312.match(raw):
            return raw.decode("gb18030", "replace").encode()
    return raw
