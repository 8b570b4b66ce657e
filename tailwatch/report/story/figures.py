"""The key figures: this run, the baseline, and how to read the two."""

from __future__ import annotations

import math

from tailwatch.core.events import Text
from tailwatch.core.named import NamedTuple
from tailwatch.core.terms import metric_name
from tailwatch.core.text import compact, phrase
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.document import EMPTY, Claim, Tone, without_empty_columns
from tailwatch.report.facts import change, is_share, place_name, side_name, train_at
from tailwatch.report.story.phases import mark_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.baseline import Curve
    from tailwatch.core.segment import Pair
    from tailwatch.core.series import Point, Series
    from tailwatch.diagnoses._comparison import Contrast
    from tailwatch.report.document import Block
    from tailwatch.report.facts import Facts

key: Final = "figures"
TITLE: Final = Text("Key figures")

HEAD = (phrase("Figure"), phrase("This run"), phrase("Baseline"), phrase("How to read it"))
AT = "{value} at {place}"
BEST = "Best {name}"
LAST = "Last {name}"
VALUE = "{name}, from {low} to {high}"
WHICH_WAY = "The log does not say what it measures, so which way is better is not known."
GAP = "Gap between training and validation {metric}, at the end"
EPOCHS = "Epochs"
OF = "{epoch} of {epochs}"
UPDATES = "Updates an epoch"
RATE = "Learning rate"
RATES = "{first}, at the end {last}"
STOP = "Early stop"
STOPPED = "after {place}"
NONE = "none"

WORSE = "Worse by {delta} ({change}); noise explains {margin}."
BETTER = "Better by {delta} ({change}); noise explains {margin}."
SAME = "No difference beyond noise ({margin})."
UNTIL = "Compared up to {place}."
SINCE_BEST = "{change} since its best, {late} evaluations ago."
SINCE_LAST = "{change} since its best, one evaluation ago."
FROM_BEST = "{change} against its best."
IS_BEST = "Its best so far."
AS_GOOD = "As good as its best."
FROM_START = "{first} at {place}."
AT_END = "The last evaluation is the best: longer training may still gain."
WIDER = "{times} times the baseline's gap: it fits the training set far more than it generalises."
CLOSE = "Training and validation go together."
WIDE = "Training is far better than validation: it fits the training set."
FEWER = "{times} times fewer updates for one pass or epoch than the baseline."
CUT_SHORT = "It ended before the planned end."


_UNJUDGED: Final = 6


class _Row(NamedTuple):
    name: Text
    this: Claim
    base: Claim = EMPTY
    reading: Claim = EMPTY


def blocks(facts: Facts) -> Iterator[Block]:
    """Yield the table; without a baseline it has no such column."""
    rows = [*_rows(facts)]
    if not rows:
        return
    head = tuple(Text(h) for h in HEAD)
    table = tuple((Claim(r.name), r.this, r.base, r.reading) for r in rows)
    yield without_empty_columns(head, table)


def _rows(facts: Facts) -> Iterator[_Row]:
    shown = [p for p in (facts.main, facts.score) if p is not None]
    if not shown:
        yield from _unjudged(facts)
    for pair in shown:
        yield from _best(facts, pair)
    for pair in shown:
        yield from _last(facts, pair)
    if facts.trained is not None and facts.trained.train is not None:
        yield _trained(facts.trained.train)
    for pair in shown:
        yield from _gap(facts, pair)
    yield from _epochs(facts)
    yield from _updates(facts)
    yield from _rate(facts)
    yield from _stop(facts)


def _unjudged(facts: Facts) -> Iterator[_Row]:
    """Tell values of which nobody knows which way is better, such as those of boosters that print no metric's name."""
    for series in facts.unjudged[:_UNJUDGED]:
        last = series.last()
        finite = [v for v in series.values if math.isfinite(v)]
        if last is not None and finite:
            values = {"name": series.spec.name, "low": compact(min(finite)), "high": compact(max(finite))}
            yield _Row(Text(VALUE, values), Claim(_at(last), (last.line,)), reading=Claim(Text(WHICH_WAY), tone="mute"))


def _at(point: Point) -> Text:
    return Text(AT, {"value": compact(point.value), "place": place_name(point)})


def _best(facts: Facts, pair: Pair) -> Iterator[_Row]:
    series = pair.val or pair.train
    if series is None or series.best_at is None:
        return
    best = series.best_at
    name = Text(BEST, {"name": side_name(series, held_out=pair.val is not None)})
    contrast = next((c for c in facts.contrasts if pair.val is not None and c.this_curve.metric == pair.metric), None)
    if contrast is not None:
        base = Claim(_at(contrast.other), base=facts.base_line(contrast.other.line))
        yield _Row(name, Claim(_at(best), (best.line,)), base, _against(contrast))
        return
    at_end = pair.val is not None and len(series) > 2 and _late(series, best) == 0
    reading = Claim(Text(AT_END), tone="good") if at_end else EMPTY
    base_curve = _base_curve(facts, pair, held_out=pair.val is not None)
    yield _Row(name, Claim(_at(best), (best.line,)), _base_point(facts, base_curve.best if base_curve else None), reading)


def _against(contrast: Contrast) -> Claim:
    this, other = contrast.this.value, contrast.other.value
    values = {
        "delta": compact(abs(contrast.loss)),
        "change": change(other, this),
        "margin": compact(contrast.margin),
    }
    template, tone = {"worse": (WORSE, "bad"), "better": (BETTER, "good"), "same": (SAME, "mute")}[contrast.judgement]
    text = Text(template, values)
    if contrast.until is not None:
        place = place_name(contrast.this_curve.at(len(contrast.this_curve.values) - 1))
        text = Text("{first} {rest}", {"first": text, "rest": Text(UNTIL, {"place": place})})
    return Claim(text, tone=_tone(tone))


def _tone(word: str) -> Tone:
    return "bad" if word == "bad" else "good" if word == "good" else "mute"


def _last(facts: Facts, pair: Pair) -> Iterator[_Row]:
    series = pair.val or pair.train
    last = None if series is None else series.last()
    if series is None or last is None:
        return
    name = Text(LAST, {"name": side_name(series, held_out=pair.val is not None)})
    base_curve = _base_curve(facts, pair, held_out=pair.val is not None)
    base = _base_point(facts, base_curve.last() if base_curve is not None else None)
    yield _Row(name, Claim(_at(last), (last.line,)), base, _since_best(series))


def _trained(series: Series) -> _Row:
    """Tell the training loss of a run that is judged by scores."""
    first, last = series.at(0), series.at(len(series) - 1)
    fallen = Claim(Text(FROM_START, {"first": compact(first.value), "place": place_name(first)}), (first.line,), tone="mute")
    return _Row(Text(LAST, {"name": side_name(series, held_out=False)}), Claim(_at(last), (last.line,)), reading=fallen)


def _since_best(series: Series) -> Claim:
    best, last = series.best_at, series.last()
    if best is None or last is None or not math.isfinite(last.value):
        return EMPTY
    late = _late(series, best)
    if late == 0:
        return Claim(Text(IS_BEST), tone="good")
    if last.value == best.value:
        return Claim(Text(AS_GOOD), tone="mute")
    values = {"change": change(best.value, last.value), "late": late}
    template = FROM_BEST if late is None else SINCE_BEST if late > 1 else SINCE_LAST
    return Claim(Text(template, values), tone="warn" if late is None or late > 2 else "mute")


def _late(series: Series, best: Point) -> int | None:
    """Return how many evaluations came after the best; None where it was printed again at its place and is gone."""
    return next((len(series) - 1 - i for i in range(len(series) - 1, -1, -1) if series.lines[i] == best.line), None)


def _gap(facts: Facts, pair: Pair) -> Iterator[_Row]:
    val = pair.val
    last = None if val is None else val.last()
    train = None if last is None else train_at(pair, last)
    if val is None or last is None or train is None or not math.isfinite(last.value - train.value):
        return
    sign = -1.0 if val.goal == "max" else 1.0
    gap = sign * (last.value - train.value)
    if not any(val.values) and not train.value:
        return  # a score that never left zero says nothing of a gap
    base_val, base_train = _base_curve(facts, pair, held_out=True), _base_curve(facts, pair, held_out=False)
    there = _base_gap(base_val, base_train, sign)
    name = Text(GAP, {"metric": metric_name(pair.metric)})
    base = EMPTY if there is None else Claim(compact(there))
    yield _Row(name, Claim(compact(gap), (train.line, last.line)), base, _read_gap(val, gap, there, abs(train.value)))


def _base_gap(val: Curve | None, train: Curve | None, sign: float) -> float | None:
    if val is None or train is None or not val.values or not train.values:
        return None
    gap = sign * (val.values[-1] - train.values[-1])
    return gap if math.isfinite(gap) else None


def _read_gap(val: Series, gap: float, there: float | None, level: float) -> Claim:
    if there is not None and there > 0 and gap > 2 * there:
        return Claim(Text(WIDER, {"times": compact(float(f"{gap / there:.2g}"))}), tone="bad")
    wide = gap > (0.1 * (100 if max(val.values) > 1.5 else 1) if is_share(val) else max(0.5 * level, 0.0))
    return Claim(Text(WIDE), tone="warn") if wide and gap > 0 else Claim(Text(CLOSE), tone="mute")


def _epochs(facts: Facts) -> Iterator[_Row]:
    p = facts.run.progress
    base = facts.baseline
    if p.epoch is None or not p.epochs:
        return
    there = EMPTY
    if base is not None and base.epochs is not None:
        there = Claim(f"{base.epochs:g}")
    short = facts.outcome in ("crashed", "killed", "unknown") and not facts.run.complete()
    reading = Claim(Text(CUT_SHORT), tone="warn") if short else EMPTY
    yield _Row(Text(EPOCHS), Claim(Text(OF, {"epoch": f"{p.epoch:g}", "epochs": f"{p.epochs:g}"}), (p.line,)), there, reading)


def _updates(facts: Facts) -> Iterator[_Row]:
    from tailwatch.core.baseline import updates_per_epoch  # noqa: PLC0415

    here = updates_per_epoch(facts.run)
    if here is None:
        return
    there = facts.baseline.updates_per_epoch if facts.baseline is not None else None
    reading = EMPTY
    if there and there >= 1.5 * here:
        reading = Claim(Text(FEWER, {"times": compact(float(f"{there / here:.2g}"))}), tone="warn")
    yield _Row(
        Text(UPDATES),
        Claim(f"{here:,.0f}", facts.line_of("steps_per_epoch")),
        Claim(f"{there:,.0f}") if there else EMPTY,
        reading,
    )


def _rate(facts: Facts) -> Iterator[_Row]:
    series = next((s for s in facts.run.series() if s.spec.metric == "lr" and len(s)), None)
    stated = facts.run.setting("learning_rate")
    base = facts.baseline.setting("learning_rate") if facts.baseline is not None else None
    there = (
        EMPTY
        if base is None
        else Claim(compact(base), base=facts.base_line(facts.baseline.lines.get("learning_rate", 0) if facts.baseline else 0))
    )
    if series is not None and series.values[-1] != series.values[0]:
        values = {"first": compact(stated or series.values[0]), "last": compact(series.values[-1])}
        lines = (*facts.line_of("learning_rate"), series.lines[-1])
        yield _Row(Text(RATE), Claim(Text(RATES, values), lines), there)
    elif stated is not None:
        yield _Row(Text(RATE), Claim(compact(stated), facts.line_of("learning_rate")), there)
    elif series is not None:
        yield _Row(Text(RATE), Claim(compact(series.values[-1]), (series.lines[-1],)), there)


def _stop(facts: Facts) -> Iterator[_Row]:
    stops = facts.run.marks("early_stop")
    base = facts.baseline
    theirs = [] if base is None else [m for m in base.marks if m[0] == "early_stop"]
    if not stops and not theirs:
        return
    this = Claim(Text(NONE))
    if stops:
        this = Claim(Text(STOPPED, {"place": mark_place(stops[-1])}), (stops[-1].line,))
    there = EMPTY if base is None else Claim(Text(NONE))
    if theirs:
        there = Claim(Text(STOPPED, {"place": _epoch(theirs[-1][1], theirs[-1][2])}), base=facts.base_line(theirs[-1][2]))
    yield _Row(Text(STOP), this, there)


def _epoch(epoch: float | None, line: int) -> Text:
    return Text("epoch {n}", {"n": f"{epoch:g}"}) if epoch is not None else Text("line {n}", {"n": f"{line:,}"})


def _base_curve(facts: Facts, pair: Pair, *, held_out: bool) -> Curve | None:
    return None if facts.baseline is None else facts.baseline.curve(pair.metric, held_out=held_out)


def _base_point(facts: Facts, point: Point | None) -> Claim:
    return EMPTY if point is None else Claim(_at(point), base=facts.base_line(point.line))
