"""Training itself goes the wrong way: the training loss has lost half of what it had gained, and stays there.

Judged on the training loss of each epoch; where the log has running values only, on the means of blocks of them. The last
three values (two in short runs) must lie above the best by half of the gain, by half of the best, and by six times the noise.
Adversarial and reinforcement losses are not judged: there a rising loss means nothing.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from statistics import fmean, median
from typing import TYPE_CHECKING, ClassVar, Final

from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.diagnoses._common import Pairs, place_of, proof, where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

_BLOCK: Final = 64
_SHORT: Final = 12
_ADVERSARIAL: Final = re.compile(
    r"(?:^|[^a-z])(?:gen|disc|g|d|generator|discriminator|adv|actor|critic|policy|gan)(?:[^a-z]|$)|reward|episode|rollout",
    re.IGNORECASE,
)

TITLE = "Diverged: the training loss was {best} at {where} and is {last} now."
WHY = "It has lost {lost} of what it had gained since the start ({first}), and has stayed there; noise does not explain it."
LOWER = "Stop, go back to the checkpoint before {where}, and lower the learning rate ({lr})."
CLIP = "Clip the gradient norm to 1.0, and warm up over the first 5 % of the steps."


class Climb:
    """Follows one training curve (lower is better): has it left its best for good?"""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.best = math.inf
        self.best_at = -1
        self.gone = False

    def add(self, value: float) -> bool:
        """Take the next value; returns whether the curve has diverged and not come back."""
        self.values.append(value)
        if value < self.best:
            self.best, self.best_at = value, len(self.values) - 1
        lasting = 2 if len(self.values) <= _SHORT else 3
        recent = self.values[-lasting:]
        if len(self.values) <= lasting:
            return False
        limit = self.best + max(0.5 * (self.values[0] - self.best), 0.5 * abs(self.best), 6 * self._noise())
        if self.gone:
            self.gone = recent[-1] > self.best + 0.5 * (limit - self.best)
        else:
            self.gone = min(recent) > limit
        return self.gone

    def _noise(self) -> float:
        """Noise before the climb: differences of the 30 values up to three before the end."""
        recent = self.values[-33:-2]
        differences = [b - a for a, b in pairwise(recent)]
        if not differences:
            return 0.0
        centre = median(differences)
        return 1.4826 * median([abs(d - centre) for d in differences]) / math.sqrt(2)


class Judge:
    """Says that training diverged."""

    ID: ClassVar[str] = "diverged"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "step"))

    def __init__(self) -> None:
        self._pairs = Pairs()
        self._series: Series | None = None
        self._climb = Climb()
        self._taken = 0
        self._block: list[float] = []
        self._places: list[int] = []

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterator[Opinion]:
        """Take the new training values and say whether they left their best for good."""
        del changed
        train = next(
            (p.train for p in self._pairs.of(run) if p.train is not None and p.train.goal == "min" and "loss" in p.metric), None
        )
        if train is None or any(_ADVERSARIAL.search(s.spec.name) for s in run.segment.series.values()):
            return
        if train is not self._series:
            self._series, self._climb, self._taken, self._block, self._places = train, Climb(), 0, [], []
        self._take(train)
        if self._climb.gone:
            yield self._opinion(train, run)

    def _take(self, train: Series) -> None:
        """Feed what is new; a thinned series keeps its newest points, so that counting from the end finds them."""
        new = min(train.points - self._taken, len(train))
        self._taken = train.points
        for i in range(len(train) - new, len(train)):
            value = train.values[i]
            if not math.isfinite(value):
                continue
            if train.axis == "epoch":
                self._feed(value, train.lines[i])
                continue
            self._block.append(value)
            if len(self._block) == _BLOCK:
                self._feed(fmean(self._block), train.lines[i])
                self._block = []

    def _feed(self, value: float, line: int) -> None:
        self._climb.add(value)
        self._places.append(line)

    def _opinion(self, train: Series, run: Run) -> Opinion:
        climb = self._climb
        line = self._places[climb.best_at]
        at = next((i for i, v in enumerate(train.lines) if v >= line), 0)
        best = train.at(at)
        gain = climb.values[0] - climb.best
        rate = run.setting("learning_rate")
        values = {
            "best": compact(climb.best),
            "last": compact(climb.values[-1]),
            "first": compact(climb.values[0]),
            "where": where(best),
            "lost": f"{min(9.99, (climb.values[-1] - climb.best) / gain):.0%}" if gain > 0 else "all",
            "lr": f"{compact(rate)} now, try {compact(rate / 3)}" if rate else "to a third of what it is",
        }
        evidence = proof(train, at, len(train) - 1)
        return Opinion(
            self.ID,
            "critical",
            place_of(best, run.part),
            Text(TITLE, values),
            Text(WHY, values),
            (Text(LOWER, values), Text(CLIP)),
            evidence,
        )
