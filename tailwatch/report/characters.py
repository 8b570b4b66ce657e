"""A chart drawn with characters, for text and for Markdown, where no picture can be."""

from __future__ import annotations

import math

from tailwatch.core.breaking import cells
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.columns import wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.report.document import Chart, Role
    from tailwatch.report.words import Speaker

_GLYPHS: Final[dict[Role, str]] = {"base_train": ".", "base_val": "b", "train": "t", "val": "V"}
_ROWS: Final = 12
_LABELS: Final = 10


def character_chart(chart: Chart, speaker: Speaker, width: int) -> Iterator[str]:
    """Yield the lines of a chart: values to the left, the axis below, and which letter is which curve."""
    low, high = _range(chart)
    first, last = _span(chart)
    across = width - _LABELS - 2
    grid = [[" "] * across for _ in range(_ROWS)]
    for mark in chart.marks:
        if first <= mark.x <= last:
            column = _place(mark.x, first, last, across)
            for row in grid:
                row[column] = ":" if mark.tone != "good" else "|"
    for curve in chart.curves:
        for x, y in zip(curve.xs, curve.ys, strict=True):
            if math.isfinite(y) and math.isfinite(x):
                grid[_ROWS - 1 - _place(_scaled(chart, y), low, high, _ROWS)][_place(x, first, last, across)] = _GLYPHS[
                    curve.role
                ]
    yield from wrap(speaker.say(chart.title), " ")
    for i, row in enumerate(grid):
        value = high - (high - low) * i / (_ROWS - 1)
        label = compact(float(f"{math.exp(value) if chart.log else value:.3g}")) if i % 4 == 0 or i == _ROWS - 1 else ""
        yield f"{label:>{_LABELS}} |{''.join(row)}".rstrip()
    left, right = _tick(first), f"{speaker.say(chart.axis)} {_tick(last)}"
    yield " " * (_LABELS + 1) + "+" + "-" * across
    yield " " * (_LABELS + 2) + left + " " * max(1, across - cells(left) - cells(right)) + right
    named = [f"{_GLYPHS[c.role]} {speaker.say(c.label)}" for c in chart.curves]
    named += [f"{'|' if m.tone == 'good' else ':'} {speaker.say(m.label)}" for m in chart.marks]
    yield from wrap("   ".join(dict.fromkeys(named)), " " * (_LABELS + 2))


def _scaled(chart: Chart, y: float) -> float:
    return math.log(y) if chart.log else y


def _range(chart: Chart) -> tuple[float, float]:
    shown = [_scaled(chart, y) for c in chart.curves for y in c.ys if math.isfinite(y) and (y > 0 or not chart.log)]
    low, high = min(shown), max(shown)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _span(chart: Chart) -> tuple[float, float]:
    xs = [x for c in chart.curves for x in c.xs if math.isfinite(x)]
    low, high = min(xs, default=0.0), max(xs, default=1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _tick(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else compact(float(f"{value:.3g}"))


def _place(value: float, low: float, high: float, size: int) -> int:
    return min(size - 1, max(0, round((value - low) / (high - low) * (size - 1))))
