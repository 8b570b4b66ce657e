"""From many points to what a canvas can show: smoothing that survives NaN, and thinning that keeps every spike."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
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
    out_x: list[float] = []
    out_y: list[float] = []
    first, last = bisect_left(xs, x_min), bisect_right(xs, x_max)
    if 0 < first < len(xs) and math.isfinite(ys[first - 1]) and math.isfinite(ys[first]) and xs[first] > x_min:
        share = (x_min - xs[first - 1]) / (xs[first] - xs[first - 1])
        out_x.append(x_min)
        out_y.append(ys[first - 1] + share * (ys[first] - ys[first - 1]))
    if last - first <= 2 * columns:
        return out_x + list(xs[first:last]), out_y + list(ys[first:last])
    start = first
    for column in range(1, columns + 1):
        edge = x_min + (x_max - x_min) * column / columns
        end = bisect_right(xs, edge, start, last) if column < columns else last
        for k in _extremes(ys, start, end):
            out_x.append(xs[k])
            out_y.append(ys[k])
        start = end
    return out_x, out_y


def _extremes(ys: Sequence[float], start: int, end: int) -> list[int]:
    """Return where the lowest and the highest of `ys[start:end]` stand, and the last value that is no number, in order."""
    part = ys[start:end]
    total = math.fsum(part) if len(part) else math.nan
    if math.isfinite(total):
        return sorted({start + part.index(min(part)), start + part.index(max(part))})
    finite = [k for k in range(start, end) if math.isfinite(ys[k])]
    odd = [k for k in range(start, end) if not math.isfinite(ys[k])]
    kept = {min(finite, key=ys.__getitem__), max(finite, key=ys.__getitem__)} if finite else set()
    return sorted(kept | set(odd[-1:]))
