"""Lines on a character canvas: braille, eight dots a cell, or one plain character a cell.

Drawn here and not by a plotting library: a dense curve takes plotext 5.3 some 50 ms, which twice a second for four curves is
more than the whole monitor may use, and it cuts the points of a line down to the dot below, so that a slow fall looks like a
step beside its own points. This takes 2 ms, and a line passes through the cells of the points it joins.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tailwatch.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

BRAILLE: Final = "braille"
_BRAILLE_BASE: Final = 0x2800
_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each of a cell's dots, by row from the top and column (Unicode 15, chapter 21.1)."""


class Window(NamedTuple):
    """The part of the plane that the canvas shows; both spans are positive."""

    x_min: float
    x_max: float
    y_min: float
    y_max: float

    def column(self, x: float, width: int) -> int:
        """Return the canvas column in which the braille dot of x lies; it may be outside."""
        return _place((x - self.x_min) / (self.x_max - self.x_min), 2 * width) // 2

    def row(self, y: float, height: int) -> int:
        """Return the canvas row in which the braille dot of y lies, counted from the top; it may be outside."""
        return _place((self.y_max - y) / (self.y_max - self.y_min), 4 * height) // 4


class Stroke(NamedTuple):
    """A curve ready to draw: thinned and scaled. `marker` is `braille` or the one character to draw it with."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    marker: str = BRAILLE


@lru_cache(maxsize=64)
def draw(stroke: Stroke, window: Window, width: int, height: int) -> tuple[str, ...]:
    """Return `height` rows of `width` characters; blanks where the curve is not. A NaN is a gap in the line."""
    if width < 2 or height < 1:
        return (" " * width,) * height
    if stroke.marker == BRAILLE:
        cells = [bytearray(width) for _ in range(height)]
        for x, y in _dots(stroke, window, 2 * width, 4 * height):
            cells[y >> 2][x >> 1] |= _DOTS[y & 3][x & 1]
        return tuple("".join(chr(_BRAILLE_BASE + dots) if dots else " " for dots in row) for row in cells)
    rows = [[" "] * width for _ in range(height)]
    for x, y in _dots(stroke, window, width, height):
        rows[y][x] = stroke.marker
    return tuple(map("".join, rows))


def overlay(below: str, above: str) -> str:
    """Return the character of a cell that two curves cross: the dots of both, else the upper one."""
    dots_below, dots_above = ord(below) - _BRAILLE_BASE, ord(above) - _BRAILLE_BASE
    if 0 <= dots_below < 256 and 0 <= dots_above < 256:
        return chr(_BRAILLE_BASE + (dots_below | dots_above))
    return above


def _place(share: float, count: int) -> int:
    """Return which of `count` dots in a row stands for a share of the row's length."""
    return math.floor(share * (count - 1) + 0.5)


def _dots(stroke: Stroke, window: Window, columns: int, lines: int) -> Iterator[tuple[int, int]]:
    """Yield the dots of a curve on a grid, those outside of it left out."""
    x_span, y_span = window.x_max - window.x_min, window.y_max - window.y_min
    previous: tuple[int, int] | None = None
    for x, y in zip(stroke.xs, stroke.ys, strict=True):
        if not math.isfinite(y):
            previous = None
            continue
        high = min(2.0, max(-1.0, (window.y_max - y) / y_span))  # far outside, the way there is not worth walking
        point = _place((x - window.x_min) / x_span, columns), _place(high, lines)
        for column, line in _line(previous or point, point):
            if 0 <= column < columns and 0 <= line < lines:
                yield column, line
        previous = point


def _line(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the dots of a straight line, rounded to the nearest (the integer form of Bresenham's line)."""
    across, down = end[0] - start[0], end[1] - start[1]
    count = max(abs(across), abs(down))
    yield end
    for k in range(count):
        yield start[0] + (2 * across * k + count) // (2 * count), start[1] + (2 * down * k + count) // (2 * count)
