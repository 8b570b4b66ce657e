"""Train and validation of one metric on one chart, with the event lane beneath it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from tailwatch.core.text import compact
from tailwatch.tui.curves import smooth, thin
from tailwatch.tui.paint import Row, Span, row
from tailwatch.tui.plot import BRAILLE, Stroke, Window, draw, overlay
from tailwatch.tui.scale import labels, log_ticks, span_of, ticks, widened

if TYPE_CHECKING:
    from tailwatch.tui.curves import ChartData, Curve
    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import Snapshot

SMOOTHING: Final = ((0.0, ""), (0.6, "smoothed"), (0.9, "smoothed strongly"))
ZOOMS: Final = ((1.0, ""), (0.5, "last half"), (0.2, "last fifth"))
_GLYPHS: Final[dict[str, tuple[str, Role, str]]] = {
    "checkpoint": ("◆", "info", "checkpoint"),
    "lr_drop": ("↓", "warning", "lr drop"),
    "early_stop": ("■", "warning", "early stop"),
    "restored": ("↶", "good", "restored"),
    "resume": ("»", "info", "resume"),
    "crash": ("✖", "critical", "crash"),
    "nonfinite": ("✖", "critical", "NaN"),
    "best": ("★", "best", "best"),
}
_ROLES: Final[dict[str, Role]] = {"train": "train", "val": "val", "running": "train_ghost"}
_GHOSTS: Final[dict[str, Role]] = {"train": "train_ghost", "val": "val_ghost", "running": "train_ghost"}


class ChartOptions(NamedTuple):
    """How the person wants the chart, and what the terminal can show."""

    log: bool = False
    smoothing: int = 0
    zoom: int = 0
    ascii_only: bool = False
    colours: bool = True


class Layer(NamedTuple):
    """One drawn curve and its colour."""

    stroke: Stroke
    role: Role


Cells = list[list[tuple[str, "Role"]]]


def title(data: ChartData, options: ChartOptions) -> Row:
    """Return the legend: it stands above the canvas, so that it never covers a curve."""
    parts: list[Span] = [Span(data.metric, "title")]
    for curve in data.curves:
        if curve.part == "running":
            continue
        mark = {"train": "━", "val": "•"}[curve.part]
        last = next((y for y in reversed(curve.ys)), math.nan)
        parts += [Span("  "), Span(f"{mark} {curve.part}", _ROLES[curve.part]), Span(f" {compact(last)}")]
    if data.best is not None:
        parts += [Span("  "), Span("★", "best"), Span(f" {compact(data.best.value)}"), Span(f" {data.best.label}", "dim")]
    if data.nonfinite is not None:
        parts += [Span("  "), Span(f"✖ {data.nonfinite.text}", "critical")]
    notes = [ZOOMS[options.zoom][1], "log" if options.log else "", SMOOTHING[options.smoothing][1]]
    parts += [Span("  "), Span(" · ".join(n for n in notes if n), "dim")] if any(notes) else []
    return tuple(parts)


def chart_rows(data: ChartData, options: ChartOptions, width: int, height: int) -> list[Row]:
    """Return `height` rows: canvas, axis, event lane, tick labels."""
    window, log = _window(data, options)
    if window is None:
        return [row((f" no {data.metric} that can be drawn: every value so far is NaN or inf", "dim"))]
    moments = _visible_moments(data, window)
    canvas_height = height - 2 - bool(moments)
    if canvas_height < 2:
        return [row((" too small for a chart: give it more rows", "dim"))]
    y_ticks, y_labels = _y_ticks(window, canvas_height, log=log)
    gutter = max(len(data.x_axis) - 1, *(len(text) + 1 for text in y_labels)) if y_labels else 5
    canvas_width = width - gutter - 2
    if canvas_width < 8:
        return [row((" too small for a chart: give it more columns", "dim"))]
    cells = _canvas(data, options, window, canvas_width, canvas_height, log=log)
    rows = _with_y_axis(cells, window, y_ticks, y_labels, gutter)
    return rows + _x_axis(data, window, moments, gutter, canvas_width)


def _window(data: ChartData, options: ChartOptions) -> tuple[Window | None, bool]:
    xs = span_of(x for c in data.curves for x in (c.xs[:1] + c.xs[-1:]))
    if xs is None:
        return None, False
    x_min, x_max = xs
    x_min = x_max - (x_max - x_min) * ZOOMS[options.zoom][0]
    visible = [y for c in data.curves for x, y in zip(c.xs, c.ys, strict=True) if x >= x_min and math.isfinite(y)]
    log = options.log and any(y > 0 for y in visible)
    span = span_of(math.log10(y) for y in visible if y > 0) if log else span_of(visible)
    if span is None:
        return None, False
    if x_max <= x_min:
        x_min, x_max = x_min - 0.5, x_max + 0.5
    return Window(x_min, x_max, *widened(*span)), log


def _canvas(data: ChartData, options: ChartOptions, window: Window, width: int, height: int, *, log: bool) -> Cells:
    cells: Cells = [[(" ", "text")] * width for _ in range(height)]
    for layer in _layers(data, options, window, width, log=log):
        for y, line in enumerate(draw(layer.stroke, window, width, height)):
            for x, char in enumerate(line):
                if char not in " \u2800":
                    cells[y][x] = (overlay(cells[y][x][0], char), layer.role)
        if layer.role == "val" and len(layer.stroke.xs) * 4 <= width:
            _dots(cells, layer.stroke, window, "o" if options.ascii_only else "•")
    if data.best is not None and (not log or data.best.value > 0):
        _put(cells, window, data.best.x, math.log10(data.best.value) if log else data.best.value, ("★", "best"))
    return cells


def _dots(cells: Cells, stroke: Stroke, window: Window, marker: str) -> None:
    """Mark the evaluations themselves while they are few: the line between them is drawn, not measured."""
    for x, y in zip(stroke.xs, stroke.ys, strict=True):
        if math.isfinite(y):
            _put(cells, window, x, y, (marker, "val"))


def _put(cells: Cells, window: Window, x: float, y: float, cell: tuple[str, Role]) -> None:
    column, line = window.column(x, len(cells[0])), window.row(y, len(cells))
    if 0 <= column < len(cells[0]) and 0 <= line < len(cells):
        cells[line][column] = cell


def _layers(data: ChartData, options: ChartOptions, window: Window, width: int, *, log: bool) -> list[Layer]:
    weight = SMOOTHING[options.smoothing][0]
    ghosts: list[Layer] = []
    front: list[Layer] = []
    for curve in data.curves:
        raw = _stroke(curve, curve.ys, window, width, options, log=log)
        if not weight or curve.part == "running":
            (ghosts if curve.part == "running" else front).append(Layer(raw, _ROLES[curve.part]))
            continue
        ghosts.append(Layer(raw, _GHOSTS[curve.part]))
        front.append(Layer(_stroke(curve, smooth(curve.ys, weight), window, width, options, log=log), _ROLES[curve.part]))
    return ghosts + front


def _stroke(curve: Curve, ys: object, window: Window, width: int, options: ChartOptions, *, log: bool) -> Stroke:
    values = [math.log10(y) if y > 0 else math.nan for y in ys] if log else ys  # type: ignore[attr-defined]
    xs, kept = thin(curve.xs, values, window.x_min, window.x_max, width * 2)  # type: ignore[arg-type]
    marker = BRAILLE
    if options.ascii_only:
        marker = {"train": "*", "val": "o", "running": "."}[curve.part]
    elif not options.colours and curve.part == "val":
        marker = "•"
    return Stroke(tuple(xs), tuple(kept), marker)


def _y_ticks(window: Window, height: int, *, log: bool) -> tuple[list[float], list[str]]:
    most = min(8, max(2, height // 2 - 1))
    if log:
        values = log_ticks(window.y_min, window.y_max, most)
        return [math.log10(v) for v in values], [compact(v) for v in values]
    values = ticks(window.y_min, window.y_max, most)
    return values, labels(values)


def _with_y_axis(cells: Cells, window: Window, y_ticks: list[float], y_labels: list[str], gutter: int) -> list[Row]:
    at = {window.row(value, len(cells)): text for value, text in zip(y_ticks, y_labels, strict=True)}
    rows: list[Row] = []
    for y, line in enumerate(cells):
        label = at.get(y)
        head = Span(f"{label or '':>{gutter}} ", "dim")
        rows.append((head, Span("┤" if label is not None else "│", "rule"), *_runs(line)))
    return rows


def _runs(line: list[tuple[str, Role]]) -> list[Span]:
    """Join neighbouring cells of one colour."""
    spans: list[Span] = []
    text, role = "", line[0][1]
    for char, own in line:
        if own != role and char != " ":
            spans.append(Span(text, role))
            text, role = "", own
        text += char
    spans.append(Span(text.rstrip(), role))
    return spans


def _visible_moments(data: ChartData, window: Window) -> list[tuple[float, str]]:
    found = [(m.x, m.kind) for m in data.moments]
    if data.nonfinite is not None:
        found.append((data.nonfinite.x, "nonfinite"))
    if data.best is not None and found:
        found.append((data.best.x, "best"))
    return [m for m in found if window.x_min <= m[0] <= window.x_max]


def _x_axis(data: ChartData, window: Window, moments: list[tuple[float, str]], gutter: int, width: int) -> list[Row]:
    whole = data.x_axis != "epoch" or window.x_max - window.x_min >= 3
    low = max(window.x_min, data.first_tick)
    values = ticks(low, window.x_max, max(2, width // 12), whole=whole)
    at = {window.column(v, width): text for v, text in zip(values, labels(values), strict=True)}
    line = "".join("┬" if x in at else "─" for x in range(width))
    rows: list[Row] = [row((" " * (gutter + 1) + "└" + line, "rule"))]
    if moments:
        rows.append(_lane(moments, window, gutter, width))
    return [*rows, row((_tick_labels(at, data.x_axis, gutter, width), "dim"))]


def _tick_labels(at: dict[int, str], axis: str, gutter: int, width: int) -> str:
    """Centre each label beneath its tick; the axis is named on the left, beneath the y labels."""
    name = "" if axis == "point" else axis
    room = list(f"{name:>{gutter + 1}} ".ljust(gutter + 2 + width))
    free = len(name) + 1
    for x, text in at.items():
        start = min(x + gutter + 2 - len(text) // 2, len(room) - len(text))
        if start > free:
            room[start : start + len(text)] = text
            free = start + len(text)
    return "".join(room)


def _lane(moments: list[tuple[float, str]], window: Window, gutter: int, width: int) -> Row:
    """Draw the event lane: a sign for each moment, and its name once, where there is room beside it."""
    signs = {min(width - 1, max(0, window.column(x, width))): kind for x, kind in moments}
    cells: list[tuple[str, Role]] = [(" ", "text")] * width
    columns = sorted(signs)
    named: set[str] = set()
    for column, following in zip(columns, [*columns[1:], width + 1], strict=True):
        glyph, role, name = _GLYPHS[signs[column]]
        cells[column] = (glyph, role)
        if name not in named and following - column >= len(name) + 4:
            named.add(name)
            cells[column + 2 : column + 2 + len(name)] = [(char, "dim") for char in name]
    return (Span(" " * (gutter + 2)), *_runs(cells))


def reason_for_no_chart(snapshot: Snapshot) -> Row:
    """Say why there is no chart yet."""
    if snapshot.source.preview or snapshot.source.kind == "reading":
        return row((" curves come when the history is read", "dim"))
    if snapshot.series:
        return row((" no curve yet: the log has printed no loss and no score, only the series named there", "dim"))
    return row((" no metric yet: no line so far holds a named value" if snapshot.lines_read else " no line yet", "dim"))
