"""A series in a handful of cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_BARS: Final = "▁▂▃▄▅▆▇"
GAP: Final = "×"


def columns(values: Sequence[float], count: int) -> tuple[float, ...]:
    """Return `count` values that stand for all: of each stretch the one farthest from the middle, so that a spike stays.

    A stretch that holds NaN or inf is NaN.
    """
    n = len(values)
    if n <= count:
        return tuple(values)
    finite = [v for v in values if math.isfinite(v)]
    centre = sorted(finite)[len(finite) // 2] if finite else 0.0
    out: list[float] = []
    for k in range(count):
        part = values[k * n // count : (k + 1) * n // count]
        bad = any(not math.isfinite(v) for v in part)
        out.append(math.nan if bad else max(part, key=lambda v: abs(v - centre)))
    return tuple(out)


def sparkline(values: Sequence[float], width: int) -> str:
    """Draw values from left to right in at most `width` cells; NaN and inf are drawn as `×`."""
    shown = columns(values, width)
    finite = [v for v in shown if math.isfinite(v)]
    if not finite:
        return GAP * len(shown)
    low, high = min(finite), max(finite)
    span = high - low
    return "".join(_bar((v - low) / span if span else 0.5) if math.isfinite(v) else GAP for v in shown)


def _bar(share: float) -> str:
    return _BARS[min(len(_BARS) - 1, int(share * len(_BARS)))]
