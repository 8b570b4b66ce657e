"""From many points to what a canvas can show: smoothing that survives NaN, and thinning that keeps every spike."""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def smooth(ys: Sequence[float], weight: float) -> list[float]:
    """Return the exponential moving average, without the bias towards its start; NaN and inf pass through and leave it alone.

    The same formula as TensorBoard's slider: s = w s + (1 - w) y, divided by 1 - w^n.
    """
    out: list[float] = []
    last, count = 0.0, 0
    for y in ys:
        if not math.isfinite(y):
            out.append(y)
            continue
        count += 1
        last = last * weight + (1 - weight) * y
        out.append(last / (1 - weight**count))
    return out


def thin(xs: Sequence[float], ys: Sequence[float], x_min: float, x_max: float, columns: int) -> tuple[list[float], list[float]]:
    """Return the points of [x_min, x_max], at most two and a gap a column: the lowest and the highest, in their order.

    No spike is lost: every extreme is one of the points. A gap (NaN, inf) stays a gap. The line that comes in from the left
    begins at x_min.
    """
    span = (x_max - x_min) or 1.0
    out_x: list[float] = []
    out_y: list[float] = []
    first = bisect_left(xs, x_min)
    if 0 < first < len(xs) and math.isfinite(ys[first - 1]) and math.isfinite(ys[first]) and xs[first] > x_min:
        share = (x_min - xs[first - 1]) / (xs[first] - xs[first - 1])
        out_x.append(x_min)
        out_y.append(ys[first - 1] + share * (ys[first] - ys[first - 1]))
    inside = ((x, y) for x, y in zip(xs, ys, strict=True) if x_min <= x <= x_max)
    for _, group in groupby(inside, key=lambda p: int((p[0] - x_min) / span * (columns - 1))):
        points = list(group)
        finite = [p for p in points if math.isfinite(p[1])]
        if finite:
            low, high = min(finite, key=lambda p: p[1]), max(finite, key=lambda p: p[1])
            for point in sorted({low, high}):
                out_x.append(point[0])
                out_y.append(point[1])
        if len(finite) < len(points):
            out_x.append(points[-1][0])
            out_y.append(math.nan)
    return out_x, out_y
