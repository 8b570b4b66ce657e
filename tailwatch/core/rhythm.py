"""How often the diagnoses look at values that come by the thousand: counted over the log, so that no chunk border matters."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Axis

GROWTH: Final = 64
"""A look is due when the values have grown by a 64th: what 1.5 % more values could change can wait for them."""
RESULTS_GROWTH: Final = 1024
"""At results, by a 1024th: at each of the first two thousand. Boosting writes tens of thousands, and each look costs as much."""
MOST: Final = 256
"""But never more values than these between two looks. A value that is no number is looked at at once."""


class Rhythm:
    """Counts values and says when to look.

    Args:
        first: the smallest space between two looks.
        growth: a look is due when the values have grown by such a part.
    """

    def __init__(self, *, first: int, growth: int = GROWTH) -> None:
        self._first = first
        self._growth = growth
        self._count = 0
        self._next = first

    @property
    def until_look(self) -> int:
        """So many more values are to come before the next look."""
        return self._next - self._count

    def add(self, values: int) -> bool:
        """Count values; returns whether it is time to look."""
        until = self._count + values
        if until < self._next:
            self._count = until
            return False
        while self._next <= until:  # several times, where many values count at one line
            self._next += max(1, self._first, min(self._next // self._growth, MOST))
        self._count = until
        return True


class Looks:
    """Whether it is time to look, by the axis of the values: at results as long as they are few, at running values now and then.

    Values that name neither epoch nor step may be results; once they are many they are taken for running ones.
    """

    def __init__(self) -> None:
        self._running, self._loose = Rhythm(first=32), Rhythm(first=1)
        self.begin_segment()

    def begin_segment(self) -> None:
        """Another run begins in the log: its first results are looked at one by one."""
        self._results = Rhythm(first=1, growth=RESULTS_GROWTH)

    def until_look(self, axis: Axis) -> int:
        """So many more values of an axis are to come before the next look."""
        return (self._results if axis == "epoch" else self._running if axis == "step" else self._loose).until_look

    def due(self, axis: Axis, values: int) -> bool:
        """Count values; returns whether it is time to look."""
        if axis == "epoch":
            return self._results.add(values)
        if axis == "step":
            return self._running.add(values)
        return axis != "index" or self._loose.add(values)
