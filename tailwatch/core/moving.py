"""Where a line says that the run stands, and moving the cursor there."""

from __future__ import annotations

import math

from tailwatch.core.events import Progress
from tailwatch.core.numbers import number
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Field, Line, NumberForm, Plan, ReaderEvent

    Parts = tuple[bytes, ...]

_MOVES: Final = ("epoch", "epochs", "step", "steps")


class Mover:
    """The places that the lines of a plan name: the epoch first, for it lets go of the step.

    Args:
        plan: the plan.
        numbered: its fields, each with its index among the parts of a line.
        valued: whether it says values.
        lean: whether it says values and nothing else, so that the totals it names are told only where they change.
        aside: whether it is a bar of an evaluation, whose own steps are none of the training's.
    """

    __slots__ = (
        "_announces",
        "_aside",
        "_closes",
        "_headed",
        "_in_bar",
        "_own",
        "_tells_totals",
        "bare",
        "epoch_bar",
        "moves",
        "places",
        "rank",
    )

    def __init__(self, plan: Plan, numbered: list[tuple[int, Field]], *, valued: bool, lean: bool, aside: bool) -> None:
        found = ((f.role, at, f.form) for at, f in numbered if f.role in _MOVES)
        self.places = tuple(sorted(found, key=lambda place: place[0] != "epoch"))
        self.rank = next((at for at, f in numbered if f.role == "rank"), -1)
        self.moves = bool(self.places) and (plan.mark in (None, "epoch_begin") or valued)
        self.epoch_bar = plan.kind == "epoch_bar"
        self._own: dict[str, tuple[int, NumberForm]] = {role: (at, form) for role, at, form in reversed(self.places)}
        self.bare = plan.kind == "bar" and not valued and not self.names("epoch")
        self._aside = aside
        self._announces = plan.mark not in (None, "end")
        self._headed = plan.inherits  # a heading says on what is measured
        self._closes = plan.closes and plan.kind != "boxed"
        self._in_bar = self.bare or self.epoch_bar
        self._tells_totals = lean and (self.names("epochs") or self.names("steps"))

    def names(self, role: str) -> bool:
        """Whether the lines name such a place."""
        return role in self._own

    @property
    def places_itself(self) -> bool:
        """Whether the lines name an epoch or a step."""
        return self.names("epoch") or self.names("step")

    @property
    def begins(self) -> bool:
        """Whether all that an announcement of an epoch says is where the run stands then."""
        return self.moves and self.names("epoch") and not self._closes and not self._in_bar

    def own(self, role: str, parts: Parts) -> float:
        """Return the place that the line itself names, NaN where it does not."""
        found = self._own.get(role)
        return math.nan if found is None else number(parts[found[0]], found[1])

    def is_evaluation(self, parts: Parts, cursor: Cursor) -> bool:
        """Whether a bar of this length, drawn now, is an evaluation after the epoch."""
        return cursor.is_evaluation(self.own("steps", parts))

    def move(self, line: Line, parts: Parts, cursor: Cursor, events: list[ReaderEvent]) -> None:
        """Move the cursor, and tell what that ends."""
        if self._in_bar and self._is_no_bar_of_training(parts, cursor):
            return
        if self.rank >= 0:
            cursor.ranked = True
        turn = cursor.turn
        self._take_places(parts, cursor)
        if turn != cursor.turn and (cursor.fulls.waiting or cursor.kept.waiting):
            events += [*cursor.fulls.let_go(), *cursor.kept.let_go(cursor.epoch)]
        if self._closes:
            events += cursor.close_epoch()
            return
        if cursor.held:
            events += cursor.let_go()
        if cursor.pending is not None and turn != cursor.turn:
            events += cursor.let_pending_go(as_result=True)
        if self._tells_totals and (cursor.epochs, cursor.steps) != cursor.told:
            cursor.told = (cursor.epochs, cursor.steps)
            events.append(progress(line, cursor))

    def _take_places(self, parts: Parts, cursor: Cursor) -> None:
        step_known = self._aside
        for role, at, form in self.places:
            value = number(parts[at], form)
            if value != value:
                continue
            if role == "epoch":
                cursor.at_epoch(value, announced=self._announces)
            elif role == "epochs":
                cursor.epochs = value
            elif not self._aside:
                step_known = True
                setattr(cursor, role, value)
        if not step_known and cursor.step is None:
            cursor.steps = None

    def _is_no_bar_of_training(self, parts: Parts, cursor: Cursor) -> bool:
        """Whether a bar is an evaluation's, or without name and values a shorter one inside the training's or behind it."""
        if self.epoch_bar:
            return self.is_evaluation(parts, cursor)
        if cursor.step is None or cursor.steps is None:
            return False
        own = self.own("steps", parts)
        if cursor.step >= cursor.steps:
            return own != cursor.steps if self._headed else own < cursor.steps and cursor.ended
        return own < cursor.steps


def progress(line: Line, cursor: Cursor) -> Progress:
    """Return where the run stands now."""
    return Progress(cursor.epoch, cursor.epochs, cursor.step, cursor.steps, line.number, line.part)
