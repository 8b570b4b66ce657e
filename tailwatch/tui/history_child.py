"""The child process of `history.py`: `python -m tailwatch.tui.history_child PATH` reads a file and reports on its output."""

from __future__ import annotations

import os
import pickle
import sys
from collections import deque
from typing import IO, TYPE_CHECKING, Final

from tailwatch import pipe
from tailwatch.core.events import Data
from tailwatch.session import Session
from tailwatch.tui.history import PREVIEW_ABOVE, Report, shown_line
from tailwatch.tui.snapshot import LOG_LINES, LogLine, SourceState
from tailwatch.tui.view import SnapshotMaker

if TYPE_CHECKING:
    from tailwatch.config import Settings
    from tailwatch.core.text import Language

_BLOCK: Final = 1 << 20


def read_file(path: bytes, send: IO[bytes], settings: Settings, language: Language) -> None:
    """Read a file to its end and report on `send`; the time of what it holds is that of its last change."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        info = os.fstat(file.fileno())
        session = Session(keep_lines=True, live=True, settings=settings)
        lines: deque[LogLine] = deque(maxlen=LOG_LINES)
        offset, size = 0, info.st_size
        if size > PREVIEW_ABOVE:
            os.nice(5)  # a long read gives way; a short one is what the person waits for
        pipe.send(send, Report(0, size))
        while block := file.read(_BLOCK):
            session.live = offset + len(block) >= size
            offset += len(block)
            changes = session.feed(Data(block, info.st_mtime))
            lines.extend(map(shown_line, changes.lines[-LOG_LINES:]))
            pipe.send(send, Report(offset, size))
        session.live = True
        snapshot = SnapshotMaker("", language).make(session, SourceState("live"))
        pipe.send(send, Report(offset, size, snapshot, tuple(lines)))
        pipe.send(send, Report(offset, size, session=pickle.dumps(session, pickle.HIGHEST_PROTOCOL)))


def main() -> None:
    """Read the file named by the first argument; the settings and the language come on standard input."""
    try:
        read_file(os.fsencode(sys.argv[1]), sys.stdout.buffer, *pickle.load(sys.stdin.buffer))  # noqa: S301  # from our own parent
    except (BrokenPipeError, FileNotFoundError):
        os._exit(1)  # nobody listens, or there is nothing yet


if __name__ == "__main__":
    main()
