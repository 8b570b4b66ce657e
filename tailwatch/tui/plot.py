"""Lines on a character canvas, drawn by plotext: the one file that knows it.

plotext is one figure in module globals, raises on empty data and draws log axes only where every value is positive. So it is
given nothing but finite windows and points already thinned and scaled, one curve at a time, from one thread; axes, ticks,
colours and labels are ours. Another renderer takes its place by the signature of `draw`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, NamedTuple

BRAILLE: Final = "braille"
_BRAILLE_BASE: Final = 0x2800


class Window(NamedTuple):
    """The part of the plane that the canvas shows; both spans are positive."""

    x_min: float
    x_max: float
    y_min: float
    y_max: float

    def column(self, x: float, width: int) -> int:
        """Return the canvas column in which the braille dot of x lies; it may be outside."""
        return round((x - self.x_min) / (self.x_max - self.x_min) * (2 * width - 1)) // 2

    def row(self, y: float, height: int) -> int:
        """Return the canvas row in which the braille dot of y lies, counted from the top; it may be outside."""
        return round((self.y_max - y) / (self.y_max - self.y_min) * (4 * height - 1)) // 4


class Stroke(NamedTuple):
    """A curve ready to draw: thinned and scaled. `marker` is `braille` or the one character to draw it with."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    marker: str = BRAILLE


@lru_cache(maxsize=64)
def draw(stroke: Stroke, window: Window, width: int, height: int) -> tuple[str, ...]:
    """Return `height` rows of `width` characters; blanks where the curve is not. A NaN is a gap in the line."""
    blank = (" " * width,) * height
    if width < 2 or height < 1 or not any(map(math.isfinite, stroke.ys)):
        return blank
    import plotext  # noqa: PLC0415  # its import would delay the first screen

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)  # noqa: FBT003  # its own signature
    plotext.plotsize(width, height)
    plotext.frame(False)  # noqa: FBT003
    plotext.xfrequency(0)
    plotext.yfrequency(0)
    plotext.xlim(window.x_min, window.x_max)
    plotext.ylim(window.y_min, window.y_max)
    for xs, ys in _pieces(stroke):
        if len(xs) > 1:
            plotext.plot(xs, ys, marker=stroke.marker)
        else:
            plotext.scatter(xs, ys, marker=stroke.marker)
    rows = plotext.uncolorize(plotext.build()).split("\n")
    plotext.clear_figure()
    rows = [row[:width].ljust(width) for row in rows[:height]]
    return tuple(rows) + blank[len(rows) :]


def _pieces(stroke: Stroke) -> list[tuple[list[float], list[float]]]:
    """Cut a curve at its gaps, because plotext would draw a line over them."""
    pieces: list[tuple[list[float], list[float]]] = [([], [])]
    for x, y in zip(stroke.xs, stroke.ys, strict=True):
        if math.isfinite(y):
            pieces[-1][0].append(x)
            pieces[-1][1].append(y)
        elif pieces[-1][0]:
            pieces.append(([], []))
    return [piece for piece in pieces if piece[0]]


def overlay(below: str, above: str) -> str:
    """Return the character of a cell that two curves cross: the dots of both, else the upper one."""
    dots_below, dots_above = ord(below) - _BRAILLE_BASE, ord(above) - _BRAILLE_BASE
    if 0 <= dots_below < 256 and 0 <= dots_above < 256:
        return chr(_BRAILLE_BASE + (dots_below | dots_above))
    return above
