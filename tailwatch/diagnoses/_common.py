"""What several diagnoses need: where a value stands, how a series is called, the lines that prove a point."""

from __future__ import annotations

import math
from bisect import bisect_right

from tailwatch.core.events import Evidence, Place, Text
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point, Series


def place_of(point: Point, part: int) -> Place:
    """Return the place of a point of a series."""
    return Place(known(point.epoch), known(point.step), point.line, part)


def known(number: float) -> float | None:
    """Return None for an unknown (NaN) epoch or step."""
    return None if math.isnan(number) else number


def where(point: Point) -> Text:
    """Say where a point stands: `epoch 3`, `step 1,200` or `line 17`."""
    if not math.isnan(point.epoch):
        return Text("epoch {number:g}", {"number": point.epoch})
    if not math.isnan(point.step):
        return Text("step {number:,.0f}", {"number": point.step})
    return Text("line {number:,}", {"number": point.line})


def shown(series: Series, point: Point) -> Evidence:
    """Return a point as evidence: its line and what it says of the series."""
    return Evidence(
        point.line,
        Text("{where}: {series} {value}", {"where": where(point), "series": series.spec.name, "value": compact(point.value)}),
    )


def proof(series: Series, *indices: int) -> tuple[Evidence, ...]:
    """Return the points as evidence: the line of each and what it says of the series."""
    return tuple(shown(series, series.at(i)) for i in dict.fromkeys(indices))


def train_near(train: Series | None, line: int) -> int:
    """Return the index of the training value printed last before or at a line, -1 if there is none."""
    return -1 if train is None else bisect_right(train.lines, line) - 1


def planned_points(run: Run, series: Series) -> float | None:
    """Return how many points a series will have if it goes on at its rhythm until the planned end, None where unknown."""
    progress = run.progress
    end = progress.epochs or run.setting("epochs")
    column = series.epochs
    if end is not None and run.segment.first_epoch == 0:
        end -= 1  # epochs counted from 0
    if end is None or math.isnan(column[-1]):
        end, column = progress.steps, series.steps
    last, first = column[-1], column[0]
    if end is None or math.isnan(last) or last > end:
        return None
    if len(series) == 1:
        return 1 + end - last if column is series.epochs else None
    return len(series) + (end - last) * (len(series) - 1) / (last - first) if last > first else None
