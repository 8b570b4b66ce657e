"""What the lines of a plan say: values, marks and settings, with the places where they stand."""

from __future__ import annotations

from tailwatch.core.axes import axis_of_kind, is_held_out, parts_of
from tailwatch.core.boxes import MAX_BOX, open_box
from tailwatch.core.carried import news
from tailwatch.core.cursor import held_out, signature
from tailwatch.core.events import Mark, Reading, Setting
from tailwatch.core.families import family_of
from tailwatch.core.metrics import is_batchwise, is_neutral
from tailwatch.core.moving import Mover, progress
from tailwatch.core.naming import name_as_shown, name_in_shape
from tailwatch.core.numbers import number
from tailwatch.core.sanitise import visible
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Axis, Line, Plan, ReaderEvent, Role, SeriesSpec

    Parts = tuple[bytes, ...]

_LEAVES_THE_EPOCH: Final = frozenset(("resume", "restored", "end", "early_stop", "crash"))
"""Marks behind which nothing sums up the epoch before."""
_OF_EPOCHS: Final[dict[Role, Role]] = {"step": "epoch", "steps": "epochs"}


class Saying:
    """All of a plan that does not hang on where its fields stand, looked up once, so that little is asked line by line."""

    __slots__ = (
        "_apart",
        "_aside",
        "_axis",
        "_begins",
        "_by_epochs",
        "_counts",
        "_ends_box",
        "_forms",
        "_gathers",
        "_held_out",
        "_keys",
        "_lean",
        "_mark_value",
        "_mover",
        "_named",
        "_names_epoch",
        "_neutral",
        "_plain",
        "_rank",
        "_settings",
        "_shape",
        "_time",
        "_values",
        "_who",
        "family",
        "may_end_heading",
        "plan",
        "specs",
    )

    def __init__(self, plan: Plan, shape: bytes) -> None:
        self.plan = plan
        self._shape = shape
        self._by_epochs: Saying | None = None
        order = sorted(range(len(plan.fields)), key=lambda i: plan.fields[i].start)
        place = {i: at for at, i in enumerate(order)}
        numbered = [(place[i], f) for i, f in enumerate(plan.fields)]
        values = [(at, f) for at, f in numbered if f.role == "value" and f.series is not None]
        self._mark_value = next(((at, f.form) for at, f in numbered if f.role == "value" and f.series is None), None)
        self._values = tuple(at for at, _ in values)
        self._forms = tuple(f.form for _, f in values)
        self._plain = all(form == "float" for form in self._forms)
        self.specs = tuple(f.series for _, f in values if f.series is not None)
        self._named = tuple(
            (i, place[f.name_field], name_in_shape(plan.fields[f.name_field], shape))
            for i, (_, f) in enumerate(values)
            if f.name_field >= 0
        )
        self._settings = tuple((f.key, at, f.form) for at, f in numbered if f.role in ("setting", "count"))
        self._keys = tuple((f.key, i) for i, (_, f) in enumerate(values) if f.key)
        self._time = next((at for at, f in numbered if f.role == "time"), -1)
        self._neutral = bool(self.specs) and all(is_neutral(s.name) for s in self.specs)
        self._held_out = held_out(self.specs)
        self._who = signature(self.specs)
        self._aside = plan.kind in ("bar", "loop") and self._held_out
        in_bar = plan.kind in ("bar", "loop", "epoch_bar")
        by_name = (is_batchwise(s.name) if in_bar else plan.kind == "mixed" and not is_held_out(s) for s in self.specs)
        self._counts = plan.kind in ("bar", "loop")
        self._apart = frozenset(i for i, apart in enumerate(by_name) if apart)
        self._lean = bool(values) and not (plan.mark or plan.settings or self._settings or plan.closes)
        self._ends_box = bool(values) and plan.kind != "boxed"
        self._gathers = plan.kind in ("boxed", "carrying")
        self._axis = axis_of_kind(plan.kind, held_out=self._held_out)
        self._mover = mover = Mover(plan, numbered, valued=bool(values), lean=self._lean, aside=self._aside)
        self._rank = mover.rank
        self._names_epoch = mover.names("epoch")
        self._begins = plan.mark == "epoch_begin" and mover.begins
        self.may_end_heading = plan.inherits and mover.places_itself and any(is_held_out(s) for s in self.specs)
        alone = (
            plan.mark
            or plan.settings
            or self._settings
            or self._named
            or (plan.closes and bool(numbered))
            or self.may_end_heading
        )
        if alone:
            self.family = None
        else:
            moves = mover.moves and not values
            self.family = family_of(plan, self.specs, numbered, moves=moves, bare=mover.bare, aside=self._aside)

    @property
    def by_epochs(self) -> Saying:
        """What the lines of a bar say whose count is one of epochs (see `epochs_bar`), though their own words do not tell."""
        if self._by_epochs is None:
            fields = tuple(f._replace(role=_OF_EPOCHS.get(f.role, f.role)) for f in self.plan.fields)
            counts = self.plan.kind == "bar" and not self._names_epoch
            self._by_epochs = Saying(self.plan._replace(fields=fields, kind="context"), self._shape) if counts else self
        return self._by_epochs

    def place(self, parts: Parts) -> tuple[float | None, float | None]:
        """Return the epoch and the step named by a line whose fields hold these parts, None for what is not."""
        mover = self._mover
        epoch, step = (mover.own(role, parts) if mover.names(role) else None for role in ("epoch", "step"))
        return epoch, step

    def say(self, line: Line, parts: Parts, cursor: Cursor) -> list[ReaderEvent]:
        """Return what the line says whose fields hold these parts; the cursor moves with it."""
        if self._time >= 0:
            cursor.time = parts[self._time].decode("ascii", "replace")
        events: list[ReaderEvent] = []
        if self._ends_box and cursor.boxed:
            events += open_box(cursor)
        if cursor.lists is not None:
            events += cursor.lists.tell(cursor)
        if self._mover.moves:
            self._mover.move(line, parts, cursor, events)
        cursor.fresh = self._mover.bare
        if self._gathers:
            self._gather(line, parts, cursor, events)
        elif not self._lean:
            self._say_others(line, parts, cursor, events)
        else:
            reading = self._reading(line, parts, cursor)
            if (
                reading is not None
                and reading.axis == "step"
                and not (cursor.held or cursor.fulls.waiting or cursor.kept.waiting or self._apart)
            ):
                events.append(reading)
            else:
                self._say_values(reading, line, parts, cursor, events)
        return events

    def _say_values(self, reading: Reading | None, line: Line, parts: Parts, cursor: Cursor, events: list[ReaderEvent]) -> None:
        """Say values at once, later, or in parts, as their axis asks for."""
        if reading is None:
            for key, i in self._keys:
                events.append(Setting(key, number(parts[self._values[i]], self._forms[i]), line.number, line.part))
        elif reading.axis == "index":
            events += cursor.hold(reading)
        elif reading.axis == "epoch" and self._mover.epoch_bar:
            events += cursor.close(reading, other=self._mover.is_evaluation(parts, cursor))
        else:
            if cursor.held:
                events += cursor.waited()
            apart = self._apart and (reading.axis == "epoch" or self.plan.kind == "mixed")
            for part in parts_of(reading, self._apart) if apart else (reading,):
                self._say_values_of_a_place(part, cursor, events)

    def _say_values_of_a_place(self, reading: Reading, cursor: Cursor, events: list[ReaderEvent]) -> None:
        """Say what belongs to an epoch or a step; the last step of a loop may wait for a line that sums the epoch up."""
        events += cursor.kept.let_go()
        if reading.axis == "epoch" and self._counts and cursor.epoch is not None:
            events += cursor.fulls.end(reading, self._who, cursor.turn)
            return
        events += cursor.fulls.sum_up(reading, cursor.turn) if reading.axis == "epoch" else cursor.fulls.let_go()
        events.append(reading)

    def _gather(self, line: Line, parts: Parts, cursor: Cursor, events: list[ReaderEvent]) -> None:
        """Keep the row of a box; tell what is new in a bar that goes on showing old results."""
        reading = self._reading(line, parts, cursor) if self._values else None
        if reading is not None and self.plan.kind == "carrying":
            events += news(reading, cursor.steps, cursor.shown, first=cursor.turn <= 1)
        elif reading is not None:
            cursor.boxed.append(reading)
        if self._mover.places and self.plan.kind == "boxed":
            cursor.box_places |= {role for role, _, _ in self._mover.places}
        if self.plan.closes or len(cursor.boxed) > MAX_BOX:
            events += open_box(cursor)

    def values(self, parts: Parts) -> tuple[tuple[SeriesSpec, ...], tuple[float, ...]]:
        """Return the series that the parts of a line name, and their values."""
        if self._plain:
            values = tuple([float(parts[at]) for at in self._values])
        else:
            values = tuple([number(parts[at], form) for at, form in zip(self._values, self._forms, strict=True)])
        specs = self.specs
        if self._named:
            listed = list(specs)
            for i, at, raw in self._named:
                listed[i] = name_as_shown(visible(parts[at]).strip(), specs[i], raw)
            specs = tuple(listed)
        return specs, values

    def _reading(self, line: Line, parts: Parts, cursor: Cursor) -> Reading | None:
        specs, values = self.values(parts)
        if self._who not in cursor.kept.known:
            cursor.kept.note(self._who, specs)
        rank = int(parts[self._rank]) if self._rank >= 0 else None
        step = cursor.step
        axis: Axis
        if self._axis is not None:
            axis = "epoch" if line.end == "closed" and cursor.epoch is not None else self._axis
        elif self.plan.kind == "context":
            who = signature(specs) if self._named else self._who
            axis = cursor.axis(who if rank is None else (who, rank), values, held_out=self._held_out, named=self._names_epoch)
            if axis == "index" and self._neutral:
                return None
        else:
            axis, step = self._bar(parts, cursor, line)
        return Reading(
            specs, values, axis, cursor.epoch, step, cursor.time, rank, line.number, line.offset, line.part, self.plan.dialect
        )

    def _bar(self, parts: Parts, cursor: Cursor, line: Line) -> tuple[Axis, float | None]:
        """A bar's values are running ones until it is full or closed; an evaluation's last ones stand at the training's step."""
        step, steps = cursor.step, cursor.steps
        if self._aside:
            step, steps = self._mover.own("step", parts), self._mover.own("steps", parts)
        elif self.plan.kind == "epoch_bar" and self._mover.is_evaluation(parts, cursor):
            return ("epoch" if self._mover.own("step", parts) == self._mover.own("steps", parts) else "step"), cursor.step
        full = line.end == "closed" or (step is not None and step == steps)
        if self.plan.kind == "loop":
            cursor.from_zero |= step == 0.0
            from_zero = cursor.from_zero or line.redraws > 0  # of a redrawn bar the first state is not seen
            full = full or (from_zero and step is not None and steps is not None and step == steps - 1)
        place = cursor.step if self._aside else step
        if (
            full
            and cursor.epoch is None
            and self.plan.kind == "bar"
            and place is not None
            and cursor.comes_again(self._who, place)
        ):
            return "epoch", None
        if full and (self._aside or self.plan.kind == "epoch_bar" or cursor.epoch is not None):
            return "epoch", place
        return "step", step

    def _say_others(self, line: Line, parts: Parts, cursor: Cursor, events: list[ReaderEvent]) -> None:
        plan = self.plan
        for key, at, form in self._settings:
            events.append(Setting(key, number(parts[at], form), line.number, line.part))
        for key, text in plan.settings:
            events.append(Setting(key, text, line.number, line.part))
        if self._values and (reading := self._reading(line, parts, cursor)) is not None:
            self._say_values_of_a_place(reading, cursor, events)
        elif plan.mark in _LEAVES_THE_EPOCH:
            events += cursor.fulls.let_go()
        if plan.mark is not None and not self._begins:  # where it begins an epoch, the progress below says so
            events.append(mark := self._mark(line, parts, cursor))
            if mark.kind == "checkpoint" and mark.value is not None and mark.monitor:
                events += cursor.kept.take(mark, line, (mark.epoch, mark.step, cursor.time), plan.dialect)
            cursor.turn += plan.mark == "resume"  # its epoch may come again
            cursor.ended |= plan.mark == "end"
        if self._mover.moves:
            events.append(progress(line, cursor))

    def _mark(self, line: Line, parts: Parts, cursor: Cursor) -> Mark:
        """A mark stands at the epoch and step that its own line names, else at the cursor's; it moves nothing."""
        plan = self.plan
        own = {role: number(parts[at], form) for role, at, form in self._mover.places}
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
