"""One pass over a log as it is now, for `report`, `export` and `check`: plain or compressed, never followed.

`read_once(path, at)` yields the bytes in blocks, then a `Tick` that says whether a process still writes the log, then the
end. Time is `at` where it is given, else now while a writer lives, else the time of the file's last change.
"""

from __future__ import annotations

import importlib
import os
import stat
import time
from typing import IO, TYPE_CHECKING, Final

from tailwatch.core.errors import LogError
from tailwatch.core.events import Data, Notice, Tick
from tailwatch.sources.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import SourceEvent

BLOCK: Final = 256 * 1024
MAX_UNPACKED: Final = 64 << 30
"""Bytes after which a compressed log is taken for a bomb."""

_MAGIC: Final = ((b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\x00", "lzma"), (b"BZh", "bz2"), (b"\x28\xb5\x2f\xfd", "zstd"))


def read_once(path: str, at: float | None = None) -> Iterator[SourceEvent]:
    """Yield everything the log holds now.

    Raises:
        LogError: the path is missing, unreadable, a directory or a device.
    """
    try:
        raw = open(path, "rb", buffering=0)  # noqa: SIM115 - closed below; non-UTF-8 names are fine
        info = os.fstat(raw.fileno())
    except FileNotFoundError:
        raise LogError(f"{path}: there is no such file; check the path.") from None
    except IsADirectoryError:
        raise LogError(f"{path} is a directory; name the log file in it.") from None
    except OSError as error:
        raise LogError(f"{path} cannot be read: {error.strerror}.") from None
    with raw:
        if stat.S_ISCHR(info.st_mode) and not raw.isatty() and os.path.basename(path) in ("zero", "full", "random", "urandom"):
            raise LogError(f"{path} is a device that never ends; name a log file.")
        alive = Writer(raw.fileno()).alive() if stat.S_ISREG(info.st_mode) else False
        if at is None:
            at = time.time() if alive or not stat.S_ISREG(info.st_mode) else info.st_mtime
        yield from _blocks(raw, path, at)
        yield Tick(at, alive)
        yield Notice("read", at) if alive else Notice("ended", at)


def _blocks(raw: IO[bytes], path: str, at: float) -> Iterator[SourceEvent]:
    first = raw.read(BLOCK)
    kind = next((name for magic, name in _MAGIC if first.startswith(magic)), None)
    if kind == "zstd":
        raise LogError(f"{path} is compressed with zstd; unpack it first: zstd -dc {path} | tailwatch report -")
    if kind is None:
        while first:
            yield Data(first, at)
            first = raw.read(BLOCK)
        return
    raw.seek(0)
    yield from _unpacked(raw, kind, at)


def _unpacked(raw: IO[bytes], kind: str, at: float) -> Iterator[SourceEvent]:
    """Unpack as it is read; what a damaged file still gives is used, and the damage is told."""
    import lzma  # noqa: PLC0415 - only for compressed logs
    import zlib  # noqa: PLC0415 - likewise

    module = importlib.import_module(kind)
    total = 0
    with module.open(raw, "rb") as packed:
        while True:
            try:
                block = packed.read1(BLOCK)
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
                yield Notice("lost", at, f"the compressed log is damaged: {error}")
                return
            if not block:
                return
            total += len(block)
            yield Data(block, at)
            if total > MAX_UNPACKED:
                yield Notice("lost", at, "the compressed log unpacks to more than 64 GB; the rest was left out")
                return
