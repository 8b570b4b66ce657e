"""Reading what a log already holds in a process of its own, so that it does not slow down the first screen.

The child reads the file from its first byte with an ordinary session, and sends that session when it has come to the end; the
reader thread takes it over and goes on at that offset. Above `PREVIEW_ABOVE` bytes the last lines are shown meanwhile, from a
session that is thrown away: read cold, the end of a log would give wrong epochs in half of all logs, so it tells little.
"""

from __future__ import annotations

import os
import pickle
import select
import struct
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from tailwatch.core.events import Data
from tailwatch.session import Session
from tailwatch.tui.snapshot import LOG_LINES, MAX_SHOWN_BYTES, LogLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.events import Line

PREVIEW_ABOVE: Final = 16 << 20
PREVIEW_BYTES: Final = 256 << 10
_BLOCK: Final = 1 << 20
_HEADER: Final = struct.Struct("!Q")


class Report(NamedTuple):
    """How far the child is; with the finished session, the last lines and the offset when it is done."""

    offset: int
    size: int
    session: Session | None = None
    lines: tuple[LogLine, ...] = ()


def shown_line(line: Line) -> LogLine:
    """Return a line as the log pane keeps it: cut to what a pane can ever show."""
    return LogLine(line.number, line.raw[:MAX_SHOWN_BYTES], line.redraws, line.provisional)


class History:
    """The child process that reads a file, and the pipe on which it reports."""

    def __init__(self, path: str | bytes) -> None:
        """Start reading; the file may not exist, then there is nothing to read."""
        self.path = path
        root = str(Path(__file__).resolve().parents[2])
        known = os.environ.get("PYTHONPATH")
        environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root}
        # -P: modules in the working directory are not ours
        command: list[str | bytes] = [sys.executable, "-P", "-m", "tailwatch.tui.history", os.fsencode(path)]
        self._child = subprocess.Popen(  # noqa: S603  # our own interpreter and module, no shell
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )

    def report(self, timeout: float) -> Report | None:
        """Return the next report, or None if none came in `timeout` seconds.

        Raises:
            EOFError: the child ended without having finished.
        """
        pipe = self._child.stdout
        assert pipe is not None
        if not select.select([pipe], [], [], timeout)[0]:
            return None
        (length,) = _HEADER.unpack(_exactly(pipe, _HEADER.size))
        found = pickle.loads(_exactly(pipe, length))  # noqa: S301  # from our own child
        assert isinstance(found, Report)
        return found

    def close(self) -> None:
        """End the child if it still reads."""
        self._child.kill()
        if self._child.stdout is not None:
            self._child.stdout.close()
        self._child.wait()


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


class Preview:
    """The end of a big file, followed by a session that is thrown away."""

    def __init__(self, path: str | bytes) -> None:
        self.session = Session(keep_lines=True)
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115, PTH123  # closed by `close`; the path may be bytes
        self._file.seek(max(0, os.fstat(self._file.fileno()).st_size - PREVIEW_BYTES))
        self._begun = False

    def more(self, at: float) -> list[LogLine]:
        """Read what was appended; the first line is incomplete and left out, and no line has a number."""
        data = self._file.read(PREVIEW_BYTES)
        if data and not self._begun:
            data = data[data.find(b"\n") + 1 :]
            self._begun = True
        lines = self.session.feed(Data(data, at)).lines if data else []
        return [shown_line(line)._replace(number=0) for line in lines]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_file(path: bytes, send: IO[bytes]) -> None:
    """Read a file to its end and report on `send`; the time of what it holds is that of its last change."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        info = os.fstat(file.fileno())
        session = Session(keep_lines=True, live=True)
        lines: deque[LogLine] = deque(maxlen=LOG_LINES)
        offset, size = 0, info.st_size
        _send(send, Report(0, size))
        while block := file.read(_BLOCK):
            session.live = offset + len(block) >= size
            offset += len(block)
            changes = session.feed(Data(block, info.st_mtime))
            lines.extend(map(shown_line, _last(changes.lines)))
            _send(send, Report(offset, size))
        session.live = True
        _send(send, Report(offset, size, session, tuple(lines)))


def _last(lines: list[Line]) -> Iterable[Line]:
    return lines[-LOG_LINES:]


def _send(pipe: IO[bytes], report: Report) -> None:
    data = pickle.dumps(report, pickle.HIGHEST_PROTOCOL)
    pipe.write(_HEADER.pack(len(data)) + data)
    pipe.flush()


def main() -> None:
    """Be the child: read the file named by the first argument."""
    os.nice(5)
    try:
        read_file(os.fsencode(sys.argv[1]), sys.stdout.buffer)
    except (BrokenPipeError, FileNotFoundError):
        os._exit(1)  # nobody listens, or there is nothing yet


if __name__ == "__main__":
    from tailwatch.tui.history import main as main_by_name  # so that pickles name this module, not __main__

    main_by_name()
