"""Running a plan: from the bytes of a line and the cursor to values, marks and settings with their place."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Final

from tailwatch.core.boxes import MAX_BOX, open_box
from tailwatch.core.carried import news
from tailwatch.core.columns import family_of
from tailwatch.core.cursor import Cursor, held_out, signature
from tailwatch.core.events import Mark, Plan, Progress, Reading, SeriesSpec, Setting
from tailwatch.core.metrics import is_batchwise, is_neutral
from tailwatch.core.naming import name_as_shown, name_in_shape
from tailwatch.core.numbers import layout, number
from tailwatch.core.sanitise import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tailwatch.core.events import Axis, Frame, Line, ReaderEvent

_MOVES: Final = ("epoch", "epochs", "step", "steps")


class Runner:
    """A plan made ready to run: one `struct` unpack takes every field out of the line.

    All that does not hang on where the fields stand is shared by the runners of many shapes, see `laid_out`.
    """

    __slots__ = (
        "_apart",
        "_aside",
        "_bare",
        "_forms",
        "_has_totals",
        "_held_out",
        "_in_bar",
        "_keys",
        "_lean",
        "_mark_value",
        "_moves",
        "_named",
        "_names_epoch",
        "_neutral",
        "_places",
        "_plain",
        "_rank",
        "_settings",
        "_specs",
        "_time",
        "_values",
        "_who",
        "family",
        "frame",
        "plan",
        "unpack",
    )

    def __init__(self, plan: Plan, shape: bytes) -> None:
        """Make a plan ready, but for the layout; `shape` is the one it was made for, where a field of it names a series."""
        self.plan = plan
        self.frame: Frame | None = plan.frame
        self.unpack: Callable[[bytes], tuple[bytes, ...]] = _not_laid_out
        order = sorted(range(len(plan.fields)), key=lambda i: plan.fields[i].start)
        place = {i: at for at, i in enumerate(order)}
        numbered = [(place[i], f) for i, f in enumerate(plan.fields)]
        values = [(at, f) for at, f in numbered if f.role == "value" and f.series is not None]
        self._mark_value = next(((at, f.form) for at, f in numbered if f.role == "value" and f.series is None), None)
        self._values = tuple(at for at, _ in values)
        self._forms = tuple(f.form for _, f in values)
        self._plain = all(form == "float" for form in self._forms)
        self._specs = tuple(f.series for _, f in values if f.series is not None)
        self._named = tuple(
            (i, place[f.name_field], name_in_shape(plan.fields[f.name_field], shape))
            for i, (_, f) in enumerate(values)
            if f.name_field >= 0
        )
        self._places = tuple(
            sorted(((f.role, at, f.form) for at, f in numbered if f.role in _MOVES), key=lambda p: p[0] != "epoch")
        )
        self._moves = bool(self._places) and (plan.mark in (None, "epoch_begin") or bool(values))
        self._names_epoch = any(role == "epoch" for role, _, _ in self._places)
        self._has_totals = any(role in ("epochs", "steps") for role, _, _ in self._places)
        self._settings = tuple((f.key, at, f.form) for at, f in numbered if f.role in ("setting", "count"))
        self._keys = tuple((f.key, i) for i, (_, f) in enumerate(values) if f.key)
        self._time = next((at for at, f in numbered if f.role == "time"), -1)
        self._rank = next((at for at, f in numbered if f.role == "rank"), -1)
        self._neutral = bool(self._specs) and all(is_neutral(s.name) for s in self._specs)
        self._held_out = held_out(self._specs)
        self._who = signature(self._specs)
        self._aside = plan.kind in ("bar", "loop") and self._held_out
        self._in_bar = plan.kind in ("bar", "loop", "epoch_bar")
        by_name = (is_batchwise(s.name) if self._in_bar else plan.kind == "mixed" and not _is_held_out(s) for s in self._specs)
        self._apart = frozenset(i for i, apart in enumerate(by_name) if apart)
        self._bare = plan.kind == "bar" and not values and not self._names_epoch
        self._lean = bool(self._values) and not (plan.mark or plan.settings or self._settings or plan.closes)
        alone = plan.mark or plan.settings or self._settings or self._named or self._aside or (plan.closes and bool(values))
        self.family = None if alone else family_of(plan, self._specs, numbered, moves=self._moves and not values, bare=self._bare)

    def laid_out(self, spans: Iterable[tuple[int, int]], length: int) -> Runner:
        """Return the runner for lines of `length` bytes whose fields stand, from left to right, at `spans`."""
        twin = object.__new__(type(self))
        for name in _KEPT:
            setattr(twin, name, getattr(self, name))
        twin.unpack = struct.Struct(layout(spans, length)).unpack
        return twin

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Return what the line says; the cursor moves with it."""
        parts = self.unpack(line.raw)
        if self._time >= 0:
            cursor.time = parts[self._time].decode("ascii", "replace")
        ended = open_box(cursor) if cursor.boxed and self._values and self.plan.kind != "boxed" else ()
        events: list[ReaderEvent] = [*ended, *self._move(line, parts, cursor)] if self._moves else [*ended]
        cursor.fresh = self._bare
        if self.plan.kind in ("boxed", "carrying"):
            return self._gathered(line, parts, cursor, events)
        if not self._lean:
            return self._others(line, parts, cursor, events)
        reading = self._reading(line, parts, cursor)
        if reading is None:
            for key, i in self._keys:
                events.append(Setting(key, number(parts[self._values[i]], self._forms[i]), line.number, line.part))
        elif reading.axis == "index":
            events.extend(cursor.hold(reading))
        elif reading.axis == "epoch" and self.plan.kind == "epoch_bar":
            events.extend(cursor.close(reading, other=cursor.is_evaluation(self._own("steps", parts))))
        elif self._apart and (reading.axis == "epoch" or self.plan.kind == "mixed"):
            events.extend(_parts_of(reading, self._apart))
        else:
            if cursor.held:
                events.extend(cursor.waited())
            events.append(reading)
        return events

    def _gathered(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor, events: list[ReaderEvent]) -> list[ReaderEvent]:
        reading = self._reading(line, parts, cursor) if self._values else None
        if reading is not None and self.plan.kind == "carrying":
            events.extend(news(reading, cursor.steps, cursor.shown, first=cursor.turn <= 1))
        elif reading is not None:
            cursor.boxed.append(reading)
        if self._places and self.plan.kind == "boxed":
            cursor.box_places |= {role for role, _, _ in self._places}
        if self.plan.closes or len(cursor.boxed) > MAX_BOX:
            events.extend(open_box(cursor))
        return events

    def names(self, line: Line) -> tuple[str, ...]:
        """Return what stands in the plan's fields, in order, with the blanks: the columns of a header."""
        return tuple(visible(part) for part in self.unpack(line.raw))

    def _move(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor) -> list[ReaderEvent]:  # noqa: C901
        """Move the cursor; an evaluation's own steps are none of the training's."""
        if self._bare and self._is_another_bar(parts, cursor):
            return []
        if self.plan.kind == "epoch_bar" and cursor.is_evaluation(self._own("steps", parts)):
            return []
        cursor.ranked |= self._rank >= 0
        turn = cursor.turn
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
        if self.plan.closes and self.plan.kind != "boxed":
            return list(cursor.close_epoch())
        events: list[ReaderEvent] = list(cursor.let_go()) if cursor.held else []
        if turn != cursor.turn:
            events.extend(cursor.let_pending_go(as_result=True))
        totals = (cursor.epochs, cursor.steps)
        if self._has_totals and self._lean and totals != cursor.told:
            cursor.told = totals
            events.append(_progress(line, cursor))
        return events

    def _is_another_bar(self, parts: tuple[bytes, ...], cursor: Cursor) -> bool:
        """Whether a bar without name and values is a shorter one inside the training's (an evaluation, a download)."""
        if cursor.step is None or cursor.steps is None or cursor.step >= cursor.steps:
            return False
        return self._own("steps", parts) < cursor.steps

    def _own(self, wanted: str, parts: tuple[bytes, ...]) -> float:
        return next((number(parts[at], form) for role, at, form in self._places if role == wanted), math.nan)

    def _reading(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor) -> Reading | None:
        if self._plain:
            values = tuple([float(parts[at]) for at in self._values])
        else:
            values = tuple([number(parts[at], form) for at, form in zip(self._values, self._forms, strict=True)])
        specs = self._specs
        if self._named:
            listed = list(specs)
            for i, at, raw in self._named:
                listed[i] = name_as_shown(visible(parts[at]).strip(), specs[i], raw)
            specs = tuple(listed)
        rank = int(parts[self._rank]) if self._rank >= 0 else None
        step = cursor.step
        kind = self.plan.kind
        axis: Axis
        if kind == "summary":
            axis = "epoch"
        elif kind in ("running", "mixed"):
            axis = "step"
        elif kind == "boxed":
            axis = "epoch" if self._held_out else "step"
        elif kind == "context":
            who = signature(specs) if self._named else self._who
            axis = cursor.axis(who if rank is None else (who, rank), values, held_out=self._held_out, named=self._names_epoch)
            if axis == "index" and self._neutral:
                return None
        else:
            axis, step = self._bar(parts, cursor)
        return Reading(
            specs, values, axis, cursor.epoch, step, cursor.time, rank, line.number, line.offset, line.part, self.plan.dialect
        )

    def _bar(self, parts: tuple[bytes, ...], cursor: Cursor) -> tuple[Axis, float | None]:
        """A bar's values are running ones until it is full; an evaluation's full bar stands at the training's step."""
        step, steps = cursor.step, cursor.steps
        if self._aside:
            step, steps = self._own("step", parts), self._own("steps", parts)
        elif self.plan.kind == "epoch_bar" and cursor.is_evaluation(self._own("steps", parts)):
            return ("epoch" if self._own("step", parts) == self._own("steps", parts) else "step"), cursor.step
        full = step is not None and step == steps
        if self.plan.kind == "loop":
            if step == 0.0:
                cursor.from_zero = True
            full = full or (cursor.from_zero and step is not None and steps is not None and step == steps - 1)
        if full and (self._aside or self.plan.kind == "epoch_bar" or cursor.epoch is not None):
            return "epoch", cursor.step if self._aside else step
        return "step", step

    def _others(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor, events: list[ReaderEvent]) -> list[ReaderEvent]:
        plan = self.plan
        events.extend(Setting(key, number(parts[at], form), line.number, line.part) for key, at, form in self._settings)
        events.extend(Setting(key, text, line.number, line.part) for key, text in plan.settings)
        if self._values:
            reading = self._reading(line, parts, cursor)
            events.extend([] if reading is None else [reading])
        if plan.mark is not None:
            events.append(self._mark(line, parts, cursor))
            cursor.turn += plan.mark == "resume"  # its epoch may come again
        if self._moves:
            events.append(_progress(line, cursor))
        return events

    def _mark(self, line: Line, parts: tuple[bytes, ...], cursor: Cursor) -> Mark:
        """A mark stands at the epoch and step that its own line names, else at the cursor's; it moves nothing."""
        plan = self.plan
        own = {role: number(parts[at], form) for role, at, form in self._places}
        value = None if self._mark_value is None else number(parts[self._mark_value[0]], self._mark_value[1])
        assert plan.mark is not None
        return Mark(
            plan.mark,
            own.get("epoch", cursor.epoch),
            own.get("step", cursor.step),
            line.number,
            line.part,
            visible(line.raw.strip()[:400]),
            value,
            plan.monitor,
        )


_KEPT: Final = tuple(name for name in Runner.__slots__ if name != "unpack")


def _not_laid_out(_raw: bytes) -> tuple[bytes, ...]:
    raise AssertionError("a runner is laid out before it runs")


def _is_held_out(spec: SeriesSpec) -> bool:
    return spec.split in ("val", "test")


def _parts_of(reading: Reading, running: frozenset[int]) -> list[Reading]:
    """Part the running values, such as those a full bar's names say are the last step's, from the results beside them."""
    parts: list[Reading] = []
    for wanted in (True, False):
        kept = [i for i in range(len(reading.series)) if (i in running) is wanted]
        if kept:
            series, values = tuple([reading.series[i] for i in kept]), tuple([reading.values[i] for i in kept])
            parts.append(reading._replace(series=series, values=values, axis="step" if wanted else "epoch"))
    return parts


def _progress(line: Line, cursor: Cursor) -> Progress:
    return Progress(cursor.epoch, cursor.epochs, cursor.step, cursor.steps, line.number, line.part)
