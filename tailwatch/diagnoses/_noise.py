"""How noisy a curve is, without knowing where it goes.

The differences of neighbours hold twice the noise's variance and hardly any trend; their median absolute deviation, times
1.4826, is the standard deviation of a normal distribution and does not see single spikes (Rousseeuw & Croux, Alternatives to
the Median Absolute Deviation, J. Am. Stat. Assoc. 88, 1993).
"""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_WINDOW: Final = 30


def spread(values: Sequence[float], *, before: int = 0) -> float:
    """Return the standard deviation of the noise in the last 30 differences, `before` values ahead of the end."""
    end = len(values) - before
    recent = values[max(0, end - _WINDOW - 1) : max(0, end)]
    differences = [b - a for a, b in pairwise(recent)]
    if not differences:
        return 0.0
    centre = median(differences)
    return 1.4826 * median([abs(d - centre) for d in differences]) / math.sqrt(2)
