"""When a validation curve has turned, said epoch by epoch from what was known then.

A turn is a rise over the best value so far that is larger than the noise, than 5 % of the best, and than 5 % of what was
gained since the start, that has lasted for some epochs, while training itself went on improving. The noise is estimated from
the differences of neighbours, sigma = 1.4826 MAD(diff) / sqrt(2) over the last 30 (robust scale estimate: Rousseeuw & Croux,
J. Am. Stat. Assoc. 88, 1993); persistence follows the UP criterion of Prechelt (Neural Networks: Tricks of the Trade, 1998).
Slow turns of noisy curves are looked for on a trailing median as well. Nothing depends on the scale of the loss, on how
epochs are numbered, or on what comes later.
"""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import median
from typing import Final

_NOISE_WINDOW: Final = 30
_RISE: Final = 0.05
_TRAIN_GAIN: Final = 0.01
_EARLY: Final = 8
_SHORT: Final = 12
_RECOVERED: Final = 0.5
_WIDEST: Final = 11
_DRIFT_SIGMAS: Final = 1.5
_UNPLANNED_SHARE: Final = 0.2


class Turn:
    """Follows one validation curve (lower is better) and its training curve.

    Attributes:
        turned: whether the curve has turned and not recovered since.
        best, best_at: the best value so far and its index.
        threshold: by how much the last values had to exceed the best.
    """

    def __init__(self, *, strictness: float = 1.0) -> None:
        """Begin; `strictness` multiplies all margins, for metrics that are noisier than a loss."""
        self.values: list[float] = []
        self.trains: list[float] = []
        self.turned = False
        self.best = math.inf
        self.best_at = -1
        self.threshold = math.inf
        self._strictness = strictness
        self._level = math.inf  # the best of the smoothed curve, and where
        self._level_at = -1
        self._smooth: list[float] = []
        self._smooth_best, self._smooth_at = math.inf, -1
        self._excursion = self._worst_excursion = 0.0
        self._longest_excursion = 0
        self._gained_from = -math.inf
        self._spread = (math.inf, -math.inf)

    def add(self, value: float, train: float | None, planned: float | None) -> bool:
        """Take the next epoch's values; `planned` is how many epochs there will be. Returns whether the curve has turned."""
        self.values.append(value)
        self.trains.append(math.nan if train is None else train)
        i = len(self.values) - 1
        if i < 3:
            self._gained_from = max(self._gained_from, value)
        if value < self.best:
            self.best, self.best_at = value, i
        self._follow_level(i)
        self._follow_smooth(i, planned or 1.7 * (i + 1))
        if self.turned:
            self.turned = not self._recovered(i)
        else:
            self.turned = self._has_turned(i, planned)
        return self.turned

    def noise(self) -> float:
        """Return the standard deviation of the noise around the curve, from the last differences."""
        recent = self.values[-_NOISE_WINDOW - 1 :]
        differences = [b - a for a, b in pairwise(recent)]
        if not differences:
            return 0.0
        centre = median(differences)
        return 1.4826 * median([abs(d - centre) for d in differences]) / math.sqrt(2)

    def _follow_level(self, i: int) -> None:
        """Keep the best of the centred median of three, which one lucky epoch cannot set."""
        if i < 2:
            return
        level = median(self.values[i - 2 : i + 1])
        if level < self._level:
            self._level, self._level_at = level, i - 1

    def _follow_smooth(self, i: int, length: float) -> None:
        """Keep a trailing mean, its best, and by how much and how long it ever rose before it fell to a new best."""
        width = min(_WIDEST, max(1, round(length / 20)))
        recent = self.values[max(0, i - width + 1) :]
        now = sum(recent) / len(recent)
        self._smooth.append(now)
        if now < self._smooth_best:
            self._worst_excursion = max(self._worst_excursion, self._excursion)
            self._longest_excursion = max(self._longest_excursion, i - self._smooth_at)
            self._smooth_best, self._smooth_at, self._excursion = now, i, 0.0
        elif i >= 3:
            self._excursion = max(self._excursion, now - self._smooth_best)

    def _reference(self, i: int) -> tuple[float, int]:
        return (self.best, self.best_at) if i < _SHORT or self._level_at < 0 else (self._level, self._level_at)

    def _has_turned(self, i: int, planned: float | None) -> bool:
        length = planned or 1.7 * (i + 1)
        return self._rose(i, planned, length) or self._drifted(i, length, known=planned is not None)

    def _rose(self, i: int, planned: float | None, length: float) -> bool:
        best, best_at = self._reference(i)
        hasty = planned is not None and planned > _SHORT and i < _EARLY  # a long run's first epochs prove little
        lasting = (3 if hasty else 2) if i < _EARLY else min(30, max(3, math.ceil(0.03 * length)))
        if i - best_at < lasting or not self._train_improves(i, best_at):
            return False
        sigmas = 2 if i < _SHORT and not hasty else 4
        self.threshold = max(self._strictness * sigmas * self.noise(), self._margin(best))
        return min(self.values[i - lasting + 1 :]) - best > self.threshold

    def _drifted(self, i: int, length: float, *, known: bool) -> bool:
        """Whether the smoothed curve rose for good: more, or for longer, than it ever did before it recovered."""
        if i < _SHORT:
            return False
        lasting = min(20, max(3, math.ceil(0.02 * length))) if known else max(5, math.ceil(_UNPLANNED_SHARE * (i + 1)))
        if i - self._smooth_at < lasting or not self._train_improves(i, self._smooth_at):
            return False
        rise = min(self._smooth[i - lasting + 1 :]) - self._smooth_best
        limit = max(self._strictness * _DRIFT_SIGMAS * self.noise(), self._margin(self._smooth_best))
        if not known and i - self._smooth_at <= 2 * self._longest_excursion:
            return False
        if rise <= limit or (rise <= self._worst_excursion and i - self._smooth_at <= 2 * self._longest_excursion):
            return False
        self.threshold = limit
        return True

    def _margin(self, best: float) -> float:
        return self._strictness * _RISE * max(abs(best), self._gained_from - best)

    def _train_improves(self, i: int, best_at: int) -> bool:
        """Whether training went on: its median of three lies 1 % (of its value or its range) below that at the best."""
        now = _median_around(self.trains, i)
        then = _median_around(self.trains, best_at)
        if math.isnan(now) or math.isnan(then):
            return all(math.isnan(t) for t in self.trains[-3:])
        seen = [t for t in (self._spread_of_train(i)) if not math.isnan(t)]
        span = max(seen) - min(seen) if seen else 0.0
        return then - now >= min(_TRAIN_GAIN * abs(then), _TRAIN_GAIN * span) and then > now

    def _spread_of_train(self, i: int) -> tuple[float, float]:
        low, high = self._spread
        value = self.trains[i]
        if not math.isnan(value):
            low, high = min(low, value), max(high, value)
        self._spread = (low, high)
        return self._spread if low <= high else (math.nan, math.nan)

    def _recovered(self, i: int) -> bool:
        best, best_at = self._reference(i)
        return self.best_at == i or best_at >= i - 1 or max(self.values[-2:]) - best < _RECOVERED * self.threshold


def _median_around(column: list[float], i: int) -> float:
    near = [v for v in column[max(0, i - 1) : i + 2] if not math.isnan(v)]
    return median(near) if near else math.nan
