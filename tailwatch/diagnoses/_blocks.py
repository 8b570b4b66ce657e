"""A curve seen coarser and coarser: medians of blocks of 4, 8, 16, ... values.

A slow turn drowns in the noise of single epochs and stands out of the medians of many; a median does not see the spikes either
that push a mean up. Blocks of one size make a curve of its own, with its own noise and its own history: how far, and for how
long, it ever rose before it fell to a new best. (Multi-scale change detection: Frick, Munk & Sieling, Multiscale change point
inference, J. R. Stat. Soc. B 76, 2014.)
"""

from __future__ import annotations

import math

from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.diagnoses._noise import middle

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALLEST: Final = 4
ENOUGH: Final = 12  # blocks of a size, before anything is read off them
_MUCH_HIGHER: Final = 1.5
_MUCH_LONGER: Final = 2


class Blocks:
    """The medians of the blocks of one size, the best of them, and what rises it survived.

    Attributes:
        size: values a block.
        medians: one a complete block.
        best, best_at: the lowest median and its index.
        highest: how far the medians rose above the best since.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.medians: list[float] = []
        self.best, self.best_at = math.inf, 0
        self.highest = 0.0
        self._worst, self._longest = 0.0, 0

    def add(self, now: float) -> None:
        """Take the median of the next block."""
        self.medians.append(now)
        if now < self.best:
            self._worst = max(self._worst, self.highest)
            self._longest = max(self._longest, len(self.medians) - 1 - self.best_at)
            self.best, self.best_at, self.highest = now, len(self.medians) - 1, 0.0
        else:
            self.highest = max(self.highest, now - self.best)

    def is_unusual(self, rise: float) -> bool:
        """Whether a rise is much higher, or higher and much longer, than all that were followed by a new best."""
        wait = len(self.medians) - 1 - self.best_at
        return rise > _MUCH_HIGHER * self._worst or (rise > self._worst and wait > _MUCH_LONGER * self._longest)


class Scales:
    """All sizes of blocks that a curve is long enough for."""

    def __init__(self) -> None:
        self._all: list[Blocks] = []

    def add(self, values: Sequence[float]) -> list[Blocks]:
        """Take the newest of `values`; returns the sizes of which it completed a block, the small ones first."""
        count = len(values)
        if count % SMALLEST:  # every block ends where one of the smallest does
            return []
        size = SMALLEST << len(self._all)
        if count >= size * ENOUGH:  # long enough for a size more: it is made of what there was
            larger = Blocks(size)
            for end in range(size, count, size):
                larger.add(middle(values[end - size : end]))
            self._all.append(larger)
        complete = [blocks for blocks in self._all if count % blocks.size == 0]
        for blocks in complete:
            blocks.add(middle(values[-blocks.size :]))
        return [blocks for blocks in complete if len(blocks.medians) >= ENOUGH]
