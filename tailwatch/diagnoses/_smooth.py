"""A curve smoothed as it grows, and what rises it survived."""

from __future__ import annotations

import math

from tailwatch.core.typed import Final

_WIDEST: Final = 11


class Smooth:
    """A trailing mean of medians of three, its best, and how far and how long it ever rose before it fell to a new best."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.best, self.best_at = math.inf, -1
        self.excursion = self.worst = 0.0
        self.longest = 0
        self._medians: list[float] = []

    def is_unusual(self, rise: float, wait: int, *, plan_known: bool) -> bool:
        """Whether a rise is higher, or lasts longer, than those that were followed by a new best.

        In a run of unknown length there were few of them yet, so more is asked.
        """
        longer = wait > 2 * self.longest
        if plan_known:
            return longer or rise > self.worst
        return (longer and rise > 1.5 * self.worst) or (wait > self.longest and rise > 4 * self.worst)

    def add(self, median: float, length: float) -> None:
        """Take the median of the last three values; a curve of `length` epochs is smoothed over a twentieth of it."""
        i = len(self.values)
        self._medians.append(median)
        width = min(_WIDEST, max(1, round(length / 20)))
        recent = self._medians[max(0, i - width + 1) :]
        now = sum(recent) / len(recent)
        self.values.append(now)
        if now < self.best:
            self.worst = max(self.worst, self.excursion)
            self.longest = max(self.longest, i - self.best_at)
            self.best, self.best_at, self.excursion = now, i, 0.0
        elif i >= 3:
            self.excursion = max(self.excursion, now - self.best)
