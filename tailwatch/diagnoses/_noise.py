"""How noisy a curve is, without knowing where it goes.

The differences of neighbours hold twice the noise's variance and hardly any trend; their median absolute deviation, times
1.4826, is the standard deviation of a normal distribution and does not see single spikes (Rousseeuw & Croux, Alternatives to
the Median Absolute Deviation, J. Am. Stat. Assoc. 88, 1993).
"""

from __future__ import annotations

import math
from operator import sub
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_WINDOW: Final = 30


def spread(values: Sequence[float], *, before: int = 0) -> float:
    """Return the standard deviation of the noise in the last 30 differences, `before` values ahead of the end."""
    end = len(values) - before
    recent = values[max(0, end - _WINDOW - 1) : max(0, end)]
    differences = list(map(sub, recent[1:], recent))
    if not differences:
        return 0.0
    centre = middle(differences)
    return 1.4826 * middle([abs(d - centre) for d in differences]) / math.sqrt(2)


def middle(values: Sequence[float]) -> float:
    """Return the median, as `statistics.median` does; it is asked for so often that its checks count."""
    ordered = sorted(values)
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2
