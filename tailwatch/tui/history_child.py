"""The child process of `history.py`: `python -m tailwatch.tui.history_child PATH` reads a file and reports on its output."""

from __future__ import annotations

import os
import pickle
import sys
from collections import deque
from typing import IO, TYPE_CHECKING, Final

from tailwatch import apart, pipe
from tailwatch.core.events import Data
from tailwatch.session import Session
from tailwatch.tui.history import PREVIEW_ABOVE, Report, shown_line
from tailwatch.tui.snapshot import LOG_LINES, LogLine, SourceState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from io import FileIO

    from tailwatch.config import Settings
    from tailwatch.core.events import Line
    from tailwatch.core.text import Language
    from tailwatch.session import Changes

_BLOCK: Final = 1 << 18


class LastLines:
    """Keeps the last lines of a log as its pane shows them."""

    def __init__(self) -> None:
        self.shown: deque[LogLine] = deque(maxlen=LOG_LINES)

    def keep(self, lines: Sequence[Line]) -> None:
        """Take in lines as they were read."""
        self.shown.extend(map(shown_line, lines[-LOG_LINES:]))


def read_file(path: bytes, send: IO[bytes], settings: Settings, language: Language) -> None:
    """Read a file to its end and report on `send`; the time of what it holds is that of its last change."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        info = os.fstat(file.fileno())
        is_big = info.st_size > PREVIEW_ABOVE
        if is_big:
            os.nice(5)  # a long read gives way; a short one is what the person waits for
        pipe.send(send, Report(0, info.st_size))
        session, lines = _read(file, send, settings, shared=is_big and apart.possible(settings))
        session.live = session.keep_lines = True
        session.feed(Data(b"", info.st_mtime))  # the file may end within a line
        from tailwatch.tui.view import SnapshotMaker  # noqa: PLC0415 - not before a copy of this process is over

        snapshot = SnapshotMaker("", language).make(session, SourceState("live", looked=False))
        pipe.send(send, Report(session.bytes, info.st_size, snapshot, tuple(lines.shown)))
        pipe.send(send, Report(session.bytes, info.st_size, session=pickle.dumps(session, pickle.HIGHEST_PROTOCOL)))


def _read(file: FileIO, send: IO[bytes], settings: Settings, *, shared: bool) -> tuple[Session, LastLines]:
    """Read a file, `shared` between two processes or in this one, and report how far it is."""
    info = os.fstat(file.fileno())
    events = (Data(block, info.st_mtime) for block in iter(lambda: file.read(_BLOCK), b""))
    session, lines = Session(keep_lines=True, settings=settings), LastLines()
    try:
        for _ in apart.fed(session, events, lines) if shared else _fed(session, events, lines):
            pipe.send(send, Report(session.bytes, info.st_size))
    except apart.LostError:
        file.seek(0)
        return _read(file, send, settings, shared=False)
    return session, lines


def _fed(session: Session, events: Iterable[Data], lines: LastLines) -> Iterator[Changes]:
    for event in events:
        changes = session.feed(event)
        lines.keep(changes.lines)
        yield changes


def main() -> None:
    """Read the file named by the first argument; the settings and the language come on standard input."""
    try:
        read_file(os.fsencode(sys.argv[1]), sys.stdout.buffer, *pickle.load(sys.stdin.buffer))  # noqa: S301  # from our own parent
    except (BrokenPipeError, FileNotFoundError):
        os._exit(1)  # nobody listens, or there is nothing yet


if __name__ == "__main__":
    main()
