"""The curves: training and validation of this run, the baseline's behind them, and the moments that matter."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

from tailwatch.core.events import Text
from tailwatch.core.terms import metric_name
from tailwatch.core.typed import TYPE_CHECKING, Final, Literal
from tailwatch.report.document import Chart, ChartLine, ChartMark, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tailwatch.core.baseline import Curve
    from tailwatch.core.segment import Pair
    from tailwatch.core.series import Series
    from tailwatch.report.document import Block
    from tailwatch.report.facts import Facts

key: Final = "curves"
TITLE: Final = Text("Curves")

TRAIN = "training"
VAL = "validation"
BASE_TRAIN = "baseline, training"
BASE_VAL = "baseline, validation"
TITLE_LOSS = "{metric} ({scale})"
LINEAR = "linear"
LOGARITHMIC = "logarithmic"
EPOCH = "epoch"
STEP = "step"
INDEX = "evaluation"
BEST = "best"
DROP = "rate cut"
STOP = "early stop"
_MOST_POINTS: Final = 400
_SPAN_FOR_LOG: Final = 30
_MOST_MARKS: Final = 6
_RUNNING: Final = 1.5
"""So many values an epoch on average are running ones."""

Axis = Literal["epochs", "steps", "index"]


def blocks(facts: Facts) -> Iterator[Block]:
    """Yield a chart of the main pair, of the first score, and of the training loss; each needs two points, and some change."""
    drawn = [_chart(facts, p) for p in dict.fromkeys((facts.main, facts.score, facts.trained)) if p is not None]
    charts = [c for c in drawn if c is not None]
    yield from [c for c in charts if not _is_flat(c)] or charts[:1]


def _chart(facts: Facts, pair: Pair) -> Chart | None:
    sides = [s for s in (pair.train, pair.val) if s is not None and len(s)]
    if not any(len(s) > 1 for s in sides):
        return None
    axis = _axis(sides)
    curves: list[ChartLine] = []
    if facts.baseline is not None:
        for held_out, label, role in ((False, BASE_TRAIN, "base_train"), (True, BASE_VAL, "base_val")):
            theirs = facts.baseline.curve(pair.metric, held_out=held_out)
            if theirs is not None and (axis == "index" or _known(getattr(theirs, axis))):
                curves.append(_line(theirs, Text(label), _role(role), axis))
    for own, label, role in ((pair.train, TRAIN, "train"), (pair.val, VAL, "val")):
        if own is not None and len(own):
            curves.append(_line(own, Text(label), _role(role), axis))
    shown = [y for c in curves for y in c.ys if math.isfinite(y)]
    if not shown:
        return None
    log = min(shown) > 0 and max(shown) / min(shown) > _SPAN_FOR_LOG and sides[0].goal == "min"
    title = Text(TITLE_LOSS, {"metric": metric_name(pair.metric), "scale": Text(LOGARITHMIC if log else LINEAR)})
    name = Text({"epochs": EPOCH, "steps": STEP, "index": INDEX}[axis])
    return Chart(title, name, tuple(curves), tuple(_marks(facts, pair, axis)), log)


def _is_flat(chart: Chart) -> bool:
    """Whether all that is drawn is one and the same value."""
    return len({y for curve in chart.curves for y in curve.ys}) == 1


def _role(name: str) -> Role:
    roles: dict[str, Role] = {"train": "train", "val": "val", "base_train": "base_train", "base_val": "base_val"}
    return roles[name]


def _axis(sides: Sequence[Series]) -> Axis:
    if all(_known(s.epochs) for s in sides) and any(len(set(s.epochs)) > 1 for s in sides):
        return "epochs"
    if all(_known(s.steps) and _rises(s.steps) for s in sides):
        return "steps"
    return "epochs" if all(_known(s.epochs) for s in sides) and any(len(s) > 1 for s in sides) else "index"


def _rises(column: Sequence[float]) -> bool:
    return all(a <= b for a, b in pairwise(column))


def _known(column: Sequence[float]) -> bool:
    return bool(column) and not any(math.isnan(v) for v in (column[0], column[-1]))


def _line(series: Series | Curve, label: Text, role: Role, axis: Axis) -> ChartLine:
    xs: Sequence[float] = range(1, len(series.values) + 1) if axis == "index" else getattr(series, axis)
    if axis == "epochs":
        xs = _spread(xs)
    kept = _thinned(series.values)
    return ChartLine(
        label,
        role,
        tuple(float(xs[i]) for i in kept),
        tuple(series.values[i] for i in kept),
        tuple(series.lines[i] for i in kept),
    )


def _spread(epochs: Sequence[float]) -> Sequence[float]:
    """Return where the values of an epoch stand: running ones one behind the other, so that the last is at its epoch's end."""
    many = Counter(epochs)
    if len(epochs) < _RUNNING * len(many) or any(e != int(e) for e in many):
        return epochs
    seen: Counter[float] = Counter()
    places = []
    for epoch in epochs:
        seen[epoch] += 1
        places.append(epoch - 1 + seen[epoch] / many[epoch])
    return places


def _thinned(values: Sequence[float]) -> list[int]:
    """Return the indices to draw: of each group of neighbours the lowest and the highest, so that no spike is lost."""
    if len(values) <= _MOST_POINTS:
        return list(range(len(values)))
    size = math.ceil(2 * len(values) / _MOST_POINTS)
    kept: list[int] = []
    for start in range(0, len(values), size):
        group = range(start, min(start + size, len(values)))
        kept.extend(sorted({min(group, key=values.__getitem__), max(group, key=values.__getitem__)}))
    return kept if kept[-1] == len(values) - 1 else [*kept, len(values) - 1]


def _marks(facts: Facts, pair: Pair, axis: Axis) -> Iterator[ChartMark]:
    if axis == "index":
        return
    best = pair.val.best_at if pair.val is not None else None
    if best is not None and pair.val is not None and best not in pair.val.before:
        yield ChartMark(best.epoch if axis == "epochs" else best.step, Text(BEST), "good")
    drops = facts.run.marks("lr_drop")
    for kind, label, tone in (("lr_drop", DROP, "mute"), ("early_stop", STOP, "warn")):
        for mark in facts.run.marks(kind)[-_MOST_MARKS:] if len(drops) <= _MOST_MARKS or kind != "lr_drop" else []:
            x = mark.epoch if axis == "epochs" else mark.step
            if x is not None:
                yield ChartMark(x, Text(label), "warn" if tone == "warn" else "mute")
