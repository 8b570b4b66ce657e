"""Reading what a log already holds in a process of its own, so that it does not slow down the first screen.

The child (`history_child.py`) reads the file from its first byte with an ordinary session. At the end it sends what the screen
is to show, which needs nothing to be imported here, and then the session itself; the reader thread takes that over and goes on
at its offset.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tailwatch.config import DEFAULTS
from tailwatch.core.named import NamedTuple
from tailwatch.core.text import ENGLISH
from tailwatch.pipe import receive
from tailwatch.tui.snapshot import MAX_SHOWN_BYTES, LogLine, Snapshot

if TYPE_CHECKING:
    from tailwatch.config import Settings
    from tailwatch.core.events import Line
    from tailwatch.core.text import Language

PREVIEW_ABOVE: Final = 16 << 20
"""Bytes from which on the end of a log is shown while its history is read."""


class Report(NamedTuple):
    """How far the child is; at the end the snapshot with the last lines, then the pickled session."""

    offset: int
    size: int
    snapshot: Snapshot | None = None
    lines: tuple[LogLine, ...] = ()
    session: bytes = b""


def shown_line(line: Line) -> LogLine:
    """Return a line as the log pane keeps it: cut to what a pane can ever show."""
    return LogLine(line.number, line.raw[:MAX_SHOWN_BYTES], line.redraws, line.provisional)


class History:
    """The child process that reads a file, and the pipe on which it reports."""

    def __init__(self, path: str | bytes, settings: Settings = DEFAULTS, language: Language = ENGLISH) -> None:
        """Start reading; the file may not exist, then there is nothing to read."""
        self.path = path
        root = str(Path(__file__).resolve().parents[2])
        known = os.environ.get("PYTHONPATH")
        environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root}
        # -P: modules in the working directory are not ours
        command: list[str | bytes] = [sys.executable, "-P", "-m", "tailwatch.tui.history_child", os.fsencode(path)]
        self._child = subprocess.Popen(  # noqa: S603  # our own interpreter and module, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        assert self._child.stdin is not None
        with contextlib.suppress(BrokenPipeError), self._child.stdin as pipe:
            pickle.dump((settings, language), pipe)  # a few hundred bytes, which no argument list shows; they fit the pipe

    def report(self, timeout: float) -> Report | None:
        """Return the next report, or None if none came in `timeout` seconds.

        Raises:
            EOFError: the child ended without having finished.
        """
        pipe = self._child.stdout
        assert pipe is not None
        if not select.select([pipe], [], [], timeout)[0]:
            return None
        found = receive(pipe)
        assert isinstance(found, Report)
        return found

    def close(self) -> None:
        """End the child if it still reads."""
        self._child.kill()
        if self._child.stdout is not None:
            self._child.stdout.close()
        self._child.wait()
