"""Running a plan: from the bytes of a line and the cursor to values, marks and settings with their place."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tailwatch.core.events import Mark, Progress, Reading, SeriesSpec, Setting
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.sanitise import visible

if TYPE_CHECKING:
    from tailwatch.core.events import Axis, Field, Line, Plan, ReaderEvent

_MAGNITUDES: Final = {b"k": 1e3, b"m": 1e6, b"g": 1e9, b"b": 1e9, b"t": 1e12}
_PLACES: Final = ("epoch", "epochs", "step", "steps", "rank")


class Cursor:
    """Where in the run the lines stand: what earlier lines announced and later ones inherit. None is unknown."""

    __slots__ = ("closed", "epoch", "epochs", "rank", "running", "seen", "step", "steps", "time")

    def __init__(self) -> None:
        self.seen: dict[tuple[float | None, tuple[SeriesSpec, ...]], tuple[float, tuple[float, ...], int]] = {}
        self.running: set[tuple[SeriesSpec, ...]] = set()
        self.closed: tuple[float | None, float | None, frozenset[SeriesSpec]] | None = None
        self.epoch: float | None = None
        self.epochs: float | None = None
        self.step: float | None = None
        self.steps: float | None = None
        self.rank: float | None = None
        self.time: str | None = None

    def copy(self) -> Cursor:
        """Return a cursor that can move without moving this one."""
        other = Cursor()
        for name in Cursor.__slots__:
            setattr(other, name, getattr(self, name))
        other.seen, other.running = dict(self.seen), set(self.running)
        return other


def number(raw: bytes, form: str = "float") -> float:
    """Return the number as written: `40,100` is 40100, `17K` is 17000; what is no number is NaN."""
    try:
        if form == "grouped":
            return float(raw.replace(b",", b""))
        if form == "magnitude":
            return float(raw[:-1].replace(b",", b"")) * _MAGNITUDES[raw[-1:].lower()]
        return float(raw)
    except (ValueError, KeyError):
        return float("nan")


@lru_cache(maxsize=8192)
def _named(name: str, like: SeriesSpec) -> SeriesSpec:
    found = meaning(name)
    return SeriesSpec(name, found.metric, found.split or like.split, like.unit)


class Runner:
    """A plan made ready to run: one `struct` unpack takes every field out of the line."""

    __slots__ = (
        "_forms",
        "_keys",
        "_named",
        "_places",
        "_plain",
        "_settings",
        "_specs",
        "_step_known",
        "_time",
        "_totals",
        "_unpack",
        "_values",
        "frame",
        "neutral",
        "plan",
    )

    def __init__(self, plan: Plan, length: int) -> None:
        self.plan = plan
        self.frame = plan.frame
        order = sorted(range(len(plan.fields)), key=lambda i: plan.fields[i].start)
        self._unpack = struct.Struct(_layout([plan.fields[i] for i in order], length)).unpack
        place = {i: at for at, i in enumerate(order)}
        numbered = [(place[i], f) for i, f in enumerate(plan.fields)]
        values = [(at, f) for at, f in numbered if f.role == "value"]
        self._values = tuple(at for at, _ in values)
        self._forms = tuple(f.form for _, f in values)
        self._plain = all(form == "float" for form in self._forms)
        self._specs = tuple(f.series for _, f in values if f.series is not None)
        self._named = tuple((i, place[f.name_field]) for i, (_, f) in enumerate(values) if f.name_field >= 0)
        self._places = tuple((f.role, at, f.form) for at, f in numbered if f.role in _PLACES)
        self._totals = any(role in ("epochs", "steps") for role, _, _ in self._places)
        self._settings = tuple((f.key, at, f.form) for at, f in numbered if f.role in ("setting", "count"))
        self._keys = tuple((f.key, i) for i, (_, f) in enumerate(values) if f.key)
        self._time = next((at for at, f in numbered if f.role == "time"), -1)
        self._step_known = any(role == "step" for role, _, _ in self._places)
        self.neutral = bool(self._specs) and all(is_neutral(s.name) for s in self._specs)

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Return what the line says; the cursor moves with it."""
        parts = self._unpack(line.raw)
        if self._time >= 0:
            cursor.time = parts[self._time].decode("ascii", "replace")
        if self._places:
            self._move(parts, cursor)
        plan = self.plan
        if self._values and not (plan.mark or self._settings or plan.settings):
            reading = self._reading(line, parts, cursor)
            if reading is not None:
                return [reading, self._progress(line, cursor)] if self._totals else [reading]
            return [Setting(key, number(parts[self._values[i]], self._forms[i]), line.number, line.part) for key, i in self._keys]
        return self._others(line, parts, cursor)

    @staticmethod
    def _progress(line: Line, cursor: Cursor) -> Progress:
        return Progress(cursor.epoch, cursor.epochs, cursor.step, cursor.steps, line.number, line.part)

    def names(self, line: Line) -> tuple[str, ...]:
        """Return what stands in the plan's fields, in order: the columns of a header."""
        return tuple(visible(part).strip() for part in self._unpack(line.raw))

    def _move(self, parts: tuple[bytes, ...], cursor: Cursor) -> None:
        for role, at, form in self._places:
            value = number(parts[at], form)
            if value != value:
                continue
            if role == "epoch" and value != cursor.epoch:
                cursor.step = None
            setattr(cursor, role, value)
        if not self._step_known:
            cursor.steps = cursor.steps if cursor.step is not None else None

    def _reading(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor) -> Reading | None:
        if self._plain:
            values = tuple([float(parts[at]) for at in self._values])
        else:
            values = tuple(number(parts[at], form) for at, form in zip(self._values, self._forms, strict=True))
        specs = self._specs
        if self._named:
            listed = list(specs)
            for i, at in self._named:
                like = specs[i]
                tail = " (avg)" if like.name.endswith(" (avg)") else ""
                listed[i] = _named(visible(parts[at]).strip() + tail, like)
            specs = tuple(listed)
        if self.plan.kind == "epoch_bar":
            axis, specs = _closing(specs, cursor)
        else:
            axis = self._axis(values, cursor)
        if axis is None:
            return None
        rank = None if cursor.rank is None else int(cursor.rank)
        return Reading(
            specs,
            values,
            axis,
            cursor.epoch,
            cursor.step,
            cursor.time,
            rank,
            line.number,
            line.offset,
            line.part,
            self.plan.dialect,
        )

    def _axis(self, values: tuple[float, ...], cursor: Cursor) -> Axis | None:
        kind = self.plan.kind
        if kind == "summary":
            return "epoch"
        if kind == "running":
            return "step"
        if kind == "bar":
            held_out = any(s.split in ("val", "test") for s in self._specs)
            full = cursor.step is not None and cursor.step == cursor.steps
            return "epoch" if full and (held_out or cursor.epoch is not None) else "step"
        if cursor.epoch is None:
            if cursor.step is None:
                return None if self.neutral else "index"
            return "epoch" if any(s.split in ("val", "test") for s in self._specs) else "step"
        return "step" if self._repeats(values, cursor) else "epoch"

    def _repeats(self, values: tuple[float, ...], cursor: Cursor) -> bool:
        """Whether these series have more than one value an epoch: they are running values then, not the epoch's result.

        Each rank counts for itself, the same line printed twice counts once, and a last evaluation of the best weights is no
        running value yet.
        """
        specs = self._specs
        if specs in cursor.running:
            return True
        key = (cursor.rank, specs)
        seen = cursor.seen.get(key)
        count = 1
        if seen is not None and seen[0] == cursor.epoch:
            count = seen[2] + (seen[1] != values)
        cursor.seen[key] = (cursor.epoch or 0.0, values, count)
        if count > (2 if all(s.split in ("val", "test") or is_neutral(s.name) for s in specs) else 1):
            cursor.running.add(specs)
            return True
        return False

    def _others(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor) -> list[ReaderEvent]:
        plan = self.plan
        events: list[ReaderEvent] = []
        for key, at, form in self._settings:
            events.append(Setting(key, number(parts[at], form), line.number, line.part))
        events.extend(Setting(key, text, line.number, line.part) for key, text in plan.settings)
        if plan.mark is not None:
            values = [number(parts[at], form) for at, form in zip(self._values, self._forms, strict=True)]
            text = visible(line.raw.strip()[:400])
            events.append(
                Mark(
                    plan.mark,
                    cursor.epoch,
                    cursor.step,
                    line.number,
                    line.part,
                    text,
                    values[-1] if values else None,
                    plan.monitor,
                )
            )
        elif self._values:
            reading = self._reading(line, parts, cursor)
            events.extend([] if reading is None else [reading])
        if self._places:
            events.append(self._progress(line, cursor))
        return events


def _closing(specs: tuple[SeriesSpec, ...], cursor: Cursor) -> tuple[Axis | None, tuple[SeriesSpec, ...]]:
    """Tell the bar that closes an epoch of training from the bar of an evaluation after it.

    Within one epoch a full bar may be drawn again, with its validation values added; a full bar with fewer values or another
    length is an evaluation's.
    """
    if cursor.step is None or cursor.step != cursor.steps:
        return "step", specs
    names = frozenset(specs)
    closed = cursor.closed
    again = closed is not None and closed[0] == cursor.epoch
    if cursor.epoch is None or (again and closed is not None and (closed[1] != cursor.steps or not closed[2] <= names)):
        return "epoch", tuple([s if s.split else SeriesSpec(s.name, s.metric, "test", s.unit) for s in specs])
    cursor.closed = (cursor.epoch, cursor.steps, names)
    return "epoch", specs


def _layout(fields: list[Field], length: int) -> str:
    layout, at = [], 0
    for field in fields:
        layout.append(f"{field.start - at}x{field.end - field.start}s")
        at = field.end
    return "".join(layout) + f"{length - at}x"
