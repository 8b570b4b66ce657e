"""The training loss swings from epoch to epoch by more than it falls: information, because a cyclic rate does that on purpose.

Judged on the second half of the run so far: half of its differences change sign, and its noise is a tenth of its level and a
tenth of all that was gained since the start.
"""

from __future__ import annotations

import math
from itertools import repeat
from operator import gt, mul, sub
from typing import TYPE_CHECKING, ClassVar, Final

from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.diagnoses._common import Pairs, place_of, proof
from tailwatch.diagnoses._fresh import Fresh
from tailwatch.diagnoses._muted import Muting
from tailwatch.diagnoses._noise import middle, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

_WINDOW: Final = 50
_ENOUGH: Final = 8
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
        noise, level, flips: its noise and median over the second half so far, and the share of reversals.
    """

    def __init__(self) -> None:
        self.swings = False
        self.noise = self.level = self.flips = 0.0
        self._recent: list[float] = []
        self._count = self._held = 0
        self._start, self._best = -math.inf, math.inf

    def add(self, value: float) -> None:
        """Take the next epoch's value."""
        self._count += 1
        if self._count <= 3:
            self._start = max(self._start, value)
        self._best = min(self._best, value)
        self._recent = [*self._recent[-_WINDOW:], value]
        if self._count < _ENOUGH:
            return
        half = self._recent[-min(_WINDOW, (self._count + 1) // 2) - 1 :]
        steps = list(map(sub, half[1:], half))
        self.flips = sum(map(gt, repeat(0), map(mul, steps, steps[1:]))) / max(1, len(steps) - 1)
        if self.flips < _FLIPS:
            self._held, self.swings = 0, False
            return
        self.noise, self.level = spread(half), abs(middle(half))
        need = (_CALM if self.swings else 1.0) * _SHARE * max(self.level, self._start - self._best)
        self._held = self._held + 1 if self.noise >= need > 0 else 0
        self.swings = self._held >= (1 if self.swings else _LASTING)


class Judge:
    """Says that the training loss swings."""

    ID: ClassVar[str] = "oscillating"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch",))

    def __init__(self) -> None:
        self._pairs = Pairs()
        self._muting = Muting()
        self._fresh = Fresh()
        self._swing = Swing()

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterator[Opinion]:
        """Take the new training losses."""
        del changed
        train = next((p.train for p in self._pairs.of(run) if p.metric == "loss"), None)
        if train is None or train.axis == "step" or self._muting.of(run.segment):
            return
        if self._fresh.is_other(train):
            self._swing = Swing()
        for i in self._fresh.take(train):
            if math.isfinite(train.values[i]):
                self._swing.add(train.values[i])
        if self._swing.swings:
            yield self._opinion(train, run)

    def _opinion(self, train: Series, run: Run) -> Opinion:
        swing = self._swing
        rate = run.setting("learning_rate")
        values = {
            "noise": compact(swing.noise),
            "level": compact(swing.level),
            "share": swing.noise / swing.level if swing.level else 1.0,
            "flips": swing.flips,
            "lr": Text(TO_A_THIRD) if not rate else Text(TRY, {"now": compact(rate), "try": compact(rate / 3)}),
        }
        n = len(train)
        evidence = proof(train, max(0, n - 3), max(0, n - 2), n - 1)
        since = place_of(train.at(n // 2), run.part)
        return Opinion(self.ID, "info", since, Text(TITLE, values), Text(WHY, values), (Text(LOWER, values),), evidence)
