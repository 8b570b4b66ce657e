"""How training began: whether the first steps made the loss worse, and when that was made good.

At a sound rate the mean of the running loss falls from its first values on. When it doubles first, the early steps were larger
than the loss surface allows; a rise after it has fallen is another matter. (Goyal et al., arXiv:1706.02677, section 2.2; Gilmer
et al., A Loss Curvature Perspective on Training Instability, arXiv:2110.04369.)

Where a log has the epochs only, the first ones tell: a loss that falls to a third at once while the accuracy stands still has
only made good what its first steps did to the weights. Only ratios count, so a loss in any unit is judged alike.
"""

from __future__ import annotations

import math
from bisect import bisect_left

from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.diagnoses._common import train_near
from tailwatch.diagnoses._fresh import Fresh
from tailwatch.diagnoses._noise import middle, spread
from tailwatch.diagnoses._pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

_FIRST: Final = 3
BLOCK: Final = 8
_TWICE: Final = 2.0
_ROUNDED: Final = 1e-9  # a mean may lie beyond its values by this much of them, as it is rounded
_BACK: Final = 1.1
_FALLEN: Final = 0.8
_SIGMAS: Final = 6.0
_BEGINNING: Final = 2000
_EPOCHS: Final = 3
_TO_A_THIRD: Final = 0.35
_LEARNED: Final = 0.2
_MOSTLY_RIGHT: Final = 0.8
"""From here on most cases may be of one class, and accuracy stands still though the model learns."""


class Start:
    """Follows the first running values of a curve (lower is better).

    Attributes:
        first, peak: the mean of the first values, and the highest mean of a block since.
        peak_at, back_at: where that was, and where the loss was back; -1 where it never was.
        went_well: whether the loss fell clearly before it ever rose, so that the start was sound.
    """

    def __init__(self) -> None:
        self.first = math.nan
        self.peak = -math.inf
        self.peak_at = self.back_at = -1
        self.count = 0
        self.went_well = False
        self._head: list[float] = []
        self._block: list[float] = []  # ends with the last values; what is older is let go of now and then

    @property
    def rose(self) -> bool:
        """Whether the loss more than doubled."""
        return self.peak_at >= 0

    @property
    def is_over(self) -> bool:
        """Whether further values can change nothing."""
        return self.count > _BEGINNING or self.went_well or self.back_at >= 0

    def add(self, value: float) -> None:
        """Take the next value."""
        i = self.count
        self.count += 1
        if i > _BEGINNING or self.went_well or not math.isfinite(value) or self.back_at >= 0:
            return
        if len(self._head) < BLOCK:
            self._head.append(value)
            self.first = middle(self._head[:_FIRST])
        block = self._block = [*self._block[1 - BLOCK :], value]
        if i < _FIRST + BLOCK - 1:
            return
        now = math.fsum(block) / len(block)
        if now > self.peak and self._is_far_above(now):
            self.peak, self.peak_at = now, i
        elif self.rose and now < _BACK * self.first:
            self.back_at = i
        elif not self.rose:
            fallen = self.first - now
            self.went_well = fallen > (1 - _FALLEN) * abs(self.first) and fallen > spread(self._block)

    def extend(self, values: Sequence[float]) -> None:
        """Take the next values: as `add` for each, and at once where none of them can be news."""
        if self.count >= _FIRST + BLOCK and len(self._head) == BLOCK and not self.rose and not self.is_over:
            recent = [*self._block[1 - BLOCK :], *values]
            size = abs(self.first)
            calm = max(recent) - self.first < (_TWICE - 1 - _ROUNDED) * size
            if calm and self.first - min(recent) < (1 - _FALLEN - _ROUNDED) * size and _are_finite(recent):
                self.count += len(values)
                self._block = recent[-BLOCK:]
                return
        for value in values:
            self.add(value)

    def _is_far_above(self, now: float) -> bool:
        risen = now - self.first
        return risen > (_TWICE - 1) * abs(self.first) and risen > _SIGMAS * spread(self._block)


def _are_finite(values: Sequence[float]) -> bool:
    total = sum(values)
    return total - total == 0.0


class FirstEpochs:
    """Follows the losses and accuracies (shares) of the epochs from the first one on.

    Attributes:
        exploded: whether the first epoch's loss fell to a third without accuracy rising.
        first, first_score: the first epoch's loss and accuracy.
        low, score: the lowest loss and the highest accuracy since.
        back_at: the epoch, counted from 0, at which accuracy had clearly grown after all; -1 where it never did.
    """

    def __init__(self) -> None:
        self.exploded = False
        self.first = self.first_score = math.nan
        self.low, self.score = math.inf, -math.inf
        self.count = 0
        self.back_at = -1

    @property
    def is_over(self) -> bool:
        """Whether further epochs can change nothing."""
        return self.count >= _EPOCHS and not self.exploded

    def add(self, loss: float, score: float) -> None:
        """Take the next epoch's values."""
        i = self.count
        self.count += 1
        if not (math.isfinite(loss) and 0 <= score <= 1):
            return
        if i == 0:
            self.first, self.first_score = loss, score
        self.low, self.score = min(self.low, loss), max(self.score, score)
        learned = self.score > self.first_score + _LEARNED * (1 - self.first_score)
        if self.exploded:
            if learned and self.back_at < 0:
                self.back_at = i
        elif 0 < i < _EPOCHS:
            self.exploded = not learned and self.score < _MOSTLY_RIGHT and self.low < _TO_A_THIRD * self.first


class Beginning:
    """Follows the beginning of a run; the judges who ask it share it.

    Attributes:
        start, train: the running values and their series, None where the log has none.
        epochs, losses: the epochs and the series of their losses.
        awaits: the series it goes on following.
    """

    def __init__(self) -> None:
        self.start = Start()
        self.epochs = FirstEpochs()
        self.train: Series | None = None
        self.losses: Series | None = None
        self.awaits: tuple[Series, ...] = ()
        self._fresh, self._fresh_epochs = Fresh(), Fresh()
        self._lines: list[int] = []

    def follow(self, run: Run) -> None:
        """Take the new values while they are the run's first ones."""
        pairs = Pairs.of(run)
        self.awaits = ()
        if pairs.muted:
            self.train = None
            return
        pair = pairs.loss
        if pair is None or pair.train is None:
            return
        if pairs.running is not None:
            self._follow_steps(pairs.running)
        if pair.train.axis == "epoch":
            self._follow_epochs(pair.train, pairs)

    def _follow_steps(self, train: Series) -> None:
        if self._fresh.is_other(train):
            if self.train is not None and self.train.points > _BEGINNING and not self.start.rose:
                return  # the beginning is over, whatever is printed now
            self.start, self._lines, self.train = Start(), [], train
        if self.start.is_over:
            return
        new = self._fresh.take(train)
        self.start.extend(train.values[new.start : new.stop])
        self._lines.extend(train.lines[new.start : new.stop])
        if not self.start.is_over:
            self.awaits = (train,)

    def _follow_epochs(self, loss: Series, pairs: Pairs) -> None:
        if self._fresh_epochs.is_other(loss):
            self.epochs, self.losses = FirstEpochs(), loss
        elif self.epochs.is_over:
            return
        score = next((p.train for p in pairs.all if p.metric == "accuracy" and p.train is not None), None)
        if score is None or score.axis != "epoch":
            return
        self.awaits = (*self.awaits, loss)
        whole = 100.0 if score.spec.unit == "%" or score.values[0] > 1.5 else 1.0
        for i in self._fresh_epochs.take(loss):
            at = train_near(score, loss.lines[i])
            self.epochs.add(loss.values[i], score.values[at] / whole if at >= 0 else math.nan)

    def at(self, count: int) -> int:
        """Return the index, in the kept columns, of the running value counted so; thinning may have taken its neighbour."""
        assert self.train is not None
        line = self._lines[min(count, len(self._lines) - 1)]
        return min(bisect_left(self.train.lines, line), len(self.train) - 1)
