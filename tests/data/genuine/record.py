"""Runs a training and keeps its log as it writes it, and when each piece of it came.

    python record.py LOG [--timing] -- COMMAND...

LOG holds what the command wrote to stdout and stderr, byte for byte. With `--timing`, LOG's `.timing.jsonl` holds one array a
piece, `[seconds, offset, length]`, and at the end one of length 0: from then on nobody writes the log any more.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from pathlib import Path


def record(log: Path, command: list[str]) -> list[tuple[float, int, int]]:
    """Run the command with its output in a pipe, write that to the log, and return the pieces."""
    reading, writing = os.pipe()
    begin, pieces, size = time.monotonic(), [], 0
    process = subprocess.Popen(command, stdout=writing, stderr=writing, stdin=subprocess.DEVNULL)
    os.close(writing)
    with log.open("wb") as out:
        while piece := os.read(reading, 1 << 16):
            pieces.append((round(time.monotonic() - begin, 3), size, len(piece)))
            size += out.write(piece)
    process.wait()
    os.close(reading)
    return [*pieces, (round(time.monotonic() - begin, 3), size, 0)]


def main() -> None:
    """Record one training."""
    parser = argparse.ArgumentParser()
    parser.add_argument("log", type=Path)
    parser.add_argument("--timing", action="store_true")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    options.log.parent.mkdir(parents=True, exist_ok=True)
    pieces = record(options.log, options.command)
    if options.timing:
        options.log.with_suffix(".timing.jsonl").write_text("".join(json.dumps(p) + "\n" for p in pieces), encoding="ascii")


if __name__ == "__main__":
    main()
