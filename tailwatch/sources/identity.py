"""Which file an open descriptor is, and whether its content is still the one that was read.

A name can come to mean another file (rotation, atomic replacement), and a file can be truncated and grow past the old offset
between two looks. So a position is kept together with the bytes before it and the first bytes of the file.
"""

from __future__ import annotations

import os
from typing import Final, NamedTuple

MARKER: Final = 64
HEAD: Final = 1024


class FileId(NamedTuple):
    """Device and inode: the file behind a name or a descriptor."""

    device: int
    inode: int


class Position:
    """How far a file was read, with what proves that it still is that file: the bytes before the offset, and its head."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset
        self._marker = b""
        self._head = b""

    def advance(self, block: bytes) -> None:
        """Note that `block` was read at the offset."""
        if len(self._head) < HEAD and self.offset <= len(self._head):
            self._head = (self._head + block)[:HEAD]
        self._marker = (self._marker + block)[-MARKER:]
        self.offset += len(block)

    def take_marker(self, descriptor: int) -> None:
        """Learn head and marker of a file whose beginning was read elsewhere."""
        self._head = os.pread(descriptor, min(HEAD, self.offset), 0)
        length = min(MARKER, self.offset)
        self._marker = os.pread(descriptor, length, self.offset - length)

    def still_there(self, descriptor: int) -> bool:
        """Return whether the bytes before the offset are the ones that were read."""
        length = len(self._marker)
        return length == 0 or os.pread(descriptor, length, self.offset - length) == self._marker

    def continues_in(self, descriptor: int, size: int) -> bool:
        """Return whether another file begins with all that was read, and goes on: a copy with more, not a new log."""
        if not self._head or size < self.offset:
            return False
        return os.pread(descriptor, len(self._head), 0) == self._head and self.still_there(descriptor)


def identify(info: os.stat_result) -> FileId:
    """Return the identity in a stat result."""
    return FileId(info.st_dev, info.st_ino)
