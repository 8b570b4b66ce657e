"""The lines of one family in a stretch of the log, by columns: all values of a series at once, instead of line by line."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import compress, count, islice
from operator import ne

from tailwatch.core.axes import axis_of
from tailwatch.core.numbers import number, numbers
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Axis, NumberForm
    from tailwatch.core.families import Family
    from tailwatch.core.rivals import Said

NAN: Final = float("nan")
Parts = tuple[bytes, ...]


class Strand:
    """The lines of one family in a stretch of the log, and the columns that are made of them.

    `lines` are the lines' indices in their block, `places` those at which they count: for the rows of a box where it is closed.
    """

    __slots__ = (
        "_borders",
        "_constant",
        "_odd",
        "axis",
        "columns",
        "contested",
        "family",
        "lines",
        "next",
        "numbers",
        "parts",
        "places",
        "rank",
        "steps",
        "times",
    )

    def __init__(self, family: Family, rank: float | None) -> None:
        self.family = family
        self.axis: Axis = "step"
        self.rank = rank
        self.lines: list[int] = []
        self.places = self.lines
        self.parts: list[bytes] = []  # of all lines in one list: a tuple each would keep the garbage collector busy
        self.columns: list[array[float]] = []
        self.steps = array("d")
        self.times: list[bytes] = []
        self.contested: tuple[Said, ...] = ()  # what others say, too: see `rivals`
        self.numbers: array[int] | None = None  # the lines', once they are asked for
        self.next = 0
        """The first row that was not read yet."""
        self._constant: list[tuple[str, list[bytes], NumberForm]] = []
        self._borders: list[int] = []
        self._odd: list[int] = []

    def keep(self, end: int) -> None:
        """Leave out the lines from a place on."""
        if self.lines and self.lines[-1] >= end:
            rows = bisect_left(self.lines, end)
            del self.lines[rows:], self.parts[rows * self.family.width :]

    def take_apart(self) -> None:
        """Make the columns, and note where they cannot be read on."""
        family, width = self.family, self.family.width
        parts = [self.parts[at::width] for at in range(width)]
        self.parts = []
        for role, at, form in family.constant:
            self._constant.append((role, parts[at], form))
            self._borders += _changes(parts[at])
        if family.step >= 0:
            self.steps = self._column(parts[family.step], family.step_form)
        if family.aside:
            self._note_ends(parts[family.total])
        if family.time >= 0:
            self.times = parts[family.time]
        self.columns = [self._column(parts[at], form) for at, form in family.values]
        self._borders.sort()
        self._odd.sort()

    def _column(self, raw: list[bytes], form: NumberForm) -> array[float]:
        values = numbers(raw, form)
        total = sum(values)
        if total - total != 0.0:
            self._odd += [i for i, value in enumerate(values) if value - value != 0.0]
        return array("d", values)

    def _note_ends(self, totals: list[bytes]) -> None:
        """Note the rows of an evaluation's own bar at which it may be full: what they say are its results."""
        last = 1.0 if self.family.kind == "loop" else 0.0  # a loop may count from 0
        for i, (step, total) in enumerate(zip(self.steps, self._column(totals, self.family.total_form), strict=True)):
            if step == total or step == total - last:
                self._odd.append(i)

    def readable(self, start: int, end: int, cursor: Cursor) -> int:
        """Return the first row from `start` that has to be read by itself where the cursor stands now, `end` where none has."""
        family = self.family
        axis = axis_of(family, self.rank, cursor)
        if axis is None:
            return start
        self.axis = axis
        if self._constant or family.aside:
            totals = family.aside or any(c[0] != "epoch" for c in self._constant)
            if totals and family.specs and (cursor.epochs, cursor.steps) != cursor.told:
                return start
            if not self.goes_on(start, cursor):
                return start
            border = bisect_right(self._borders, start)
            if border < len(self._borders):
                end = min(end, self._borders[border])
            end = self._until_end(start, end, cursor)
        if self._odd:
            odd = bisect_left(self._odd, start)
            if odd < len(self._odd):
                end = min(end, self._odd[odd])
        return end

    def goes_on(self, row: int, cursor: Cursor) -> bool:
        """Whether a row names the place that the cursor has: the epoch, and how much there is to do."""
        return all(number(column[row], form) == getattr(cursor, role) for role, column, form in self._constant)

    def _until_end(self, start: int, end: int, cursor: Cursor) -> int:
        """Return the first row of a bar with values that may be its last, or the first of all that begins to count at 0."""
        family = self.family
        if not family.specs or family.kind not in ("bar", "loop") or (cursor.steps is None and not family.aside):
            return end
        ends = set() if family.aside or (cursor.epoch is None and family.kind == "loop") else {cursor.steps}
        if family.kind == "loop" and ends and cursor.steps is not None:
            ends.add(cursor.steps - 1)
        if family.kind == "loop" and not cursor.from_zero:
            ends.add(0.0)
        steps = self.steps[start:end]
        return end if ends.isdisjoint(steps) else start + next(i for i, step in enumerate(steps) if step in ends)

    def cut(self, start: int, end: int) -> Strand:
        """Return the rows between two indices."""
        if start == 0 and end == len(self.lines):
            return self
        part = Strand(self.family, self.rank)
        part.axis = self.axis
        part.lines = self.lines[start:end]
        part.places = part.lines if self.places is self.lines else self.places[start:end]
        part.columns = [column[start:end] for column in self.columns]
        part.steps = self.steps[start:end]
        part.times = self.times[start:end]
        return part


def _changes(column: list[bytes]) -> list[int]:
    """Return the indices of the entries that differ from the one before."""
    if column.count(column[0]) == len(column):
        return []
    return list(compress(count(1), map(ne, column, islice(column, 1, None))))
