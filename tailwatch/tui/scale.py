"""Ranges and round ticks for the axes of a chart."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tailwatch.core.text import compact

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPANS: Final = (1.0, 1.2, 1.4, 1.6, 1.9, 2.2, 2.6, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)
_ROUND: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


def span_of(values: Iterable[float]) -> tuple[float, float] | None:
    """Return the lowest and the highest finite value, or None if there is none."""
    finite = [v for v in values if math.isfinite(v)]
    return (min(finite), max(finite)) if finite else None


def widened(low: float, high: float, share: float = 0.04) -> tuple[float, float]:
    """Return a range with a margin on both sides; a single value gets room above and below."""
    margin = (high - low) * share if high > low else abs(high) * 0.1 or 1.0
    return low - margin, high + margin


def room_ahead(low: float, high: float) -> float:
    """Return where an axis that begins at `low` ends while it still grows: a round span, at most a fifth longer than now.

    So the curves do not move at each new point, which is calmer to look at and costs a slow link little.
    """
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return high
    power = 10.0 ** math.floor(math.log10(span))
    return low + power * next(step for step in _SPANS if step * power >= span * (1 - 1e-9))


_UNITS: Final = ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k"))
"""From which size on ticks are told in which unit, and its letter."""
_GREATEST: Final = 307
"""Powers of ten beyond this, or smaller than its inverse, are no ticks: numbers end there."""
_LEAST: Final = 1e-300
"""Values nearer to each other than this are one: their steps would be too small for a number."""


def on_steps(low: float, high: float) -> tuple[float, float]:
    """Return the range that holds both values and ends on steps of about a twelfth of it, so that it seldom changes."""
    if high <= low:
        return widened(low, high)
    if high - low < _LEAST:
        return low - 1.0, high + 1.0
    power = 10.0 ** math.floor(math.log10((high - low) / 12))
    step = next(factor for factor in (*_ROUND, 20.0) if factor * power >= (high - low) / 12) * power
    return (math.floor(low / step + 1e-9) - 0.2) * step, (math.ceil(high / step - 1e-9) + 0.2) * step


def ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Return at most `most` round numbers within the range, evenly spaced by 1, 2, 2.5 or 5 times a power of ten."""
    if high <= low or most < 1 or not math.isfinite(high - low):
        return []
    rough = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (*_ROUND, 20.0, 25.0, 50.0, 100.0):
        step = factor * power
        if whole:
            step = max(1.0, step)
            if step != math.floor(step):
                continue
        first = math.ceil(low / step - 1e-9)
        count = math.floor(high / step + 1e-9) - first + 1
        if count <= most:
            return [0.0 if k == 0 else k * step for k in range(first, first + count)]
    return []


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values for a logarithmic axis; `low` and `high` are the exponents, the result is values.

    Where powers of ten are few, 2 and 5, or 3, stand between them, as far as there is room; less than one is divided evenly.
    """
    inside: list[float] = []
    powers = [10.0**k for k in range(max(-_GREATEST, math.floor(low)), min(_GREATEST, math.ceil(high)) + 1)]
    few = high - low < 2
    for factors in ((1, 2, 5), (1, 3), (1,)) if few else ((1,),):
        inside = [m * power for power in powers for m in factors if low - 1e-9 <= math.log10(m * power) <= high + 1e-9]
        if len(inside) <= most:
            break
    if len(inside) > most:
        return inside[:: math.ceil(len(inside) / max(most, 1))]
    even = (
        [v for v in ticks(10.0**low, 10.0**high, most) if v > 0]
        if high < 1 + low and math.log10(_LEAST) <= low and high < _GREATEST
        else []
    )
    return max(inside, even, key=len)


def labels(values: list[float]) -> list[str]:
    """Return tick labels that all have as many digits as the step between them needs."""
    if len(values) < 2:
        return [compact(v) for v in values]
    step = min(b - a for a, b in pairwise(values))
    size = max(abs(v) for v in values)
    if step >= 1 or size >= 1e5 or size < 1e-3:
        return [_short(v, size) for v in values]
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    if abs(round(step, places) - step) > step * 1e-6:
        places += 1  # a step of 0.25
    return [f"{v:.{places}f}" for v in values]


def _short(value: float, size: float) -> str:
    """Return a tick in the unit of the greatest one, so that 5k stands before 10k; a letter for thousands from ten of them on."""
    unit, letter = next(((u, letter) for least, u, letter in _UNITS if size >= least), (1.0, ""))
    return f"{value / unit:g}{letter}" if letter and value else compact(value)
