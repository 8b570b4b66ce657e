"""Several ways to read the lines of one shape, told apart by what digits a line holds."""

from __future__ import annotations

from collections.abc import Callable

from tailwatch.core.events import Plan
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Frame, Line, ReaderEvent
    from tailwatch.core.glued import Glued
    from tailwatch.core.plans import Runner

Holds = Callable[[bytes], bool]
"""Whether a line of a shape that fits is one of the pattern's, where the digits of its text decide."""

NOT_UNDERSTOOD: Final = Plan("")
"""The plan of a line that none of the choices reads."""


class Chosen:
    """The first runner whose test a line passes reads it, else the last one (if any). `frame` is that of the latest line."""

    __slots__ = ("_choices", "_otherwise", "frame", "plan")

    def __init__(self, choices: Sequence[tuple[Holds | None, Runner]], otherwise: Runner | Glued | None) -> None:
        self._choices = tuple(choices)
        self._otherwise = otherwise
        self.plan = self._choices[0][1].plan
        self.frame: Frame | None = None

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Return what the line says."""
        runner = self._of(line)
        if runner is None:
            self.plan, self.frame = NOT_UNDERSTOOD, None
            return []
        self.plan, self.frame = runner.plan, runner.frame
        return runner.run(line, cursor)

    def names(self, line: Line) -> tuple[str, ...]:
        """Return the columns of a header."""
        runner = self._of(line)
        return () if runner is None else runner.names(line)

    def _of(self, line: Line) -> Runner | Glued | None:
        for holds, runner in self._choices:
            if holds is None or holds(line.raw):
                return runner
        return self._otherwise
