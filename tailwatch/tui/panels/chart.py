"""Train and validation of one metric on one chart, with the event lane beneath it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tailwatch.core.named import NamedTuple
from tailwatch.core.terms import METRICS, SPLITS, metric_name
from tailwatch.core.text import ENGLISH, compact, phrase
from tailwatch.tui.paint import Row, Span, row, width_of
from tailwatch.tui.panels.axes import AXES, EVENTS, Around, Cells, gutter_for, visible_events, with_y_axis, x_axis, y_ticks
from tailwatch.tui.plot import BRAILLE, Stroke, Window, draw, overlay
from tailwatch.tui.scale import on_steps, room_ahead, span_of
from tailwatch.tui.thinning import smooth, thin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.core.text import Language
    from tailwatch.tui.curves import ChartData, Curve, Reading
    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import Snapshot

SMOOTHING: Final = ((0.0, ""), (0.6, phrase("smoothed")), (0.9, phrase("smoothed strongly")))
ZOOMS: Final = ((1.0, ""), (0.5, phrase("last half")), (0.2, phrase("last fifth")))
BELOW_ZERO: Final = 0.05
"""The share of its height that an axis reaches below 0, at most, where no value is negative."""
RARE: Final = 1
"""Per cent of the running values at either end that the axis need not hold, where they lie far from the others:"""
FAR: Final = 0.67
"""the others take less than this share of the height."""
LANE_FROM: Final = 10
"""Rows from which on the events have a lane of their own; below, they stand on the x axis."""

_ROLES: Final[dict[str, Role]] = {"train": "train", "val": "val", "running": "train_ghost", "baseline": "dim"}
_GHOSTS: Final[dict[str, Role]] = {"train": "train_ghost", "val": "val_ghost", "running": "train_ghost", "baseline": "dim"}


_ASCII: Final = {"train": "*", "val": "o", "running": ".", "baseline": ","}
_PARTS: Final = {"train": SPLITS["train"], "val": SPLITS["val"], "baseline": phrase("baseline")}
_BEHIND: Final = ("running", "baseline")


class ChartOptions(NamedTuple):
    """How the person wants the chart, and what the terminal can show."""

    log: bool = False
    smoothing: int = 0
    zoom: int = 0
    ascii_only: bool = False
    colours: bool = True
    growing: bool = False
    language: Language = ENGLISH


class Layer(NamedTuple):
    """One drawn curve and its colour."""

    stroke: Stroke
    role: Role


def title(data: ChartData, options: ChartOptions, width: int, reading: Reading | None = None) -> Row:
    """Return the legend: it stands above the canvas, so that it never covers a curve. What does not fit is left out.

    How the curves are drawn is told before where the best one is: a logarithmic axis that nobody is told of misleads.
    With a `reading` it tells the values beneath the chart's cursor instead of the last ones.
    """
    parts = _parts(data, options, reading)
    name = METRICS.get(data.metric)
    spans = [Span(options.language.of(name) if name else data.metric, "title")]
    left = width - width_of(spans)
    shown = set()
    for at, part in sorted(enumerate(parts), key=lambda item: item[1].rank):
        if width_of(part.spans) <= left:
            left -= width_of(part.spans)
            shown.add(at)
    for at in sorted(shown):
        spans += parts[at].spans
    return tuple(spans)


class Part(NamedTuple):
    """A piece of the legend, and how soon it is placed; of equal ranks the first comes first."""

    spans: list[Span]
    rank: int = 0


def _parts(data: ChartData, options: ChartOptions, reading: Reading | None) -> list[Part]:
    """Return the pieces of the legend in the order in which they stand."""
    curves = sorted((c for c in data.curves if c.part != "running"), key=lambda c: c.part == "baseline")
    parts = [Part(_legend(c, reading, options)) for c in curves]
    if reading is not None:
        parts = [Part([Span(f"  ┊ {options.language.render(reading.place)}", "strong")]), *parts]
    elif data.best is not None:
        where = options.language.render(data.best.label)
        parts.append(Part([Span("  "), Span("★", "best"), Span(f" {compact(data.best.value)}"), Span(f" {where}", "dim")], 2))
    if data.nonfinite is not None:
        parts.append(Part([Span("  "), Span(f"✖ {options.language.render(data.nonfinite.text)}", "critical")]))
    notes = [phrase("log scale") if options.log else "", SMOOTHING[options.smoothing][1], ZOOMS[options.zoom][1]]
    return [*parts, *(Part([Span(f"  {options.language.of(note)}", "info")], 1) for note in notes if note)]


def _legend(curve: Curve, reading: Reading | None, options: ChartOptions) -> list[Span]:
    mark = {"train": "━", "val": "•", "baseline": "┄"}[curve.part]
    if options.ascii_only:
        mark = _ASCII[curve.part]
    value = curve.ys[-1] if reading is None else reading.values.get(curve.part)
    return [
        Span("  "),
        Span(f"{mark} {options.language.of(_PARTS[curve.part])}", _ROLES[curve.part]),
        Span(f" {compact(value)}" if value is not None else " –"),
    ]


def chart_rows(data: ChartData, options: ChartOptions, width: int, height: int, reading: Reading | None = None) -> list[Row]:
    """Return `height` rows: canvas, axis, event lane, tick labels; `reading` is where the chart's cursor stands."""
    say = options.language.say
    window, log = _window(data, options)
    if window is None:
        metric = metric_name(data.metric)
        return [_reason(say("no {metric} that can be drawn: every value so far is NaN or inf", metric=metric))]
    has_events = any(window.x_min <= m.x <= window.x_max for m in (*data.moments, *([data.nonfinite] if data.nonfinite else ())))
    lane = int(has_events and height >= LANE_FROM)
    canvas_height = height - 2 - lane
    if canvas_height < 2:
        return [_reason(say("too small for a chart: give it more rows"))]
    axis = say(AXES[data.x_axis])
    at, y_labels = y_ticks(window, canvas_height, log=log)
    gutter = gutter_for(axis, y_labels)
    canvas_width = width - gutter - 2
    if canvas_width < 8:
        return [_reason(say("too small for a chart: give it more columns"))]
    cells = _canvas(data, options, window, canvas_width, canvas_height, log=log)
    if reading is not None:
        _cursor(cells, window.column(reading.x, canvas_width))
    events = visible_events(data, window, canvas_width)
    around = Around(gutter, canvas_width, axis, options.language)
    return with_y_axis(cells, window, at, y_labels, gutter) + x_axis(data, window, around, lane=lane, events=events)


def _window(data: ChartData, options: ChartOptions) -> tuple[Window | None, bool]:
    xs = span_of(x for c in data.curves for x in (c.xs[:1] + c.xs[-1:]))
    if xs is None:
        return None, False
    x_min, x_max = xs
    x_min = x_max - (x_max - x_min) * ZOOMS[options.zoom][0]
    visible = [y for c in data.curves for y in _telling(c, x_min, alone=len(data.curves) == 1)]
    log = options.log and any(y > 0 for y in visible)
    span = span_of(math.log10(y) for y in visible if y > 0) if log else span_of(visible)
    if span is None:
        return None, False
    if x_max <= x_min:
        x_min, x_max = x_min - 0.5, x_max + 0.5
    y_min, y_max = on_steps(*span)
    if not log and span[0] >= 0:
        y_min = max(y_min, -BELOW_ZERO * y_max)  # of a value that was always 0, too: no accuracy is less
    return Window(x_min, room_ahead(x_min, x_max) if options.growing else x_max, y_min, y_max), log


def _telling(curve: Curve, x_min: float, *, alone: bool) -> list[float]:
    """Return the values that the axis is to hold; of running ones beside an epoch's not the rarest, which leave the canvas.

    A running average that begins at 0 in each epoch would else press the results of the epochs into a line.
    """
    ys = [y for x, y in zip(curve.xs, curve.ys, strict=True) if x >= x_min and math.isfinite(y)]
    rare = 0 if alone or curve.part != "running" else len(ys) * RARE // 100
    if not rare:
        return ys
    ordered = sorted(ys)
    usual = ordered[rare : len(ys) - rare]
    return usual if usual[-1] - usual[0] < FAR * (ordered[-1] - ordered[0]) else ys


def _canvas(data: ChartData, options: ChartOptions, window: Window, width: int, height: int, *, log: bool) -> Cells:
    cells: Cells = [[(" ", "text")] * width for _ in range(height)]
    for layer in _layers(data, options, window, width, log=log):
        for y, line in enumerate(draw(layer.stroke, window, width, height)):
            for x, char in enumerate(line):
                if char != " ":
                    cells[y][x] = (overlay(cells[y][x][0], char), layer.role)
        if (layer.role == "val" and len(layer.stroke.xs) * 4 <= width) or len(layer.stroke.xs) == 1:
            _points(cells, layer, window, "o" if options.ascii_only else "•")
    if data.best is not None and (not log or data.best.value > 0):
        _put(cells, window, data.best.x, math.log10(data.best.value) if log else data.best.value, ("★", "best"))
    return cells


def _points(cells: Cells, layer: Layer, window: Window, marker: str) -> None:
    """Mark the evaluations themselves while they are few: the line between them is drawn, not measured."""
    for x, y in zip(layer.stroke.xs, layer.stroke.ys, strict=True):
        if math.isfinite(y):
            _put(cells, window, x, y, (marker, layer.role))


def _put(cells: Cells, window: Window, x: float, y: float, cell: tuple[str, Role]) -> None:
    column, line = window.column(x, len(cells[0])), window.row(y, len(cells))
    if 0 <= column < len(cells[0]) and 0 <= line < len(cells):
        cells[line][column] = cell


def _cursor(cells: Cells, column: int) -> None:
    for line in cells:
        if 0 <= column < len(line) and line[column][0] == " ":
            line[column] = ("┊", "strong")


def _layers(data: ChartData, options: ChartOptions, window: Window, width: int, *, log: bool) -> list[Layer]:
    weight = SMOOTHING[options.smoothing][0]
    ghosts: list[Layer] = []
    front: list[Layer] = []
    for curve in data.curves:
        raw = _stroke(curve, curve.ys, window, width, options, log=log)
        if not weight or curve.part in _BEHIND:
            (ghosts if curve.part in _BEHIND else front).append(Layer(raw, _ROLES[curve.part]))
            continue
        ghosts.append(Layer(raw, _GHOSTS[curve.part]))
        front.append(Layer(_stroke(curve, smooth(curve.ys, weight), window, width, options, log=log), _ROLES[curve.part]))
    return ghosts + front


def _stroke(curve: Curve, ys: Sequence[float], window: Window, width: int, options: ChartOptions, *, log: bool) -> Stroke:
    values = [math.log10(y) if y > 0 else math.nan for y in ys] if log else ys
    xs, kept = thin(curve.xs, values, window.x_min, window.x_max, width * 2)
    marker = BRAILLE
    if options.ascii_only:
        marker = _ASCII[curve.part]
    elif not options.colours and curve.part == "val":
        marker = "•"
    return Stroke(tuple(xs), tuple(kept), marker)


def reason_for_no_chart(snapshot: Snapshot) -> Row:
    """Say why there is no chart yet."""
    say = snapshot.language.say
    if snapshot.source.preview or snapshot.source.kind == "reading":
        return _reason(say("curves come when the history is read"))
    if snapshot.series:
        return _reason(say("no curve yet: the log has printed no loss and no score, only the series named here"))
    if snapshot.lines_read:
        return _reason(say("no metric yet: no line so far holds a named value"))
    return _reason(say("no line yet"))


def _reason(text: str) -> Row:
    return row((f" {text}", "dim"))


__all__ = ["EVENTS", "SMOOTHING", "ZOOMS", "ChartOptions", "chart_rows", "reason_for_no_chart", "title"]
