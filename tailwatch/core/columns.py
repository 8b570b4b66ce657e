"""What lines must share to be read together, by columns instead of one by one.

Most lines of a long log are running values of a few kinds that come in turn. Read one by one, each costs some ten microseconds;
by columns, one or two. What comes out is the same: lines that move more than the step are read by themselves.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import compress, count, islice
from operator import ne

from tailwatch.core.cursor import held_out, signature
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.numbers import number, numbers
from tailwatch.core.records import record
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.cursor import Cursor, Who
    from tailwatch.core.events import Axis, Field, Frame, NumberForm, Plan, PlanKind, SeriesSpec
    from tailwatch.core.rivals import Said

NAN: Final = float("nan")
Parts = tuple[bytes, ...]


@record
class Family:
    """Lines that say values of the same series, or only where the run stands, in the same parts in the same order.

    `values` and the places are indices into the `width` parts of a line, with the form of the number; -1 where one is missing.
    `moves` says that a line without values tells where the run stands, `tells` that it tells that or values. `total` is where
    stands of how many steps one of an evaluation's own bar is. `shows_training` says that a value is to rise or to fall, so that
    training goes on. There is one object for each family, see `family_of`.
    """

    dialect: str
    kind: PlanKind
    specs: tuple[SeriesSpec, ...]
    values: tuple[tuple[int, NumberForm], ...]
    step: int
    step_form: NumberForm
    time: int
    rank: int
    width: int
    constant: tuple[tuple[str, int, NumberForm], ...]
    who: Who
    held_out: bool
    neutral: bool
    inherits: bool
    frame: Frame | None
    moves: bool
    tells: bool
    bare: bool
    closes: bool
    total: int
    total_form: NumberForm
    shows_training: bool

    @property
    def aside(self) -> bool:
        """Whether its step is an evaluation's own, which moves nothing."""
        return self.total >= 0

    @property
    def leads(self) -> bool:
        """Whether its lines say at which step the run stands."""
        return self.step >= 0 and not self.aside

    @property
    def mute(self) -> bool:
        """Whether its lines say nothing at all, though they are understood: a row of a printed configuration."""
        return not self.tells and not self.bare and self.kind != "boxed" and self.time < 0

    @property
    def places(self) -> bool:
        """Whether its lines say where the run stands, by themselves."""
        return self.step >= 0 or bool(self.constant)

    @property
    def in_box(self) -> bool:
        """Whether its lines are rows of a box, with values or with the place of all."""
        return self.kind == "boxed" and (bool(self.specs) or self.step >= 0)

    @property
    def waits(self) -> bool:
        """Whether its values count only where their box is closed."""
        return self.kind == "boxed" and bool(self.specs)

    @property
    def asks_for_step(self) -> bool:
        """Whether what its lines say depends on whether a step is known."""
        return not (self.waits or self.aside) and (self.tells or self.step >= 0)

    @property
    def takes_up(self) -> bool:
        """Whether the heading above holds on after such a line."""
        return self.inherits or self.frame is not None


def family_of(
    plan: Plan, specs: tuple[SeriesSpec, ...], numbered: list[tuple[int, Field]], *, moves: bool, bare: bool, aside: bool
) -> Family | None:
    """Return what the lines of a plan share with others that can be read together with them; None: each by itself.

    `numbered` are the plan's fields, each with its index among the parts of a line.
    """
    at = {f.role: (i, f.form) for i, f in numbered}
    if not plan.dialect or plan.header or plan.kind in ("epoch_bar", "carrying") or (plan.closes and plan.kind != "boxed"):
        return None
    if plan.kind == "boxed" and not at.keys().isdisjoint(("epoch", "epochs", "steps")):
        return None
    counted = plan.kind in ("bar", "loop") and {"step", "steps"} <= at.keys()
    if specs and not (counted or plan.kind in ("running", "summary", "context", "boxed")):
        return None
    step, step_form = at.get("step", (-1, "float"))
    return the_one(
        plan.dialect,
        plan.kind,
        specs,
        tuple((i, f.form) for i, f in numbered if f.role == "value" and f.series is not None),
        step,
        step_form,
        next((i for i, f in numbered if f.role == "time"), -1),
        next((i for i, f in numbered if f.role == "rank"), -1),
        len(numbered),
        tuple((role, *at[role]) for role in ("epoch", "epochs", "steps") if role in at and not (aside and role == "steps")),
        signature(specs),
        held_out(specs),
        bool(specs) and all(is_neutral(s.name) for s in specs),
        plan.inherits,
        plan.frame,
        moves and plan.kind != "boxed",
        bool(specs) or (moves and plan.kind != "boxed"),
        bare,
        plan.closes,
        *(at["steps"] if aside else (-1, step_form)),
        any(meaning(spec.name).goal is not None for spec in specs),
    )


the_one = lru_cache(maxsize=4096)(Family)
"""Families are compared by identity, line by line."""


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
            for role, column, form in self._constant:
                if number(column[start], form) != getattr(cursor, role):
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


def axis_of(family: Family, rank: float | None, cursor: Cursor) -> Axis | None:
    """Return the axis that lines of a family have while the cursor stands as it does; None: read them one by one."""
    if family.kind == "summary":
        return "epoch"
    if family.kind == "boxed":
        return "epoch" if family.held_out else "step"
    if family.kind != "context" or not family.specs:
        return "step"
    if cursor.epoch is not None:
        return "step" if cursor.is_running(family.who, rank) else None
    if family.step >= 0 or cursor.step is not None:
        return None if family.held_out else "step"
    return "index" if cursor.unplaced and not family.neutral else None


def _changes(column: list[bytes]) -> list[int]:
    """Return the indices of the entries that differ from the one before."""
    if column.count(column[0]) == len(column):
        return []
    return list(compress(count(1), map(ne, column, islice(column, 1, None))))
