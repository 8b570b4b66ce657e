"""Unpacking compressed logs as they are read: by their first bytes, whatever the name says, and never more than is sane.

gzip, xz and bzip2 come with Python; Zstandard with Python 3.14, or with the package `backports.zstd`.
"""

from __future__ import annotations

from tailwatch.core.errors import LogError
from tailwatch.core.text import Text, phrase
from tailwatch.core.typed import TYPE_CHECKING, Any, Final, Protocol, cast
from tailwatch.sources.blocks import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FREE: Final = 1 << 30
"""Bytes that any log may unpack to."""

MAX_RATIO: Final = 500
"""Beyond `FREE`, how much larger than the packed log it may be: real logs stay below 100, a bomb is at 1,000 and more."""

_XZ_MEMORY: Final = 256 << 20
_ZSTD_MODULES: Final = ("compression.zstd", "backports.zstd")


class DamagedError(Exception):
    """The packed data end too early, are broken, or unpack to an absurd size. Says so in words."""


class _Unpacker(Protocol):
    eof: bool
    needs_input: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def unpacked(packing: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the unpacked bytes in blocks; packed files that were put behind one another count as one.

    Raises:
        LogError: nothing here can unpack it.
        DamagedError: the rest cannot be unpacked; what could was yielded.
    """
    taken = given = 0
    unpacker: _Unpacker | None = _unpacker(packing)
    for block in blocks:
        taken += len(block)
        data = block
        while data or (unpacker is not None and not unpacker.needs_input):
            if unpacker is None:
                data = data.lstrip(b"\0")  # padding between members
                if not data:
                    break
                unpacker = _unpacker(packing)
            unpacked_block = _decompress(unpacker, data)
            data = b""
            if unpacked_block:
                given += len(unpacked_block)
                yield unpacked_block
            if given > FREE and given > taken * MAX_RATIO:
                raise DamagedError(Text("it unpacks to more than {n} times its size, which no log does", {"n": MAX_RATIO}))
            if unpacker.eof:
                data, unpacker = unpacker.unused_data, None
    if unpacker is not None:
        raise DamagedError(phrase("it ends in the middle"))


def _decompress(unpacker: _Unpacker, data: bytes) -> bytes:
    try:
        return unpacker.decompress(data, BLOCK)
    except Exception as error:  # noqa: BLE001 - each format has an error class of its own; all mean the same
        raise DamagedError(str(error)) from None


class _Gunzip:
    """zlib's decompressor with the attributes that the others have."""

    def __init__(self, zlib: Any) -> None:
        self._zlib = zlib.decompressobj(31)
        self._full = False

    @property
    def eof(self) -> bool:
        return bool(self._zlib.eof)

    @property
    def needs_input(self) -> bool:
        return not self._full and not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return bytes(self._zlib.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = bytes(self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length))
        self._full = len(out) == max_length  # then more may be waiting inside, though all input was taken
        return out


def _unpacker(packing: str) -> _Unpacker:
    from importlib import import_module  # noqa: PLC0415 - start-up counts

    if packing == "gzip":
        return cast("_Unpacker", _Gunzip(import_module("zlib")))
    if packing == "xz":
        return cast("_Unpacker", import_module("lzma").LZMADecompressor(memlimit=_XZ_MEMORY))
    if packing == "bzip2":
        return cast("_Unpacker", import_module("bz2").BZ2Decompressor())
    for module in _ZSTD_MODULES:
        try:
            return cast("_Unpacker", import_module(module).ZstdDecompressor())
        except ImportError:
            continue
    raise LogError("the log is compressed with Zstandard; unpack it with 'zstd -d', or install the package backports.zstd.")
