"""Reading many lines at once: a stretch of lines that hold running values of the same series, taken apart by columns.

Most lines of a long log are running values of one kind. Read one by one, each costs some ten microseconds; by columns, one or
two. What comes out is the same: a stretch ends where a line says anything that moves more than the step (another epoch, a full
bar, a value that is no number), and that line is read by itself.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from operator import eq
from typing import TYPE_CHECKING, Final, NamedTuple

from tailwatch.core.cursor import held_out, signature
from tailwatch.core.events import Reading
from tailwatch.core.metrics import is_neutral
from tailwatch.core.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.cursor import Cursor, Who
    from tailwatch.core.events import Axis, Field, Line, NumberForm, Plan, PlanKind, SeriesSpec

LEAST: Final = 4
"""Fewer lines than this are read one by one."""
MOST: Final = 4096
NAN: Final = float("nan")
Parts = tuple[bytes, ...]


class Family(NamedTuple):
    """What lines must share to be read together: the same series, and the same parts in the same order.

    `values` and the places are indices into the parts of a line, with the form of the number; -1 where a part is missing.
    """

    dialect: str
    kind: PlanKind
    specs: tuple[SeriesSpec, ...]
    values: tuple[tuple[int, NumberForm], ...]
    step: int
    step_form: NumberForm
    time: int
    constant: tuple[tuple[str, int, NumberForm], ...]
    who: Who
    held_out: bool
    neutral: bool
    inherits: bool

    def place(self, role: str, parts: Parts) -> float | None:
        """Return a place that is the same in every line of the stretch, None where the lines do not name it."""
        return next((number(parts[at], form) for name, at, form in self.constant if name == role), None)


def family_of(plan: Plan, specs: tuple[SeriesSpec, ...], numbered: list[tuple[int, Field]]) -> Family | None:
    """Return what the lines of a plan share with others that can be read together with them; None: each by itself.

    `numbered` are the plan's fields, each with its index among the parts of a line.
    """
    at = {f.role: (i, f.form) for i, f in numbered}
    counted = plan.kind in ("bar", "loop") and {"step", "steps"} <= at.keys()
    if plan.frame is not None or not (counted or plan.kind in ("running", "context")):
        return None
    step, step_form = at.get("step", (-1, "float"))
    return _interned(
        Family(
            plan.dialect,
            plan.kind,
            specs,
            tuple((i, f.form) for i, f in numbered if f.role == "value" and f.series is not None),
            step,
            step_form,
            next((i for i, f in numbered if f.role == "time"), -1),
            tuple((role, *at[role]) for role in ("epoch", "epochs", "steps", "rank") if role in at),
            signature(specs),
            held_out(specs),
            all(is_neutral(s.name) for s in specs),
            plan.inherits,
        )
    )


@lru_cache(maxsize=4096)
def _interned(family: Family) -> Family:
    """Return the one family that is equal to this one: families are compared by identity, line by line."""
    return family


class Stretch(NamedTuple):
    """The columns of some lines: `values[i]` belongs to `family.specs[i]`; with the silent ones between, `taken` lines."""

    family: Family
    axis: Axis
    epoch: float | None
    rank: int | None
    last_step: float | None
    rows: list[Line]
    steps: array[float]
    epochs: array[float]
    lines: array[int]
    values: list[array[float]]
    times: list[str | None]
    taken: int

    def moved(self, cursor: Cursor, row: int) -> None:
        """Leave the cursor where the line of this row leaves it."""
        cursor.fresh = False
        cursor.time = self.times[row]
        if self.family.step >= 0:
            cursor.step = self.steps[row]
        elif cursor.step is None:
            cursor.steps = None

    def readings(self, start: int, end: int) -> Iterator[Reading]:
        """Yield the rows `start:end` as single readings."""
        specs, dialect, stepped = self.family.specs, self.family.dialect, self.family.step >= 0
        for i in range(start, end):
            line = self.rows[i]
            step = self.steps[i] if stepped else self.last_step
            values = tuple([column[i] for column in self.values])
            yield Reading(
                specs, values, self.axis, self.epoch, step, self.times[i], self.rank, line.number, line.offset, line.part, dialect
            )


def axis_of(family: Family, first: Parts, cursor: Cursor) -> Axis | None:
    """Return the axis that all lines of a stretch have while the cursor stands as it does; None: read them one by one."""
    if not _is_steady(family, first, cursor):
        return None
    if family.kind != "context":
        return "step"
    if cursor.epoch is not None:
        return "step" if cursor.is_running(family.who, family.place("rank", first)) else None
    if family.step >= 0:
        return None if family.held_out else "step"
    return "index" if cursor.unplaced and not family.neutral else None


def _is_steady(family: Family, first: Parts, cursor: Cursor) -> bool:
    """Whether nothing waits, and these lines name no other place than the cursor's, but for the step."""
    if cursor.held or cursor.pending is not None or cursor.boxed:
        return False
    if family.step < 0 and cursor.step is not None:
        return False  # all at one step: each replaces the one before
    named = [(role, family.place(role, first)) for role, _, _ in family.constant if role != "rank"]
    if any(value != getattr(cursor, role) for role, value in named):
        return False
    return (cursor.epochs, cursor.steps) == cursor.told or all(role == "epoch" for role, _ in named)


def take_apart(family: Family, axis: Axis, rows: list[Line], parts: list[Parts], cursor: Cursor) -> Stretch | None:
    """Return the columns of as many of the rows, from the first on, as can be read together."""
    columns = list(zip(*parts, strict=True))
    count = min([len(rows), *(_as_first(columns[at]) for _, at, _ in family.constant)])
    steps = array("d")
    if family.step >= 0:
        read = _floats(columns[family.step], family.step_form)
        count = min(count, _until(read, family, cursor))
        steps = array("d", read[:count])
    values: list[array[float]] = []
    for at, form in family.values:
        column = _floats(columns[at], form)
        total = sum(column)
        if total - total != 0.0:
            count = min(count, next((i for i, v in enumerate(column) if v - v != 0.0), count))
        values.append(array("d", column))
    if count < LEAST:
        return None
    rank = family.place("rank", parts[0])
    times: list[str | None] = [cursor.time] * count
    if family.time >= 0:
        times = [t.decode("ascii", "replace") for t in columns[family.time][:count]]
    return Stretch(
        family,
        axis,
        cursor.epoch,
        None if rank is None else int(rank),
        cursor.step,
        rows[:count],
        steps[:count] if family.step >= 0 else array("d", [NAN]) * count,
        array("d", [NAN if cursor.epoch is None else cursor.epoch]) * count,
        array("q", [row.number for row in rows[:count]]),
        [column[:count] for column in values],
        times,
        0,
    )


def _as_first(column: tuple[bytes, ...]) -> int:
    """Return how many of the first entries are the same."""
    first = column[0]
    if column.count(first) == len(column):
        return len(column)
    return next(i for i, part in enumerate(column) if part != first)


def _floats(column: tuple[bytes, ...], form: NumberForm) -> list[float]:
    return list(map(float, column)) if form == "float" else [number(raw, form) for raw in column]


def _until(steps: list[float], family: Family, cursor: Cursor) -> int:
    """Return how many rows go on step by step: up to one that repeats a step, or where a bar is full or begins."""
    same = list(map(eq, steps, steps[1:]))
    count = same.index(True) + 1 if True in same else len(steps)
    if family.kind in ("bar", "loop") and cursor.steps is not None:
        ends = {0.0, cursor.steps - 1, cursor.steps}
        if not ends.isdisjoint(steps[:count]):
            count = next(i for i, step in enumerate(steps) if step in ends)
    return count
