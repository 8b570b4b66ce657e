"""Running a plan: from the bytes of a line and the cursor to values, marks and settings with their place."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tailwatch.core.cursor import Cursor
from tailwatch.core.events import Mark, Plan, Progress, Reading, SeriesSpec, Setting
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.sanitise import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.events import Axis, Field, Frame, Line, ReaderEvent

__all__ = ["Cursor", "Glued", "Runner", "number"]

_MAGNITUDES: Final = {b"k": 1e3, b"m": 1e6, b"g": 1e9, b"b": 1e9, b"t": 1e12}
_MOVES: Final = ("epoch", "epochs", "step", "steps")


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
def _named(shown: str, like: SeriesSpec, raw: str) -> SeriesSpec:
    """The series of a name that is read from each line: `like` holds it with its digits as 0, maybe with a prefix or suffix."""
    name = like.name.replace(raw, shown) if raw in like.name else shown
    found = meaning(name)
    return SeriesSpec(name, found.metric, found.split or like.split, like.unit)


class Runner:
    """A plan made ready to run: one `struct` unpack takes every field out of the line."""

    __slots__ = (
        "_aside",
        "_forms",
        "_has_totals",
        "_keys",
        "_lean",
        "_moves",
        "_named",
        "_neutral",
        "_places",
        "_plain",
        "_rank",
        "_settings",
        "_specs",
        "_time",
        "_unpack",
        "_values",
        "frame",
        "plan",
    )

    def __init__(self, plan: Plan, shape: bytes) -> None:
        self.plan = plan
        self.frame: Frame | None = plan.frame
        order = sorted(range(len(plan.fields)), key=lambda i: plan.fields[i].start)
        self._unpack = struct.Struct(_layout([plan.fields[i] for i in order], len(shape))).unpack
        place = {i: at for at, i in enumerate(order)}
        numbered = [(place[i], f) for i, f in enumerate(plan.fields)]
        values = [(at, f) for at, f in numbered if f.role == "value"]
        self._values = tuple(at for at, _ in values)
        self._forms = tuple(f.form for _, f in values)
        self._plain = all(form == "float" for form in self._forms)
        self._specs = tuple(f.series for _, f in values if f.series is not None)
        self._named = tuple(
            (i, place[f.name_field], _text(plan.fields[f.name_field], shape))
            for i, (_, f) in enumerate(values)
            if f.name_field >= 0
        )
        self._places = tuple((f.role, at, f.form) for at, f in numbered if f.role in _MOVES)
        self._moves = bool(self._places) and plan.mark in (None, "epoch_begin")
        self._has_totals = any(role in ("epochs", "steps") for role, _, _ in self._places)
        self._settings = tuple((f.key, at, f.form) for at, f in numbered if f.role in ("setting", "count"))
        self._keys = tuple((f.key, i) for i, (_, f) in enumerate(values) if f.key)
        self._time = next((at for at, f in numbered if f.role == "time"), -1)
        self._rank = next((at for at, f in numbered if f.role == "rank"), -1)
        self._neutral = bool(self._specs) and all(is_neutral(s.name) for s in self._specs)
        self._aside = plan.kind in ("bar", "loop") and self._all_held_out()
        self._lean = bool(self._values) and not (plan.mark or plan.settings or self._settings or plan.closes)

    def _all_held_out(self) -> bool:
        own = [s for s in self._specs if not is_neutral(s.name)]
        return bool(own) and all(s.split in ("val", "test") for s in own)

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Return what the line says; the cursor moves with it."""
        parts = self._unpack(line.raw)
        if self._time >= 0:
            cursor.time = parts[self._time].decode("ascii", "replace")
        events: list[ReaderEvent] = self._move(line, parts, cursor) if self._moves else []
        if not self._lean:
            return self._others(line, parts, cursor, events)
        reading = self._reading(line, parts, cursor)
        if reading is None:
            events.extend(
                Setting(key, number(parts[self._values[i]], self._forms[i]), line.number, line.part) for key, i in self._keys
            )
        elif reading.axis == "index":
            events.extend(cursor.hold(reading))
        else:
            if cursor.held:
                events.extend(cursor.waited())
            events.append(reading)
        return events

    def names(self, line: Line) -> tuple[str, ...]:
        """Return what stands in the plan's fields, in order: the columns of a header."""
        return tuple(visible(part).strip() for part in self._unpack(line.raw))

    def _move(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor) -> list[ReaderEvent]:
        """Move the cursor; an evaluation's own steps are none of the training's."""
        step_known = self._aside
        for role, at, form in self._places:
            value = number(parts[at], form)
            if value != value:
                continue
            if role == "epoch":
                cursor.at_epoch(value, announced=self.plan.mark is not None)
            elif role == "epochs":
                cursor.epochs = value
            elif not self._aside:
                step_known = True
                setattr(cursor, role, value)
        if not step_known and cursor.step is None:
            cursor.steps = None
        if self.plan.closes:
            return list(cursor.close_epoch())
        events: list[ReaderEvent] = list(cursor.let_go()) if cursor.held else []
        totals = (cursor.epochs, cursor.steps)
        if self._has_totals and self._lean and totals != cursor.told:
            cursor.told = totals
            events.append(_progress(line, cursor))
        return events

    def _reading(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor) -> Reading | None:
        if self._plain:
            values = tuple([float(parts[at]) for at in self._values])
        else:
            values = tuple([number(parts[at], form) for at, form in zip(self._values, self._forms, strict=True)])
        specs = self._specs
        if self._named:
            listed = list(specs)
            for i, at, raw in self._named:
                listed[i] = _named(visible(parts[at]).strip(), specs[i], raw)
            specs = tuple(listed)
        rank = int(parts[self._rank]) if self._rank >= 0 else None
        step = cursor.step
        kind = self.plan.kind
        axis: Axis
        if kind == "summary":
            axis = "epoch"
        elif kind == "running":
            axis = "step"
        elif kind == "context":
            axis = cursor.axis(specs, values, rank)
            if axis == "index" and self._neutral:
                return None
        else:
            axis, step, specs = self._bar(parts, cursor, specs)
        return Reading(
            specs, values, axis, cursor.epoch, step, cursor.time, rank, line.number, line.offset, line.part, self.plan.dialect
        )

    def _bar(
        self, parts: tuple[bytes, ...], cursor: Cursor, specs: tuple[SeriesSpec, ...]
    ) -> tuple[Axis, float | None, tuple[SeriesSpec, ...]]:
        """A bar's values are running ones until it is full; an evaluation's full bar stands at the training's step."""
        step, steps = cursor.step, cursor.steps
        if self._aside:
            own = {role: number(parts[at], form) for role, at, form in self._places}
            step, steps = own.get("step"), own.get("steps")
        full = step is not None and step == steps
        if self.plan.kind == "loop":
            if step == 0.0:
                cursor.from_zero = True
            full = full or (cursor.from_zero and step is not None and steps is not None and step == steps - 1)
        if not full:
            return "step", step, specs
        if self.plan.kind == "epoch_bar":
            return "epoch", step, cursor.closed_by(specs)
        return ("epoch" if self._aside or cursor.epoch is not None else "step"), (cursor.step if self._aside else step), specs

    def _others(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor, events: list[ReaderEvent]) -> list[ReaderEvent]:
        plan = self.plan
        events.extend(Setting(key, number(parts[at], form), line.number, line.part) for key, at, form in self._settings)
        events.extend(Setting(key, text, line.number, line.part) for key, text in plan.settings)
        if plan.mark is not None:
            events.append(self._mark(line, parts, cursor))
        elif self._values:
            reading = self._reading(line, parts, cursor)
            events.extend([] if reading is None else [reading])
        if self._moves:
            events.append(_progress(line, cursor))
        return events

    def _mark(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor) -> Mark:
        """A mark stands at the epoch and step that its own line names, else at the cursor's; it moves nothing."""
        plan = self.plan
        own = {role: number(parts[at], form) for role, at, form in self._places}
        values = [number(parts[at], form) for at, form in zip(self._values, self._forms, strict=True)]
        assert plan.mark is not None
        return Mark(
            plan.mark,
            own.get("epoch", cursor.epoch),
            own.get("step", cursor.step),
            line.number,
            line.part,
            visible(line.raw.strip()[:400]),
            values[-1] if values else None,
            plan.monitor,
        )


class Glued:
    """The runners of a line that holds several: each reads its own bytes, in order."""

    __slots__ = ("_pieces", "frame", "plan")

    def __init__(self, pieces: Iterable[tuple[int, int, Runner]]) -> None:
        self._pieces = tuple(pieces)
        self.plan = Plan("glued")
        self.frame: Frame | None = next((r.frame for _, _, r in reversed(self._pieces) if r.frame is not None), None)

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Return what the pieces say, one after the other."""
        return [e for start, end, runner in self._pieces for e in runner.run(line._replace(raw=line.raw[start:end]), cursor)]

    def names(self, line: Line) -> tuple[str, ...]:
        """A glued line is no header."""
        del line
        return ()


def _progress(line: Line, cursor: Cursor) -> Progress:
    return Progress(cursor.epoch, cursor.epochs, cursor.step, cursor.steps, line.number, line.part)


def _text(field: Field, shape: bytes) -> str:
    return visible(shape[field.start : field.end]).strip()


def _layout(fields: list[Field], length: int) -> str:
    layout, at = [], 0
    for field in fields:
        layout.append(f"{field.start - at}x{field.end - field.start}s")
        at = field.end
    return "".join(layout) + f"{length - at}x"
