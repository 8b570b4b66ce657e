"""What every reading of a file needs: the size of a block, whether it is packed, and how long a hole is."""

from __future__ import annotations

import os

from tailwatch.core.typed import Final

BLOCK: Final = 256 * 1024
"""Bytes of one read: the fastest size measured, and small enough for whoever consumes it to stay responsive."""

_HOLE: Final = 1 << 20
"""Holes from this size on are skipped unread; smaller ones are cheaper to read."""

_MAGIC: Final = ((b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\x00", "xz"), (b"BZh", "bzip2"), (b"\x28\xb5\x2f\xfd", "zstd"))


def packing_of(beginning: bytes) -> str | None:
    """Return how a file with these first bytes is compressed, or None if it is not."""
    return next((name for magic, name in _MAGIC if beginning.startswith(magic)), None)


def hole_at(descriptor: int, offset: int) -> int:
    """Return the length of the hole in a file at an offset, 0 if it is not worth skipping.

    A writer that goes on at its old offset after a truncation leaves one; where the system knows no holes it says 0.
    """
    size = os.fstat(descriptor).st_size
    try:
        data_at = os.lseek(descriptor, offset, os.SEEK_DATA)
    except OSError:
        data_at = size  # nothing but the hole up to the end
    length = min(data_at, size) - offset
    return length if length >= _HOLE else 0
