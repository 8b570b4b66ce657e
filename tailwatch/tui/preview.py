"""The end of a big log, shown while its history is read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tailwatch.config import DEFAULTS
from tailwatch.core.events import Data
from tailwatch.session import Session
from tailwatch.tui.history import shown_line

if TYPE_CHECKING:
    from tailwatch.config import Settings
    from tailwatch.tui.snapshot import LogLine

PREVIEW_BYTES: Final = 256 << 10


class Preview:
    """Reads the end of a file into a session that is thrown away.

    Read cold, the end of a log gives wrong epochs in half of all logs, so only its lines and last values are shown.
    """

    def __init__(self, path: str | bytes, settings: Settings = DEFAULTS) -> None:
        self.session = Session(keep_lines=True, settings=settings)
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
