"""The training loss swings from epoch to epoch by more than it falls: information, because a cyclic rate does that on purpose.

Judged on the second half of the run so far: half of its differences change sign, and its noise is a tenth of its level and a
tenth of all that was gained since the start.
"""

from __future__ import annotations

import math
from itertools import repeat
from operator import gt, mul, sub

from tailwatch.core.drafts import Draft
from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, shown
from tailwatch.diagnoses._fresh import Fresh
from tailwatch.diagnoses._noise import WINDOW, Window, of_differences
from tailwatch.diagnoses._pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point, Series

_WINDOW: Final = 50
_ENOUGH: Final = 8
_MANY: Final = 8  # values of a look, from which on it is cheaper to leap
_SHARE: Final = 0.1
_FLIPS: Final = 0.5
_LASTING: Final = 2
_CALM: Final = 0.6

TITLE = "The training loss swings by {noise} around {level} from epoch to epoch."
WHY = "That is {share:.0%} of its level, and {flips:.0%} of the steps go against the one before: it bounces instead of settling."
LOWER = "Lower the learning rate ({lr}), let it decay, or use a larger batch; with a cyclic rate this is meant so."
TO_A_THIRD = "to a third"
TRY = "{now} now, try {try}"


class Swing:
    """Follows one curve (lower is better): does it swing?

    Attributes:
        swings: whether it does.
        level, flips: its median over the second half so far, and the share of reversals.
    """

    def __init__(self) -> None:
        self.swings = False
        self.level = self.flips = 0.0
        self._last = math.nan
        self._step = 0.0
        self._count = self._held = 0
        self._start, self._best = -math.inf, math.inf
        self._width = _ENOUGH
        """Steps in the second half so far; before there are enough, all are kept."""
        self._turns = bytearray()
        """For each of the last steps but one whether it went against the one before."""
        self._half, self._steps = Window(), Window()

    def add(self, value: float) -> None:
        """Take the next epoch's value."""
        self._follow(value)
        if self._count < _ENOUGH:
            return
        self._held = self._held + 1 if self._is_rough(_CALM if self.swings else 1.0) else 0
        self.swings = self._held >= (1 if self.swings else _LASTING)

    def extend(self, values: Sequence[float]) -> None:
        """Take the next values: as `add` for each, and the last two alone where these tell how it stands after all of them."""
        if len(values) < _MANY or self._count < 2 * _WINDOW or not self._leap(values):
            for value in values:
                self.add(value)

    def _leap(self, values: Sequence[float]) -> bool:
        """Take the values but weigh the last two only; returns False, and takes none, where what came before them counts."""
        before = self._half, self._steps, self._turns, self._last, self._step, self._count, self._best
        recent = [*self._half.values, *values[:-2]][-_WINDOW - 1 :]
        steps = list(map(sub, recent[1:], recent))
        self._half, self._steps = Window(recent), Window(steps[-WINDOW:])
        self._turns = bytearray(map(gt, repeat(0), map(mul, steps, steps[1:])))
        self._last, self._step, self._count = recent[-1], steps[-1], self._count + len(values) - 2
        self._best = min(self._best, *values[:-2])
        self._follow(values[-2])
        first = self._is_rough(1.0)
        was_calm = not first and not self._is_rough(_CALM)
        self._follow(values[-1])
        if not self._is_rough(_CALM):
            self._held = 0
        elif self._is_rough(1.0) and (first or was_calm):
            self._held = 1 + first
        elif was_calm:
            self._held = 0
        else:
            self._half, self._steps, self._turns, self._last, self._step, self._count, self._best = before
            return False
        self.swings = self._held >= _LASTING
        return True

    def _is_rough(self, share: float) -> bool:
        """Whether enough of the steps go against the one before, and the noise is a tenth of the level, or a share of that."""
        turns, others = self._turns, self._width - 1
        self.flips = turns.count(1, max(0, len(turns) - others)) / max(1, others)
        if self.flips < _FLIPS:
            return False
        self.level = abs(self._half.median)
        need = share * _SHARE * max(self.level, self._start - self._best)
        return need > 0 and self._steps.noise_reaches(need)

    def _follow(self, value: float) -> None:
        count = self._count = self._count + 1
        if count <= 3:
            self._start = max(self._start, value)
        self._best = min(self._best, value)
        width = self._width = min(_WINDOW, (count + 1) // 2) if count >= _ENOUGH else _ENOUGH
        self._half.add(value, most=width + 1)
        if count > 1:
            step = value - self._last
            self._steps.add(step, most=min(WINDOW, width))
            if count > 2:
                self._turns.append(self._step * step < 0)
                if len(self._turns) > 4 * _WINDOW:
                    del self._turns[:-_WINDOW]
            self._step = step
        self._last = value

    @property
    def steps(self) -> tuple[float, ...]:
        """The last differences of neighbours, which tell the noise."""
        return tuple(self._steps.values)


class Judge:
    """Says that the training loss swings."""

    ID: ClassVar[str] = "oscillating"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch",))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._fresh = Fresh()
        self._swing = Swing()

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Take the new training losses."""
        del changed
        pairs = Pairs.of(run)
        train = None if pairs.loss is None else pairs.loss.train
        if train is None or train.axis == "step" or pairs.muted:
            self.awaits = ()
            return ()
        self.awaits = (train,)
        if self._fresh.is_other(train):
            self._swing = Swing()
        swing = self._swing
        new = self._fresh.take(train)
        swing.extend([v for v in train.values[new.start :] if v - v == 0.0])
        if not swing.swings:
            return ()
        n = len(train)
        points = (train.at(max(0, n - 3)), train.at(max(0, n - 2)), train.at(n - 1))
        facts = (run.part, swing.steps, swing.level, swing.flips, run.setting("learning_rate"))
        return (Draft(self.ID, "info", _opinion, train, train.at(n // 2), *facts, *points),)


def _opinion(
    train: Series,
    since: Point,
    part: int,
    steps: tuple[float, ...],
    level: float,
    flips: float,
    rate: float | None,
    *points: Point,
) -> Opinion:
    noise = of_differences(steps)
    values = {
        "noise": compact(noise),
        "level": compact(level),
        "share": noise / level if level else 1.0,
        "flips": flips,
        "lr": Text(TO_A_THIRD) if not rate else Text(TRY, {"now": compact(rate), "try": compact(rate / 3)}),
    }
    evidence = tuple(shown(train, point) for point in points)
    return Opinion(
        Judge.ID, "info", place_of(since, part), Text(TITLE, values), Text(WHY, values), (Text(LOWER, values),), evidence
    )
