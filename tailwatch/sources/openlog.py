"""One open log file, read in order, with every block checked against what was read before it.

Reading never maps the file (a truncated map ends the process) and never reads a byte twice: one `pread` fetches the remembered
bytes before the offset together with the new ones, so nothing can happen between the check and the reading.
"""

from __future__ import annotations

import os
import stat

from tailwatch.core.named import NamedTuple
from tailwatch.core.text import Text, phrase
from tailwatch.core.typed import TYPE_CHECKING, Self
from tailwatch.sources.blocks import BLOCK, hole_at
from tailwatch.sources.identity import Position, identify
from tailwatch.sources.paths import is_remote, why_not_a_log
from tailwatch.sources.writer import Writer

if TYPE_CHECKING:
    from tailwatch.sources.paths import Path


class RewrittenError(Exception):
    """The file no longer holds what was read: it was truncated, and perhaps has grown again. Says so in words."""


class Block(NamedTuple):
    """What one read gave. `skipped` bytes of a hole lie before the data; `more` says that there is more to read at once."""

    data: bytes
    skipped: int = 0
    more: bool = False
    ended: bool = False


class OpenLog:
    """A log that is open, and how far it was read. `news` is how its beginning is announced when its turn comes."""

    def __init__(self, descriptor: int, info: os.stat_result, position: Position) -> None:
        self.descriptor = descriptor
        self.id = identify(info)
        self.position = position
        self.is_stream = stat.S_ISFIFO(info.st_mode)
        self.is_remote = is_remote(info.st_dev)
        self.writer = Writer(descriptor)
        self.is_copy = False
        self._doubted = False

    @classmethod
    def open(cls, path: Path, position: Position | None = None) -> Self:
        """Open the file that a path names now.

        Raises:
            OSError: it cannot be opened; also for a directory or a device (`IsADirectoryError`).
        """
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            info = os.fstat(descriptor)
            wrong = why_not_a_log(info.st_mode)
            if wrong is not None:
                raise IsADirectoryError(21, Text("it is {what} now", {"what": Text(wrong)}))
            return cls(descriptor, info, position or Position())
        except OSError:
            os.close(descriptor)
            raise

    def close(self) -> None:
        """Let go of the file."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1

    def info(self) -> os.stat_result:
        """Return what the system says of the open file."""
        return os.fstat(self.descriptor)

    def restart(self) -> None:
        """Read again from the beginning."""
        self.position = Position()

    def read(self) -> Block:
        """Return the next bytes, at most one block.

        Raises:
            RewrittenError: what was read before is no longer there.
            OSError: the file system gave an error (a stale handle, a failing disk).
        """
        return self._read_stream() if self.is_stream else self._read_file()

    def _read_stream(self) -> Block:
        try:
            data = os.read(self.descriptor, BLOCK)
        except BlockingIOError:
            return Block(b"")
        self.position = Position(self.position.offset + len(data))
        return Block(data, more=bool(data), ended=not data)

    def _read_file(self) -> Block:
        position = self.position
        wanted = BLOCK
        if self.is_remote:  # what lies beyond the size that the server told may be NUL bytes
            wanted = min(BLOCK, max(0, self.info().st_size - position.offset))
        head = position.head
        known = len(position.marker)
        if (head and os.pread(self.descriptor, len(head), 0) != head) or not (
            raw := os.pread(self.descriptor, known + wanted, position.offset - known)
        ).startswith(position.marker):
            return self._rewritten()
        self._doubted = False
        raw = raw[known:] if known else raw
        if len(raw) == BLOCK and not raw.strip(b"\0"):
            skipped = self._skip_hole()
            if skipped:
                return Block(b"", skipped, more=True)
        self.position = position.after(raw) if raw else position
        return Block(raw, more=len(raw) == wanted == BLOCK)

    def _rewritten(self) -> Block:
        if self.is_remote and not self._doubted:
            self._doubted = True  # one late answer of a server is no truncation
            return Block(b"")
        if self.info().st_size < self.position.offset:
            raise RewrittenError(phrase("it was truncated"))
        raise RewrittenError(phrase("it was truncated and has grown again"))

    def _skip_hole(self) -> int:
        length = hole_at(self.descriptor, self.position.offset)
        if length:
            self.position = self.position.after_hole(length)
        return length
