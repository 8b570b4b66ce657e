"""How long a heading such as `Evaluating...` holds: some lines, and not beyond the place where training goes on.

Scripts seldom say that an evaluation is over: the next epoch's lines follow its results, in the form they had before.
"""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Line, Plan
    from tailwatch.core.plans import Runner

HEADING_LINES: Final = 60
"""A heading's split holds for so many lines after the last one that took it."""


class Headed:
    """The heading that holds now.

    `age` counts the lines since it was last taken up; `told` says that something was measured under it; `epoch` and `step` tell
    where the run stood when it came.
    """

    __slots__ = ("age", "epoch", "step", "told")

    def __init__(self) -> None:
        self.age = 0
        self.told = False
        self.epoch: float | None = None
        self.step: float | None = None

    def begin(self, cursor: Cursor) -> None:
        """A heading was printed."""
        self.age = 0
        self.told = False
        self.epoch, self.step = cursor.epoch, cursor.step

    def was_followed_by(self, plan: Plan) -> None:
        """A line of this plan was read below it."""
        if plan.inherits:
            self.age = 0
        self.told = self.told or any(f.series is not None for f in plan.fields)

    def is_over(self, runner: Runner, line: Line, *, known: bool) -> bool:
        """Whether a line that takes the heading's split is the training's again.

        It names a later epoch, or a later step and no epoch. An evaluation may print both as well: so something must have been
        measured under the heading, or lines of this shape stood outside of it (`known`); of a step both must be true.
        """
        epoch, step = runner.place(line)
        if epoch is not None:
            return self.epoch is not None and epoch > self.epoch and (self.told or known)
        return step is not None and self.step is not None and step > self.step and self.told and known
