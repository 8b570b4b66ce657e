"""The total of a loss that a log prints in parts only, such as box, class and distribution focal loss of a detector.

Each part alone is noisier than their sum, and it is the sum that was minimised (weights are in the parts as printed).
"""

from __future__ import annotations

import math

from tailwatch.core.events import SeriesSpec
from tailwatch.core.segment import Pair
from tailwatch.core.series import Series
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.core.events import Split


class Totals:
    """Adds up the parts as they grow; the parts of one point stand in one epoch, else there is no total."""

    def __init__(self) -> None:
        self.awaits: tuple[Series, ...] = ()
        """The series of which new values may make the total longer."""
        self._without: Sequence[Pair] = ()
        self._parts: list[Pair] = []
        self._total: Pair | None = None
        self._fits = True

    def of(self, pairs: Sequence[Pair]) -> Pair | None:
        """Return the total's pair, or None where the log prints a total of its own, or less than two parts."""
        if pairs is self._without:
            return None
        self.awaits = ()
        whole = any(p.metric == "loss" and p.val is not None for p in pairs)
        parts = [] if whole else [p for p in pairs if p.metric.endswith("loss") and _is_evaluation(p.val)]
        if len(parts) < 2:
            self._without = pairs
            return None
        self.awaits = tuple(s for p in parts for s in (p.train, p.val) if s is not None)
        if parts != self._parts:
            self._parts, self._fits = parts, True
            trains = [p.train for p in parts]
            train = None if not all(map(_is_evaluation, trains)) else _empty(trains, "train")
            self._total = Pair("loss", train, _empty([p.val for p in parts], "val"))
        total = self._total
        if not self._fits or total is None or total.val is None:
            return None
        if total.train is not None:
            _grow(total.train, [p.train for p in parts])
        self._fits = _grow(total.val, [p.val for p in parts])
        return total if len(total.val) and self._fits else None


def _grow(total: Series, parts: Sequence[Series | None]) -> bool:
    """Add the points that all parts have; False where they stand in different epochs."""
    held = [s for s in parts if s is not None]
    for i in range(len(total), min(map(len, held))):
        points = [s.at(i) for s in held]
        last = points[-1]
        if any(p.epoch != last.epoch and not math.isnan(p.epoch) for p in points):
            return False
        total.add(sum(p.value for p in points), last.epoch, last.step, max(p.line for p in points))
    return True


def _is_evaluation(series: Series | None) -> bool:
    return series is not None and series.goal == "min" and series.axis == "epoch"


def _empty(parts: Sequence[Series | None], split: Split) -> Series:
    return Series(SeriesSpec(" + ".join(s.spec.name for s in parts if s is not None), "loss", split), "epoch")
