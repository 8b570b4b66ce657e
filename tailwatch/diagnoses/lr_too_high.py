"""The first steps made the loss worse: the learning rate is too high for a start without warm-up.

At a sound rate the mean of the running loss falls from its first values on. When it doubles first, the early steps were larger
than the loss surface allows; a rise after it has fallen is another matter. Warm-up exists for that (Goyal et al.,
arXiv:1706.02677, section 2.2; Gilmer et al., A Loss Curvature Perspective on Training Instability, arXiv:2110.04369). While the
loss is up, that is a warning; once it has come back, the missing warm-up is information.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from statistics import fmean, median
from typing import TYPE_CHECKING, ClassVar, Final

from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.diagnoses._common import Pairs, place_of, proof, where
from tailwatch.diagnoses._fresh import Fresh
from tailwatch.diagnoses._muted import Muting
from tailwatch.diagnoses._noise import spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

_FIRST: Final = 3
_BLOCK: Final = 8
_TWICE: Final = 2.0
_BACK: Final = 1.1
_FALLEN: Final = 0.8
_SIGMAS: Final = 6.0
_BEGINNING: Final = 2000

TITLE = "The loss rose from {first} to {peak} in the first steps: the learning rate{lr} is too high for a start without warm-up."
WHY = "A mean over {block} values is {times} times the first ones; at a sound rate it falls from the beginning."
LOWER = "Start with a third of the rate{lower}, or warm up linearly over the first {warmup} steps."
TITLE_BACK = "The loss first rose from {first} to {peak} and needed until {where} to come back: a warm-up is missing."
WHY_BACK = "The first steps were too large; they cost time and, with adaptive optimisers, spoil their running averages."
WARM_UP = "Warm up linearly over the first {warmup} steps (warmup_steps, warmup_ratio=0.05, LinearLR before the schedule)."


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
        self._block: list[float] = []

    @property
    def rose(self) -> bool:
        """Whether the loss more than doubled."""
        return self.peak_at >= 0

    def add(self, value: float) -> None:
        """Take the next value."""
        i = self.count
        self.count += 1
        if i > _BEGINNING or self.went_well or not math.isfinite(value) or self.back_at >= 0:
            return
        if len(self._head) < _BLOCK:
            self._head.append(value)
            self.first = median(self._head[:_FIRST])
        self._block = [*self._block[1 - _BLOCK :], value]
        if i < _FIRST + _BLOCK - 1:
            return
        now = fmean(self._block)
        if now > self.peak and now > self._limit():
            self.peak, self.peak_at = now, i
        elif self.rose and now < _BACK * self.first:
            self.back_at = i
        elif not self.rose:
            self.went_well = now < self.first - max((1 - _FALLEN) * abs(self.first), spread(self._block))

    def _limit(self) -> float:
        return self.first + max((_TWICE - 1) * abs(self.first), _SIGMAS * spread(self._block))


class Judge:
    """Watches the beginning, and says afterwards what it cost."""

    ID: ClassVar[str] = "lr_too_high"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("step", "epoch"))

    def __init__(self) -> None:
        self._pairs = Pairs()
        self._muting = Muting()
        self._fresh = Fresh()
        self._start = Start()
        self._lines: list[int] = []
        self._said: tuple[tuple[int, int], Opinion] | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterator[Opinion]:
        """Take the new running values while they are the run's first ones."""
        del changed
        start = self._start
        if start.count > _BEGINNING and not start.rose:
            return
        train = next((p.train for p in self._pairs.of(run) if p.metric == "loss" and p.train is not None), None)
        train = _running(run, train)
        if train is None or self._muting.of(run.segment):
            return
        if self._fresh.is_other(train):
            self._start = start = Start()
            self._lines, self._said = [], None
        for i in self._fresh.take(train):
            start.add(train.values[i])
            if start.count <= _BEGINNING + 1:
                self._lines.append(train.lines[i])
        if start.rose:
            state = (start.peak_at, start.back_at)
            if self._said is None or self._said[0] != state:
                self._said = (state, self._opinion(train, run))
            yield self._said[1]

    def _opinion(self, train: Series, run: Run) -> Opinion:
        start = self._start
        indices = [0, self._index(train, start.peak_at), self._index(train, max(start.back_at, start.peak_at))]
        rate, steps = run.setting("learning_rate"), run.progress.steps
        values = {
            "first": compact(start.first),
            "peak": compact(start.peak),
            "block": _BLOCK,
            "times": f"{start.peak / start.first:.1f}" if start.first > 0 else Text("several"),
            "lr": f" ({compact(rate)})" if rate else "",
            "lower": f" ({compact(rate / 3)})" if rate else "",
            "warmup": f"{max(100, round(steps / 20)):,}" if steps else "500",
            "where": where(train.at(indices[2])),
        }
        back = start.back_at >= 0
        actions = (Text(WARM_UP, values),) if back else (Text(LOWER, values),)
        return Opinion(
            "warmup_missing" if back else self.ID,
            "info" if back else "warning",
            place_of(train.at(0), run.part),
            Text(TITLE_BACK if back else TITLE, values),
            Text(WHY_BACK if back else WHY, values),
            actions,
            proof(train, *indices),
        )

    def _index(self, train: Series, count: int) -> int:
        """The index, in the kept columns, of the value counted so; thinning may have taken its neighbour."""
        line = self._lines[min(count, len(self._lines) - 1)]
        return min(bisect_left(train.lines, line), len(train) - 1)


def _running(run: Run, train: Series | None) -> Series | None:
    """The running training loss, where the pair's is an epoch's."""
    if train is None or train.axis == "step":
        return train
    held = (s for s in run.segment.series.values() if s.axis == "step" and s.spec.metric == "loss")
    return next((s for s in held if s.spec.split in (None, "train")), None)
