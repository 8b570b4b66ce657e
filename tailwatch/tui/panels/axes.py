"""What stands around a chart's canvas: the y labels, the x axis with its ticks, and the lane of events."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from tailwatch.core.named import NamedTuple
from tailwatch.core.text import compact, phrase
from tailwatch.tui.paint import Row, Span, pad, row
from tailwatch.tui.scale import labels, log_ticks, ticks

if TYPE_CHECKING:
    from tailwatch.core.text import Language
    from tailwatch.tui.curves import ChartData, XAxis
    from tailwatch.tui.paint import Role
    from tailwatch.tui.plot import Window

Cells = list[list[tuple[str, "Role"]]]

EVENTS: Final[dict[str, tuple[str, Role, str]]] = {
    "checkpoint": ("◆", "info", phrase("checkpoint")),
    "best": ("★", "best", phrase("best")),
    "lr_drop": ("↓", "warning", phrase("lr drop")),
    "early_stop": ("■", "warning", phrase("early stop")),
    "restored": ("↶", "good", phrase("restored")),
    "resume": ("»", "info", phrase("resume")),
    "nonfinite": ("✖", "critical", phrase("NaN")),
    "crash": ("✖", "critical", phrase("crash")),
}
"""Sign, role and name of what the lane shows; where two fall into one column, the later of this table is shown."""


AXES: Final[dict[XAxis, str]] = {"epoch": phrase("epoch"), "step": phrase("step"), "line": phrase("line"), "point": ""}
"""Names of the x axis; one that only counts the values has none."""


class Around(NamedTuple):
    """What stands around a canvas: the cells left of its y axis, its own width, the name of the x axis, the language."""

    gutter: int
    width: int
    axis: str
    language: Language


def y_ticks(window: Window, height: int, *, log: bool) -> tuple[list[float], list[str]]:
    """Return where the y axis has ticks, and what they say; `window` is in powers of ten on a logarithmic axis."""
    most = min(8, max(2, (height + 1) // 2 - (height > 9)))
    if log:
        values = log_ticks(window.y_min, window.y_max, most)
        return [math.log10(v) for v in values], [compact(v) for v in values]
    values = ticks(window.y_min, window.y_max, most)
    return values, labels(values)


def gutter_for(axis: str, y_labels: list[str]) -> int:
    """Return the cells left of the y axis: room for its labels, and for the name of the x axis beneath them."""
    return max(cell_len(axis) + 1 if axis else 0, *(len(text) + 1 for text in y_labels), 4)


def with_y_axis(cells: Cells, window: Window, at: list[float], y_labels: list[str], gutter: int) -> list[Row]:
    """Put the y axis in front of the canvas."""
    by_row = {window.row(value, len(cells)): text for value, text in zip(at, y_labels, strict=True)}
    rows: list[Row] = []
    for y, line in enumerate(cells):
        label = by_row.get(y)
        rows.append((Span(f"{label or '':>{gutter}} ", "dim"), Span("┤" if label is not None else "│", "rule"), *runs(line)))
    return rows


def runs(line: list[tuple[str, Role]]) -> list[Span]:
    """Join neighbouring cells of one role."""
    spans: list[Span] = []
    text, role = "", line[0][1]
    for char, own in line:
        if own != role and char != " ":
            spans.append(Span(text, role))
            text, role = "", own
        text += char
    spans.append(Span(text.rstrip(), role))
    return spans


def visible_events(data: ChartData, window: Window, width: int) -> dict[int, str]:
    """Return which event stands in which column of the canvas."""
    found = [(m.x, m.kind) for m in data.moments]
    if data.nonfinite is not None:
        found.append((data.nonfinite.x, "nonfinite"))
    if data.best is not None and found:
        found.append((data.best.x, "best"))
    rank = {kind: k for k, kind in enumerate(EVENTS)}
    found.sort(key=lambda event: rank[event[1]])
    return {min(width - 1, max(0, window.column(x, width))): kind for x, kind in found if window.x_min <= x <= window.x_max}


def _only_whole(data: ChartData) -> bool:
    """Whether nothing that is drawn stands between two epochs: then no tick does either."""
    return all(x == math.floor(x) for curve in data.curves for x in curve.xs)


def x_axis(data: ChartData, window: Window, around: Around, *, lane: int, events: dict[int, str]) -> list[Row]:
    """Return the axis, the event lane, and the tick labels. Without a row for the lane the events stand on the axis."""
    gutter, width = around.gutter, around.width
    whole = data.x_axis != "epoch" or window.x_max - window.x_min >= 3 or _only_whole(data)
    values = ticks(max(window.x_min, data.first_tick), window.x_max, max(2, width // 10), whole=whole)
    at = {window.column(v, width): text for v, text in zip(values, labels(values), strict=True)}
    line: list[tuple[str, Role]] = [("┬" if x in at else "─", "rule") for x in range(width)]
    if not lane:
        for x, kind in events.items():
            line[x] = EVENTS[kind][:2]
    rows: list[Row] = [(Span(" " * (gutter + 1) + "└", "rule"), *runs(line))]
    if lane:
        rows.append(_lane(events, around))
    return [*rows, row((_tick_labels(at, around), "dim"))]


def _tick_labels(at: dict[int, str], around: Around) -> str:
    """Centre each label beneath its tick; the axis is named on the left, beneath the y labels."""
    gutter, width, name = around.gutter, around.width, around.axis
    room = [*_by_cell(pad(name, gutter, right=True)), *" " * (2 + width)]
    free = gutter + 1 if name else 0
    for x, text in at.items():
        start = max(free, min(x + gutter + 2 - len(text) // 2, len(room) - len(text)))
        if start - (x + gutter + 2) <= 1:
            room[start : start + len(text)] = text
            free = start + len(text) + 1
    return "".join(room)


def _by_cell(text: str) -> list[str]:
    """Return what stands in each cell; a wide character has the cell after it, too, in which nothing stands."""
    return [part for char in text for part in (char, *[""] * (cell_len(char) - 1))]


def _lane(events: dict[int, str], around: Around) -> Row:
    """Draw the event lane: a sign for each event, and its name once, where there is room beside it."""
    cells: list[tuple[str, Role]] = [(" ", "text")] * around.width
    columns = sorted(events)
    named: set[str] = set()
    for column, following in zip(columns, [*columns[1:], around.width + 1], strict=True):
        glyph, role, name = EVENTS[events[column]]
        cells[column] = (glyph, role)
        shown = _by_cell(around.language.of(name))
        if name not in named and following - column >= len(shown) + 4:
            named.add(name)
            cells[column + 2 : column + 2 + len(shown)] = [(char, "dim") for char in shown]
    return (Span(" " * (around.gutter + 2)), *runs(cells))
