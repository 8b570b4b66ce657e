"""What lines must share to be read together, by columns instead of one by one.

Most lines of a long log are running values of a few kinds that come in turn. Read one by one, each costs some ten microseconds;
by columns, one or two. What comes out is the same: lines that move more than the step are read by themselves.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tailwatch.core.cursor import held_out, signature
from tailwatch.core.metrics import is_neutral
from tailwatch.core.numbers import number

if TYPE_CHECKING:
    from tailwatch.core.cursor import Cursor, Who
    from tailwatch.core.events import Axis, Field, Frame, NumberForm, Plan, PlanKind, SeriesSpec

NAN: Final = float("nan")
Parts = tuple[bytes, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Lines that say values of the same series, or only where the run stands, in the same parts in the same order.

    `values` and the places are indices into the `width` parts of a line, with the form of the number; -1 where one is missing.
    `moves` says that a line without values tells where the run stands. There is one object for each family, see `family_of`.
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
    bare: bool

    @property
    def tells(self) -> bool:
        """Whether the run is told anything: values or a place."""
        return bool(self.specs) or self.moves

    @property
    def takes_up(self) -> bool:
        """Whether the heading above holds on after such a line."""
        return self.inherits or self.frame is not None


def family_of(
    plan: Plan, specs: tuple[SeriesSpec, ...], numbered: list[tuple[int, Field]], *, moves: bool, bare: bool
) -> Family | None:
    """Return what the lines of a plan share with others that can be read together with them; None: each by itself.

    `numbered` are the plan's fields, each with its index among the parts of a line.
    """
    at = {f.role: (i, f.form) for i, f in numbered}
    if plan.header or plan.kind in ("epoch_bar", "boxed"):
        return None
    counted = plan.kind in ("bar", "loop") and {"step", "steps"} <= at.keys()
    if specs and not (counted or plan.kind in ("running", "context")):
        return None
    step, step_form = at.get("step", (-1, "float"))
    return _the_one(
        plan.dialect,
        plan.kind,
        specs,
        tuple((i, f.form) for i, f in numbered if f.role == "value" and f.series is not None),
        step,
        step_form,
        next((i for i, f in numbered if f.role == "time"), -1),
        next((i for i, f in numbered if f.role == "rank"), -1),
        len(numbered),
        tuple((role, *at[role]) for role in ("epoch", "epochs", "steps") if role in at),
        signature(specs),
        held_out(specs),
        bool(specs) and all(is_neutral(s.name) for s in specs),
        plan.inherits,
        plan.frame,
        moves,
        bare,
    )


_the_one = lru_cache(maxsize=4096)(Family)
"""Families are compared by identity, line by line."""


class Strand:
    """The lines of one family in a stretch of the log, and the columns that are made of them.

    `places` are the lines' indices in their block. Rows are cut off at the end (`keep`) before the columns are used.
    """

    __slots__ = ("axis", "columns", "family", "parts", "places", "rank", "steps", "times")

    def __init__(self, family: Family, axis: Axis, rank: float | None) -> None:
        self.family = family
        self.axis: Axis = axis
        self.rank = rank
        self.places: list[int] = []
        self.parts: list[bytes] = []  # of all lines in one list: a tuple each would keep the garbage collector busy
        self.columns: list[array[float]] = []
        self.steps = array("d")
        self.times: list[bytes] = []

    def take_apart(self, cursor: Cursor) -> int | None:
        """Make the columns; returns the place of the first row that has to be read by itself, None where none has."""
        family = self.family
        width, count = family.width, len(self.places)
        parts = [self.parts[at::width] for at in range(width)]
        if family.specs and (cursor.epochs, cursor.steps) != cursor.told and any(c[0] != "epoch" for c in family.constant):
            count = 0
        for role, at, form in family.constant:
            column = parts[at]
            steady = number(column[0], form) == getattr(cursor, role)
            count = min(count, _as_first(column) if steady else 0)
        if family.step >= 0:
            steps = _floats(parts[family.step], family.step_form)
            count = min(count, _finite(steps), _until_end(steps, family, cursor))
            self.steps = array("d", steps)
        if family.time >= 0:
            self.times = parts[family.time]
        for at, form in family.values:
            values = _floats(parts[at], form)
            count = min(count, _finite(values))
            self.columns.append(array("d", values))
        return None if count == len(self.places) else self.places[count]


def axis_of(family: Family, rank: float | None, cursor: Cursor) -> Axis | None:
    """Return the axis that lines of a family have while the cursor stands as it does; None: read them one by one."""
    if family.kind != "context" or not family.specs:
        return "step"
    if cursor.epoch is not None:
        return "step" if cursor.is_running(family.who, rank) else None
    if family.step >= 0 or cursor.step is not None:
        return None if family.held_out else "step"
    return "index" if cursor.unplaced and not family.neutral else None


def _as_first(column: list[bytes]) -> int:
    """Return how many of the first entries are the same."""
    first = column[0]
    if column.count(first) == len(column):
        return len(column)
    return next(i for i, part in enumerate(column) if part != first)


def _floats(column: list[bytes], form: NumberForm) -> list[float]:
    return list(map(float, column)) if form == "float" else [number(raw, form) for raw in column]


def _finite(column: list[float]) -> int:
    """Return how many of the first values are numbers."""
    total = sum(column)
    return len(column) if total - total == 0.0 else next((i for i, v in enumerate(column) if v - v != 0.0), len(column))


def _until_end(steps: list[float], family: Family, cursor: Cursor) -> int:
    """Return how many of the first rows of a bar with values are neither its beginning nor its end."""
    if family.kind in ("bar", "loop") and family.specs and cursor.steps is not None:
        ends = {0.0, cursor.steps - 1, cursor.steps}
        if not ends.isdisjoint(steps):
            return next(i for i, step in enumerate(steps) if step in ends)
    return len(steps)
