"""A real process that writes a genuine log again, in the chunks and at the pace in which its training wrote it.

    python recorded_writer.py LOG TIMING TARGET [--speed 10] [--trim 2]

TIMING holds one JSON array a line: seconds since the start, offset in LOG, length; a negative length truncates TARGET to the
offset. `--trim` cuts pauses to that many seconds (before speed). In tests: `with recorded_writer(...) as process:`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Chunk(NamedTuple):
    """One write of the training, or a truncation of its log (`length` below 0)."""

    seconds: float
    offset: int
    length: int


def read_timing(path: Path) -> list[Chunk]:
    """Return the chunks of a timing file, in order."""
    return [Chunk(*json.loads(line)) for line in path.read_text(encoding="ascii").splitlines() if line.strip()]


def write_again(log: Path, timing: Path, target: Path, speed: float, trim: float) -> None:
    """Write `log` into `target`, which is appended to as nohup does it."""
    data = log.read_bytes()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    before = 0.0
    for chunk in read_timing(timing):
        time.sleep(min(trim, max(0.0, chunk.seconds - before)) / speed)
        before = chunk.seconds
        if chunk.length < 0:
            os.ftruncate(descriptor, chunk.offset)
        else:
            os.write(descriptor, data[chunk.offset : chunk.offset + chunk.length])
    os.close(descriptor)


@contextmanager
def recorded_writer(
    log: Path, timing: Path, target: Path, *, speed: float = 1.0, trim: float = 1e9
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the writer beside the test; it is ended with the block."""
    command = [sys.executable, __file__, *map(str, (log, timing, target)), f"--speed={speed}", f"--trim={trim}"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Be the writing process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs=3, type=Path, metavar="LOG TIMING TARGET")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--trim", type=float, default=1e9)
    options = parser.parse_args()
    write_again(*options.files, options.speed, options.trim)


if __name__ == "__main__":
    main()
