"""A chart as SVG: axes with round ticks, this run's curves in front, the baseline's dashed behind, moments as upright lines.

Colours are CSS classes of the page, so that one picture serves light and dark.
"""

from __future__ import annotations

import math
from html import escape

from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.report.document import Chart, ChartLine
    from tailwatch.report.words import Speaker

WIDTH: Final = 920
HEIGHT: Final = 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 44, 40
_DOTS: Final = 80
"""A curve of more points is drawn without dots."""


class Scale:
    """From values to pixels; `log` draws decades of one length."""

    def __init__(self, low: float, high: float, start: float, end: float, *, log: bool = False) -> None:
        if not high > low:
            low, high = (low / 2, high * 2) if log else (low - 0.5, high + 0.5)
        self.low, self.high, self._log = low, high, log
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high, value = (math.log(v) for v in (self.low, self.high, value)) if self._log else (self.low, self.high, value)
        return self._start + (value - low) / (high - low) * (self._end - self._start)

    def ticks(self, most: int) -> list[float]:
        """Return at most `most` round values within the range."""
        return self._decades(most) if self._log else _round_steps(self.low, self.high, most)

    def _decades(self, most: int) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        found: list[float] = []
        for digits in ((1, 2, 5), (1, 3), (1,)):
            found = [d * 10.0**e for e in range(first, last + 1) for d in digits]
            found = [v for v in found if self.low <= v <= self.high]
            if len(found) <= most:
                return found
        return found[:: math.ceil(len(found) / most)]


def _round_steps(low: float, high: float, most: int) -> list[float]:
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    first = math.ceil(low / step - 1e-9)
    return [round((first + i) * step, 12) for i in range(math.floor(high / step + 1e-9) - first + 1)]


def svg(chart: Chart, speaker: Speaker) -> Iterator[str]:
    """Yield the lines of an `<svg>` element; every string in it is escaped."""
    across, up = _scales(chart)
    title = escape(speaker.say(chart.title))
    yield f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">'
    yield f'<text x="{_LEFT}" y="14" class="title">{title}</text>'
    yield from _axes(chart, speaker, across, up)
    yield from _marks(chart, speaker, across)
    for curve in chart.curves:
        yield from _curve(curve, speaker, across, up, log=chart.log)
    yield "</svg>"


def _scales(chart: Chart) -> tuple[Scale, Scale]:
    xs = [x for c in chart.curves for x in c.xs if math.isfinite(x)]
    ys = [y for c in chart.curves for y in c.ys if math.isfinite(y) and (y > 0 or not chart.log)]
    low, high = min(ys), max(ys)
    room = 0.0 if chart.log else 0.04 * (high - low)
    across = Scale(min(xs, default=0.0), max(xs, default=1.0), _LEFT + 6, WIDTH - _RIGHT)
    return across, Scale(low - room, high + room, HEIGHT - _BOTTOM, _TOP, log=chart.log)


def _axes(chart: Chart, speaker: Speaker, across: Scale, up: Scale) -> Iterator[str]:
    bottom = HEIGHT - _BOTTOM
    for y in up.ticks(6):
        yield f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{up(y):.1f}" y2="{up(y):.1f}" class="grid"/>'
        yield f'<text x="{_LEFT - 8}" y="{up(y) + 4:.1f}" class="tick end">{escape(compact(float(f"{y:.6g}")))}</text>'
    for x in across.ticks(10):
        if chart.axis and x != int(x):
            continue
        yield f'<line x1="{across(x):.1f}" x2="{across(x):.1f}" y1="{bottom}" y2="{bottom + 5}" class="axis"/>'
        yield f'<text x="{across(x):.1f}" y="{bottom + 18}" class="tick middle">{x:,.0f}</text>'
    yield f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{bottom}" y2="{bottom}" class="axis"/>'
    yield f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 4}" class="tick end">{escape(speaker.say(chart.axis))}</text>'


def _marks(chart: Chart, speaker: Speaker, across: Scale) -> Iterator[str]:
    taken = [-math.inf, -math.inf]
    for mark in sorted(chart.marks):
        if not across.low <= mark.x <= across.high:
            continue
        x, label = across(mark.x), escape(speaker.say(mark.label))
        row = 0 if x - taken[0] > 8 else 1
        at_end = x > WIDTH - 110
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 14 * (1 - row)}" y2="{HEIGHT - _BOTTOM}" class="mark {mark.tone}"/>'
        anchor, shift = (" end", -4) if at_end else ("", 4)
        yield f'<text x="{x + shift:.1f}" y="{_TOP - 4 - 12 * (1 - row)}" class="mark{anchor} {mark.tone}">{label}</text>'
        taken[row] = x + (0 if at_end else 7 * len(label))


def _curve(curve: ChartLine, speaker: Speaker, across: Scale, up: Scale, *, log: bool) -> Iterator[str]:
    parts: list[list[str]] = [[]]
    dots: list[str] = []
    label = escape(speaker.say(curve.label))
    for x, y in zip(curve.xs, curve.ys, strict=True):
        if not (math.isfinite(x) and math.isfinite(y) and (y > 0 or not log)):
            parts.append([])  # a gap where the value is not a number
            continue
        at = f"{across(x):.1f},{up(y):.1f}"
        parts[-1].append(at)
        px, py = at.split(",")
        dots.append(f'<circle cx="{px}" cy="{py}" r="3"><title>{label} {x:g}: {escape(compact(y))}</title></circle>')
    for part in parts:
        if part:
            yield f'<polyline points="{" ".join(part)}" class="{curve.role}"/>'
    if len(dots) <= _DOTS:
        yield f'<g class="dots {curve.role}">{"".join(dots)}</g>'
