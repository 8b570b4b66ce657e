"""One pass over a log as it is now, for `report`, `export` and `check`: plain or compressed, never followed.

`read_once(path, at)` yields the bytes in blocks, then a `Tick` that says whether a process still writes the log, then the
end. Time is `at` where it is given, else now while a writer lives, else the time of the file's last change.
"""

from __future__ import annotations

import errno
import os
import stat
import time

from tailwatch.core.errors import LogError, UsageError, reason, words
from tailwatch.core.events import Data, Notice, Text, Tick
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.sources.blocks import BLOCK, hole_at, packing_of
from tailwatch.sources.paths import shown, why_not_a_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tailwatch.core.events import SourceEvent
    from tailwatch.sources.paths import Path


def read_once(path: Path, at: float | None = None, matters: Callable[[], bool] | None = None) -> Iterator[SourceEvent]:
    """Yield everything the log holds now; a pipe is read to its end.

    Args:
        path: the log.
        at: the time it is; without it, as said above.
        matters: says, once all is read, whether it matters that a process writes the log, and when: to find out takes a look at
            every process, longer than reading a small log. Where it does not, none is said to write it.

    Raises:
        UsageError: the path is a directory or a device.
        LogError: the path is missing or cannot be read.
    """
    descriptor = _open(path)
    try:
        info = os.fstat(descriptor)
        is_file = stat.S_ISREG(info.st_mode)
        alive = _is_written(descriptor) if is_file and matters is None else False
        if at is None:
            at = time.time() if alive or not is_file else info.st_mtime
        yield from _content(descriptor, at, is_file=is_file)
        if is_file and matters is not None and matters():
            alive = _is_written(descriptor)
        yield Tick(at, alive)
        yield Notice("read", at) if alive else Notice("ended", at)
    except OSError as error:
        raise LogError("{log} cannot be read: {why}.", log=shown(path), why=reason(error)) from None
    finally:
        os.close(descriptor)


def _is_written(descriptor: int) -> bool | None:
    from tailwatch.sources.writer import Writer  # noqa: PLC0415 - start-up counts

    return Writer(descriptor).alive()


LONG: Final = 4 << 20
"""Bytes of a file from which on a second process pays for itself."""


def is_long(path: Path) -> bool:
    """Whether a log is a file that takes a while to read."""
    try:
        info = os.stat(path)
    except OSError:
        return False  # who reads it says so
    return stat.S_ISREG(info.st_mode) and info.st_size >= LONG


def check(path: Path) -> None:
    """Find out whether a log can be opened; a named pipe is not tried: who writes into it would lose its reader.

    Raises:
        UsageError, LogError: as `read_once`.
    """
    if not _is_named_pipe(path):
        os.close(_open(path))


def _is_named_pipe(path: Path) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False  # who opens it says why


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY)
    except FileNotFoundError:
        raise LogError("{log}: there is no such file; check the path.", log=shown(path)) from None
    except OSError as error:
        if error.errno == errno.ENXIO:  # as a socket answers
            raise _no_log(path, os.stat(path).st_mode) from None
        raise LogError("{log} cannot be read: {why}.", log=shown(path), why=reason(error)) from None
    mode = os.fstat(descriptor).st_mode
    if why_not_a_log(mode) is None or os.path.samestat(os.fstat(descriptor), os.stat(os.devnull)):
        return descriptor
    is_terminal = os.isatty(descriptor)
    os.close(descriptor)
    if is_terminal:
        raise UsageError("nothing is piped into standard input; name a log, or pipe one in.")
    raise _no_log(path, mode)


def _no_log(path: Path, mode: int) -> UsageError:
    if stat.S_ISDIR(mode):
        return UsageError("{log} is a directory; name the log file in it.", log=shown(path))
    return UsageError("{log} is {what}, not a log; name a log file.", log=shown(path), what=Text(why_not_a_log(mode) or ""))


def _content(descriptor: int, at: float, *, is_file: bool) -> Iterator[SourceEvent]:
    first = os.read(descriptor, BLOCK)
    packing = packing_of(first)
    if packing is None:
        yield from _plain(first, descriptor, at, is_file=is_file)
        return
    from tailwatch.sources.unpack import DamagedError, unpacked  # noqa: PLC0415 - start-up counts

    try:
        for block in unpacked(packing, _blocks(first, descriptor)):
            yield Data(block, at)
    except DamagedError as damage:
        yield Notice(
            "lost", at, Text("the compressed log is damaged: {why}; the rest of it was left out", {"why": words(damage)})
        )


def _blocks(first: bytes, descriptor: int) -> Iterator[bytes]:
    while first:
        yield first
        first = os.read(descriptor, BLOCK)


def _plain(first: bytes, descriptor: int, at: float, *, is_file: bool) -> Iterator[SourceEvent]:
    skipped = 0
    for block in _blocks(first, descriptor):
        yield Data(block, at, skipped)
        skipped = 0
        if is_file and not block.strip(b"\0"):
            offset = os.lseek(descriptor, 0, os.SEEK_CUR)
            skipped = hole_at(descriptor, offset)
            os.lseek(descriptor, offset + skipped, os.SEEK_SET)
    if skipped:
        yield Data(b"", at, skipped)
