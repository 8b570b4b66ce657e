"""Numbered, checksummed lines, who writes them, and what a follower made of them.

    python chaos_writer.py TARGET      a process that obeys one command a line on its standard input and answers `done`:
    write N | rename NAME | reopen | truncate | plain | rotate_often N SECONDS

`append` keeps TARGET open in append mode, as nohup does; `plain` reopens it as `>` does, without it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tailwatch.core.text import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tailwatch.core.events import SourceEvent
    from tailwatch.sources.file import FileFollower


def numbered(first: int, count: int = 1, *, long: int = 0) -> bytes:
    """Return lines that carry their number and a checksum of it."""
    return b"".join(b"%d %08x %s\n" % (n, zlib.crc32(b"%d" % n), b"x" * long) for n in range(first, first + count))


def open_files() -> int:
    """How many files this process has open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def numbers(data: bytes) -> list[int]:
    """Return the numbers of complete, undamaged lines; anything else fails."""
    found = []
    for line in data.splitlines():
        number, checksum, *_ = line.split(b" ")
        assert int(checksum, 16) == zlib.crc32(number), line
        found.append(int(number))
    assert not data or data.endswith(b"\n"), "the last line is incomplete"
    return found


class Seen:
    """What a follower yielded: every event, and the bytes of each part of the log."""

    def __init__(self) -> None:
        self.events: list[SourceEvent] = []
        self.parts: list[bytes] = [b""]

    def take(self, events: list[SourceEvent]) -> list[SourceEvent]:
        for event in events:
            self.events.append(event)
            if hasattr(event, "kind") and event.kind in ("rotated", "truncated"):
                self.parts.append(b"")
            if hasattr(event, "data"):
                self.parts[-1] += event.data
        return events

    @property
    def kinds(self) -> list[str]:
        """The notices in order."""
        return [event.kind for event in self.events if hasattr(event, "kind")]

    def detail(self, kind: str) -> str:
        """What the last notice of a kind said."""
        return [render(e.detail) for e in self.events if getattr(e, "kind", "") == kind][-1]

    def turn(self, follower: FileFollower) -> Seen:
        """Poll until there is nothing to do at once."""
        while True:
            self.take(follower.poll())
            if not follower._lineup.has_more:
                return self

    def until(self, follower: FileFollower, condition: Callable[[], bool], seconds: float = 10.0) -> Seen:
        """Poll until a condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it never happened; seen: {self.kinds[-20:]}, {[p[-60:] for p in self.parts[-8:]]}"
            self.turn(follower)
            time.sleep(0.005)
        return self


class Writer:
    """The writing process, commanded."""

    def __init__(self, target: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, os.fspath(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def do(self, command: str, *, wait: bool = True) -> None:
        """Give a command and wait until it is done."""
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        if wait:
            self.wait_done()

    def wait_done(self) -> None:
        """Wait for the answer to one command."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "done\n"

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def writing_process(target: Path) -> Iterator[Writer]:
    """Run a writing process for the time of the block."""
    writer = Writer(target)
    try:
        writer.do("write 0")
        yield writer
    finally:
        writer.end()


def main() -> None:
    """Be the writing process."""
    target = sys.argv[1]
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    log = os.open(target, append, 0o644)
    written = 0
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "write":
            for _ in range(int(arguments[0])):
                os.write(log, numbered(written))
                written += 1
        elif command == "rename":
            Path(target).rename(arguments[0])
        elif command in ("reopen", "plain"):
            os.close(log)
            log = os.open(target, append if command == "reopen" else append & ~os.O_APPEND, 0o644)
        elif command == "truncate":
            os.truncate(target, 0)
        elif command == "rotate_often":
            for n in range(int(arguments[0])):
                os.write(log, numbered(written, 20))
                written += 20
                for older in range(n, 0, -1):
                    Path(f"{target}.{older}").rename(f"{target}.{older + 1}")
                Path(target).rename(f"{target}.1")
                os.close(log)
                log = os.open(target, append, 0o644)
                time.sleep(float(arguments[1]))
        print("done", flush=True)


if __name__ == "__main__":
    main()
