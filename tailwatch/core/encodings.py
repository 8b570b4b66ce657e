"""Logs that are no UTF-8.

Those in UTF-16, or of an encoding that the user names, are decoded as they come. In others lines are decoded one by one, because
several programs may write into one log.
"""

from __future__ import annotations

import codecs

from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re

_GB2312: Final = lazy(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*+\Z")
"""Chinese in GBK stands in pairs of such bytes; a lone accented letter of Latin-1 does not."""

_WIDE: Final = lazy(
    rb"(?:\xef\xbc[\x8b\x8d])?(?:\xef\xbc[\x90-\x99]){1,20}(?:(?:\xef\xbc\x8e|\.)(?:\xef\xbc[\x90-\x99]){1,20})?(?:\xef\xbc\x85)?"
)
"""A number in full-width digits."""
_WIDE_DIGIT: Final = lazy(rb"\xef\xbc[\x90-\x99]")
_MINUS: Final = lazy(rb"\xe2\x88\x92(?=\.?[0-9]|inf\b)")
"""The minus of typography, U+2212, before a number: Babel, NumPy's locale and tables of pandas print it."""
_AS_IT_IS: Final = frozenset(("auto", "utf-8", "ascii"))
_BOMS: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Transcoder:
    """Brings the bytes of a log into UTF-8, where it is of another encoding as a whole.

    Attributes:
        wanted: whether there may be anything to do.
    """

    def __init__(self, encoding: str) -> None:
        self.wanted = True
        self._started = encoding not in _AS_IT_IS
        self._decoder = codecs.getincrementaldecoder(encoding)("replace") if self._started else None

    def utf8(self, data: bytes) -> tuple[bytes, int]:
        """Return the bytes in UTF-8, and the length of the byte order mark of UTF-8 that was before them."""
        mark = 0
        if not self._started and data:
            self._started = True
            for bom, encoding in _BOMS:
                if data.startswith(bom):
                    self._decoder = codecs.getincrementaldecoder(encoding)("replace")
                    data = data[len(bom) :]
            if data.startswith(codecs.BOM_UTF8):
                mark = len(codecs.BOM_UTF8)
                data = data[mark:]
            self.wanted = self._decoder is not None
        if self._decoder is None:
            return data, mark
        return self._decoder.decode(data).encode("utf-8", "surrogatepass"), mark


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


def has_wide_numbers(chunk: bytes) -> bool:
    """Whether there are full-width digits, as some Chinese and Japanese input gives them, or minus signs of typography."""
    return (0xEF in chunk and _WIDE_DIGIT.search(chunk) is not None) or _MINUS.search(chunk) is not None


def narrow(raw: bytes) -> bytes:
    """Return a line with its full-width numbers in the digits of ASCII, and its minus signs; other full-width signs stay."""
    if 0xE2 in raw:
        raw = _MINUS.sub(b"-", raw)
    return _WIDE.sub(_narrow, raw) if 0xEF in raw else raw


def _narrow(number: re.Match[bytes]) -> bytes:
    from unicodedata import normalize  # noqa: PLC0415 - start-up counts

    return normalize("NFKC", number[0].decode()).encode()
