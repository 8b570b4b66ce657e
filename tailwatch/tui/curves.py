"""What a chart shows: the curves of one metric, brought onto one x axis, with the marks of the run beneath them.

Train and validation of one metric may be counted differently: running values by step, evaluations by epoch. They are drawn on
one axis only where both say where they stand on it; otherwise the line of the log, which every value has, orders them.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from itertools import groupby, islice
from operator import le, lt
from typing import TYPE_CHECKING, Final, Literal

from tailwatch.core.named import NamedTuple
from tailwatch.core.text import Text, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import Goal, Mark
    from tailwatch.core.segment import Pair, Segment
    from tailwatch.core.series import Series

XAxis = Literal["epoch", "step", "line", "point"]
Part = Literal["train", "val", "running", "baseline"]
PLACES: Final[dict[XAxis, str]] = {
    "epoch": phrase("epoch {number:,.6g}"),
    "step": phrase("step {number:,.6g}"),
    "line": phrase("line {number:,.6g}"),
    "point": phrase("point {number:,.6g}"),
}


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart; `ys` may hold NaN and inf, `xs` never goes back. `lines` are those of the log, 0 is unknown."""

    name: str
    part: Part
    xs: array[float]
    ys: array[float]
    lines: array[int]


class Moment(NamedTuple):
    """Something of the event lane: where on the x axis, and what."""

    x: float
    kind: str
    text: Text | str


class Best(NamedTuple):
    """The best value of the curve that counts, and where; `label` says it in the log's own numbers."""

    x: float
    value: float
    label: Text | str


@dataclass(frozen=True, slots=True)
class ChartData:
    """All that one chart needs, copied from the run: nothing here changes any more."""

    metric: str
    x_axis: XAxis
    first_tick: float
    curves: tuple[Curve, ...]
    best: Best | None
    best_part: Part
    moments: tuple[Moment, ...]
    nonfinite: Moment | None
    goal: Goal | None

    @property
    def leader(self) -> Curve | None:
        """The curve whose points the chart's cursor steps through: the evaluations, else what there is."""
        return next((c for part in ("val", "train", "running") for c in self.curves if c.part == part), None)


class Reading(NamedTuple):
    """Where the chart's cursor stands: the place as the log counts it, the value of each curve there, the line of the log."""

    x: float
    place: Text
    values: dict[Part, float]
    line: int


def reading_at(data: ChartData, index: int) -> Reading | None:
    """Return what the curves say at point `index` of the leading one; the others tell their nearest point."""
    leader = data.leader
    if leader is None or not -len(leader.xs) <= index < len(leader.xs):
        return None
    x = leader.xs[index]
    values: dict[Part, float] = {}
    for curve in data.curves:
        near = min(max(bisect_right(curve.xs, x) - 1, 0), len(curve.xs) - 1)
        if near + 1 < len(curve.xs) and curve.xs[near + 1] - x < x - curve.xs[near]:
            near += 1
        values[curve.part] = curve.ys[near]
    return Reading(x, Text(PLACES[data.x_axis], {"number": x}), values, leader.lines[index])


def chart_data(pair: Pair, chain: Sequence[Segment], baseline: Baseline | None = None) -> ChartData:
    """Return the chart of a train and validation pair. `chain` is its segment, after those that it resumed.

    Of a baseline that side is drawn which counts in this run, where it stands on the same axis.
    """
    sides: list[tuple[Part, Series]] = []
    running = running_series(pair, chain[-1])
    for part, series in (("running", running), ("train", pair.train), ("val", pair.val)):
        if series is not None and len(series):
            sides.append((part, series))  # type: ignore[arg-type]  # the literals stand in the tuple
    x_axis = common_axis([series for _, series in sides])
    curves = [_curve(part, series, x_axis, chain) for part, series in sides]
    leader = pair.val if pair.val is not None and len(pair.val) else pair.train
    x_of = _XByLine(leader, x_axis) if leader is not None and len(leader) else None
    first = min((s.epochs[0] for _, s in sides if len(s)), default=0.0) if x_axis == "epoch" else -math.inf
    return ChartData(
        metric=pair.metric,
        x_axis=x_axis,
        first_tick=first if math.isfinite(first) else -math.inf,
        curves=(*_beside(baseline, pair, x_axis), *curves),
        best=_best(leader, x_of),
        best_part="val" if leader is pair.val else "train",
        moments=_moments(chain, x_of, x_axis),
        nonfinite=_nonfinite([s for _, s in sides], x_of),
        goal=leader.goal if leader is not None else None,
    )


def _beside(baseline: Baseline | None, pair: Pair, axis: XAxis) -> Iterator[Curve]:
    theirs = None if baseline is None else baseline.curve(pair.metric, held_out=pair.val is not None)
    if theirs is None or axis not in ("epoch", "step"):
        return
    xs = theirs.epochs if axis == "epoch" else theirs.steps
    if _known(xs) and _rises(xs):
        yield Curve(theirs.name, "baseline", array("d", xs), array("d", theirs.values), array("q", bytes(8 * len(xs))))


def common_axis(sides: Sequence[Series]) -> XAxis:
    """Return what all of the series can be drawn against: epoch, step, else the line of the log.

    Results of epochs are drawn against epochs though their steps count up: findings and reports speak of them so.
    """
    if not sides:
        return "line"
    by_step = all(_counts_up(s.steps) for s in sides)
    by_epoch = all(_known(s.epochs) and _rises(s.epochs) for s in sides)
    if by_epoch and (not by_step or any(s.axis == "epoch" for s in sides)):
        return "epoch"
    if by_step:
        return "step"
    return "point" if len(sides) == 1 else "line"


def xs_of(series: Series, axis: XAxis) -> array[float]:
    """Return where the series' points stand on `axis`.

    A summary of epoch 3 stands at 3. Running values of epoch 3 lie between 2 and 3, by their step where it is known.
    """
    if axis == "line":
        return array("d", series.lines)
    if axis == "point":
        return array("d", range(1, len(series) + 1))
    if axis == "step":
        return array("d", series.steps)
    if series.axis == "epoch" or any(e != math.floor(e) for e in series.epochs):
        return array("d", series.epochs)
    return _inside_epochs(series)


def _inside_epochs(series: Series) -> array[float]:
    xs = array("d")
    through = _counts_up(series.steps)  # over epochs; else they start anew in each
    most = max((s for s in series.steps if not math.isnan(s)), default=0.0)
    start, before = 0, 0.0
    for epoch, group in groupby(series.epochs):
        count = sum(1 for _ in group)
        steps = series.steps[start : start + count]
        length = max(steps[-1] - before, 1.0) if through else most
        if length > 0 and _known(steps) and _rises(steps):
            xs.extend(epoch - 1 + (step - before) / length for step in steps)
        else:
            xs.extend(epoch - 1 + (k + 1) / count for k in range(count))
        start += count
        before = steps[-1] if through else 0.0
    return xs


def _counts_up(column: Sequence[float]) -> bool:
    return len(column) > 0 and _known(column) and all(map(lt, column, islice(column, 1, None)))


def _known(column: Sequence[float]) -> bool:
    return len(column) > 0 and not any(map(math.isnan, column))


def _rises(column: Sequence[float]) -> bool:
    return all(map(le, column, islice(column, 1, None)))


def running_series(pair: Pair, segment: Segment) -> Series | None:
    """Return the running values that an epoch's train series sums up; they move while the epoch lasts."""
    if pair.train is None or pair.train.axis != "epoch":
        return None
    return next(
        (
            s
            for s in segment.ordered()
            if s.axis == "step" and s.spec.metric == pair.metric and s.spec.split not in ("val", "test") and s.points > 1
        ),
        None,
    )


def _curve(part: Part, series: Series, axis: XAxis, chain: Sequence[Segment]) -> Curve:
    xs, ys, lines = xs_of(series, axis), array("d", series.values), array("q", series.lines)
    for segment in reversed(chain[:-1]) if axis in ("epoch", "step") else ():
        earlier = segment.series.get(series.key)
        if earlier is None or not len(earlier):
            continue
        before = xs_of(earlier, axis)
        kept = bisect_right(before, xs[0])  # what was trained again after the resume is drawn once
        xs, ys = before[:kept] + xs, array("d", earlier.values[:kept]) + ys
        known = earlier.lines[:kept] if segment.part == chain[-1].part else array("q", bytes(8 * kept))
        lines = known + lines
    return Curve(series.spec.name, part, xs, ys, lines)


class _XByLine:
    """Finds the x of a line of the log: that of the point that is printed there or next."""

    def __init__(self, series: Series, axis: XAxis) -> None:
        self.xs = xs_of(series, axis)
        self.lines = series.lines
        self.axis = axis

    def __call__(self, line: int) -> float:
        if self.axis == "line":
            return float(line)
        index = min(bisect_right(self.lines, line - 1), len(self.xs) - 1)
        return self.xs[index]


def _best(leader: Series | None, x_of: _XByLine | None) -> Best | None:
    if leader is None or x_of is None or leader.best_at is None or leader.points < 2:
        return None
    point = leader.best_at
    return Best(x_of(point.line), point.value, place_label(point.epoch, point.step, leader.axis))


def place_label(epoch: float, step: float, axis: str) -> Text | str:
    """Say a place in the log's own numbers: `epoch 16` or `step 2,000`."""
    if not math.isnan(epoch) and (axis == "epoch" or math.isnan(step)):
        return Text("epoch {number:g}", {"number": epoch})
    if not math.isnan(step):
        return Text("step {number:,.0f}", {"number": step})
    return ""


def _moments(chain: Sequence[Segment], x_of: _XByLine | None, axis: XAxis) -> tuple[Moment, ...]:
    if x_of is None:
        return ()
    shown = {"checkpoint", "lr_drop", "early_stop", "restored", "resume", "crash"}
    found = [Moment(_x_of_mark(mark, x_of, axis), mark.kind, mark.text) for mark in chain[-1].marks if mark.kind in shown]
    return tuple(found[-512:])


def _x_of_mark(mark: Mark, x_of: _XByLine, axis: XAxis) -> float:
    if axis == "epoch" and mark.epoch is not None:
        return mark.epoch
    if axis == "step" and mark.step is not None:
        return mark.step
    return x_of(mark.line)


def _nonfinite(sides: Sequence[Series], x_of: _XByLine | None) -> Moment | None:
    first = min((s.first_nonfinite for s in sides if s.first_nonfinite is not None), key=lambda p: p.line, default=None)
    if first is None or x_of is None:
        return None
    what = "NaN" if math.isnan(first.value) else "inf"
    place = place_label(first.epoch, first.step, "step" if not math.isnan(first.step) else "epoch")
    where = place or Text("line {number:,}", {"number": first.line})
    return Moment(x_of(first.line), "nonfinite", Text("{value} at {where}", {"value": what, "where": where}))
