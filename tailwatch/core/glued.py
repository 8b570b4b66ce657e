"""Running the plans of a line that several writers wrote into."""

from __future__ import annotations

from tailwatch.core.events import Plan
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Frame, Line, ReaderEvent
    from tailwatch.core.plans import Runner


class Glued:
    """The runners of a line that holds several: each reads its own bytes, in order."""

    __slots__ = ("_pieces", "frame", "plan")

    def __init__(self, pieces: Iterable[tuple[int, int, Runner]]) -> None:
        self._pieces = tuple(pieces)
        self.plan = Plan("glued")
        self.frame: Frame | None = next((r.frame for _, _, r in reversed(self._pieces) if r.frame is not None), None)

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Return what the pieces say, one after the other."""
        events: list[ReaderEvent] = []
        for start, end, runner in self._pieces:
            cursor.fresh = False  # a print that lands behind a bar may be late by far
            events += runner.run(line._replace(raw=line.raw[start:end]), cursor)
        return events

    def names(self, line: Line) -> tuple[str, ...]:
        """A glued line is no header."""
        del line
        return ()
