"""Running a plan: from the bytes of a line and the cursor to values, marks and settings with their place."""

from __future__ import annotations

import struct

from tailwatch.core.numbers import layout
from tailwatch.core.sanitise import visible
from tailwatch.core.saying import Saying
from tailwatch.core.typed import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Frame, Line, Plan, ReaderEvent
    from tailwatch.core.families import Family


class Runner:
    """A plan made ready to run: one `struct` unpack takes every field out of the line.

    All that does not hang on where the fields stand is shared by the runners of many shapes, see `laid_out`.
    """

    __slots__ = ("_saying", "family", "frame", "plan", "unpack")

    def __init__(self, plan: Plan, shape: bytes) -> None:
        """Make a plan ready, but for the layout; `shape` is the one it was made for, where a field of it names a series."""
        self.plan = plan
        self.frame: Frame | None = plan.frame
        self._saying = Saying(plan, shape)
        self.family: Family | None = self._saying.family
        self.unpack: Callable[[bytes], tuple[bytes, ...]] = _not_laid_out

    def laid_out(self, spans: Iterable[tuple[int, int]], length: int) -> Self:
        """Return the runner for lines of `length` bytes whose fields stand, from left to right, at `spans`."""
        twin = object.__new__(type(self))
        twin.plan, twin.frame, twin.family, twin._saying = self.plan, self.frame, self.family, self._saying
        twin.unpack = struct.Struct(layout(spans, length)).unpack
        return twin

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Return what the line says; the cursor moves with it."""
        saying = self._saying if line.end != "epoch" else self._saying.by_epochs
        return saying.say(line, self.unpack(line.raw), cursor)

    @property
    def may_end_heading(self) -> bool:
        """Whether its lines take their split from a heading of an evaluation, but say themselves where the run stands."""
        return self._saying.may_end_heading

    def place(self, line: Line) -> tuple[float | None, float | None]:
        """Return the epoch and the step that a line names, None for what it does not."""
        return self._saying.place(self.unpack(line.raw))

    def names(self, line: Line) -> tuple[str, ...]:
        """Return what stands in the plan's fields, in order, with the blanks: the columns of a header."""
        return tuple(visible(part) for part in self.unpack(line.raw))


def _not_laid_out(_raw: bytes) -> tuple[bytes, ...]:
    raise AssertionError("a runner is laid out before it runs")
