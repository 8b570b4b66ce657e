"""What lines must share to be read together, by columns instead of one by one.

Most lines of a long log are running values of a few kinds that come in turn. Read one by one, each costs some ten microseconds;
by columns, one or two. What comes out is the same: lines that move more than the step are read by themselves.
"""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.cursor import held_out, signature
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.records import record
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.cursor import Who
    from tailwatch.core.events import Field, Frame, NumberForm, Plan, PlanKind, SeriesSpec


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
