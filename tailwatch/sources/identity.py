"""Which file an open descriptor is, and whether its content is still the one that was read.

A name can come to mean another file (rotation, atomic replacement), and a file can be truncated and grow past the old offset
between two looks. So a position is kept together with the bytes before it and the first bytes of the file. What it cannot
tell: a file that was truncated and got the very same bytes again up to the offset; only an observed shrink shows that.
"""

from __future__ import annotations

import os

from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import Final

MARKER: Final = 64
"""Bytes before the offset that are remembered."""

HEAD: Final = 1024
"""Bytes from the beginning of the file that are remembered."""


class FileId(NamedTuple):
    """Device and inode: the file behind a name or a descriptor."""

    device: int
    inode: int


class Position(NamedTuple):
    """How far a file was read, with what proves that it still is that file: the bytes before the offset, and its head."""

    offset: int = 0
    marker: bytes = b""
    head: bytes = b""

    def after(self, raw: bytes) -> Position:
        """Return the position after `raw` was read at the offset."""
        head = self.head
        if len(head) < HEAD and self.offset == len(head):
            head = (head + raw)[:HEAD]
        marker = raw[-MARKER:] if len(raw) >= MARKER else (self.marker + raw)[-MARKER:]
        return Position(self.offset + len(raw), marker, head)

    def after_hole(self, length: int) -> Position:
        """Return the position behind a hole: a run of NUL bytes that was not read."""
        head = (self.head + b"\0" * HEAD)[: min(HEAD, self.offset + length)] if self.offset == len(self.head) else self.head
        return Position(self.offset + length, (self.marker + b"\0" * min(length, MARKER))[-MARKER:], head)

    def holds_in(self, descriptor: int) -> bool:
        """Return whether the file begins with the head, and has the marker before the offset."""
        if self.head and os.pread(descriptor, len(self.head), 0) != self.head:
            return False
        length = len(self.marker)
        return length == 0 or os.pread(descriptor, length, self.offset - length) == self.marker

    def goes_on_in(self, descriptor: int) -> bool:
        """Return whether a file begins with all that was read, as far as that can be told: a copy with more, not a new log."""
        return self.offset > 0 and os.fstat(descriptor).st_size >= self.offset and self.holds_in(descriptor)

    def save(self) -> str:
        """Return the position as text, for a later `load`."""
        import json  # noqa: PLC0415 - start-up counts

        return json.dumps({"offset": self.offset, "marker": self.marker.hex(), "head": self.head.hex()})

    @classmethod
    def load(cls, text: str) -> Position:
        """Return a position from what `save` gave.

        Raises:
            ValueError: the text is something else.
        """
        import json  # noqa: PLC0415

        try:
            saved = json.loads(text)
            return cls(int(saved["offset"]), bytes.fromhex(saved["marker"]), bytes.fromhex(saved["head"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"no saved position: {error}") from None

    @classmethod
    def at(cls, descriptor: int, offset: int) -> Position:
        """Return the position at `offset` of a file that was read up to there by somebody else.

        Raises:
            ValueError: the file is shorter than that.
        """
        length = min(MARKER, offset)
        marker = os.pread(descriptor, length, offset - length)
        if len(marker) < length or offset > os.fstat(descriptor).st_size:
            raise ValueError("the file is shorter than what was read of it")
        return cls(offset, marker, os.pread(descriptor, min(HEAD, offset), 0))


def identify(info: os.stat_result) -> FileId:
    """Return the identity in a stat result."""
    return FileId(info.st_dev, info.st_ino)
