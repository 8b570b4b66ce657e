"""How noisy a curve is, without knowing where it goes.

The differences of neighbours hold twice the noise's variance and hardly any trend; their median absolute deviation, times
1.4826, is the standard deviation of a normal distribution and does not see single spikes (Rousseeuw & Croux, Alternatives to
the Median Absolute Deviation, J. Am. Stat. Assoc. 88, 1993).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from operator import sub

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW: Final = 30


def spread(values: Sequence[float], *, before: int = 0) -> float:
    """Return the standard deviation of the noise in the last 30 differences, `before` values ahead of the end."""
    end = len(values) - before
    recent = values[max(0, end - WINDOW - 1) : max(0, end)]
    differences = list(map(sub, recent[1:], recent))
    if not differences:
        return 0.0
    return of_differences(differences)


def of_differences(differences: Sequence[float]) -> float:
    """Return the standard deviation of the noise that these differences of neighbours show."""
    centre = middle(differences)
    return 1.4826 * middle([abs(d - centre) for d in differences]) / math.sqrt(2)


def middle(values: Sequence[float]) -> float:
    """Return the median, as `statistics.median` does; it is asked for so often that its checks count."""
    ordered = sorted(values)
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2


class Window:
    """The last values of a curve in the order of their size, so that their median is at hand after each."""

    def __init__(self, values: Sequence[float] = ()) -> None:
        self.values: list[float] = list(values)
        """In the order in which they came."""
        self.ordered: list[float] = sorted(values)

    def add(self, value: float, *, most: int) -> None:
        """Take the next value, and let go of the oldest ones so that `most` remain."""
        self.values.append(value)
        insort(self.ordered, value)
        while len(self.values) > most:
            oldest = self.values.pop(0)
            del self.ordered[bisect_left(self.ordered, oldest)]

    @property
    def median(self) -> float:
        """The median; there must be a value."""
        half, odd = divmod(len(self.ordered), 2)
        return self.ordered[half] if odd else (self.ordered[half - 1] + self.ordered[half]) / 2

    def noise_reaches(self, need: float) -> bool:
        """Whether `of_differences` of the values is at least `need`: counted, and worked out only where it is a near thing."""
        ordered, centre = self.ordered, self.median
        reach = need * math.sqrt(2) / 1.4826
        doubt = 1e-9 * reach + 1e-12 * abs(centre)  # of what was rounded here
        near, far = reach - doubt, reach + doubt
        if bisect_right(ordered, centre + far) - bisect_left(ordered, centre - far) <= (len(ordered) - 1) // 2:
            return True
        if bisect_left(ordered, centre + near) - bisect_right(ordered, centre - near) > len(ordered) // 2:
            return False
        return of_differences(ordered) >= need
