"""The end of the log as the reader thread keeps it for the log pane, which fetches what is new since it last looked."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from tailwatch.tui.snapshot import LOG_LINES, LogDelta, LogLine

if TYPE_CHECKING:
    from collections.abc import Iterable


class Tail:
    """The last complete lines, and the unfinished one; the caller holds the lock."""

    def __init__(self) -> None:
        self.provisional: LogLine | None = None
        self._lines: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._added = 0
        self._restarted = False

    def keep(self, lines: Iterable[LogLine]) -> None:
        """Add lines."""
        for line in lines:
            self._lines.append(line)
            self._added += 1

    def restart(self) -> None:
        """Forget the lines: others take their place."""
        self._lines.clear()
        self.provisional = None
        self._restarted = True

    def since(self, seen: int) -> tuple[LogDelta, int]:
        """Return what came after the first `seen` lines, and how many there were in all."""
        new = min(self._added - seen, len(self._lines))
        lines = tuple(self._lines)[len(self._lines) - new :] if new > 0 else ()
        lost = 0 if self._restarted else max(0, self._added - seen - new)
        delta = LogDelta(lines, self.provisional, lost, self._restarted)
        self._restarted = False
        return delta, self._added
