"""The run told in phases: how fast it learned, when it turned, what each learning-rate cut did, how it ended.

Phases end where nine tenths of what was gained had been gained, at the best value, and at the first learning-rate cut after it.
"""

from __future__ import annotations

import math

from tailwatch.core.events import Text
from tailwatch.core.named import NamedTuple
from tailwatch.core.terms import listed
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.document import Claim, Item, Items
from tailwatch.report.facts import is_share, place_name, side_name, train_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import Mark
    from tailwatch.core.segment import Pair
    from tailwatch.core.series import Point, Series
    from tailwatch.report.document import Block
    from tailwatch.report.facts import Facts

key: Final = "phases"
TITLE: Final = Text("The run, phase by phase")

FAST = "Fast gain ({span}): {values}."
SLOW = "Slow gain ({span}): {values}."
GAIN = "Gain ({span}): {values}."
TURNED = "Past the turn ({span}): {values}."
FLAT = "No new best ({span}): {values}."
AFTER_CUT = "After the cut of the learning rate ({span}): {values}."
BROKEN = "Broken ({place}): {name} is {value}, and nothing after it counts."
FROM_TO = "{name} {first} -> {last}"
SPAN_EPOCHS = "epochs {first} to {last}"
SPAN_STEPS = "steps {first} to {last}"
SPAN_LINES = "lines {first} to {last}"

SAVED = "The checkpoint was saved at {places}."
SAVED_OFTEN = "The checkpoint was saved {n} times, last at {place}."
CUT = "The learning rate was cut to {rate} at {place}."
CUT_UNNAMED = "The learning rate was cut at {place}."
CUT_OFTEN = "The learning rate was cut {n} times, last at {place}."
STOPPED = "Early stopping ended the run at {place}."
RESTORED = "The weights of {best} were put back."
RESTORED_UNNAMED = "Earlier weights were put back."
RESUMED = "The run was resumed."
_FEW: Final = 4
_MOST_GAIN: Final = 0.9
_LONG: Final = 8


class _Phase(NamedTuple):
    template: str
    first: int
    last: int


def blocks(facts: Facts) -> Iterator[Block]:
    """Yield the phases of the last run in the log."""
    pair, series = facts.main, facts.judged
    if pair is None or series is None or len(series) < 2:
        return
    items = [_item(facts, pair, series, phase) for phase in _phases(facts, series)]
    broken = series.first_nonfinite or (pair.train.first_nonfinite if pair.train is not None else None)
    if broken is not None:
        values = {"place": place_name(broken), "name": side_name(series, held_out=series is pair.val), "value": f"{broken.value}"}
        items.append(Item(Claim(Text(BROKEN, values), (broken.line,)), sign="bad"))
    if items:
        yield Items(tuple(items))


def _phases(facts: Facts, series: Series) -> Iterator[_Phase]:
    values = [
        v if math.isfinite(v) else math.inf for v in (series.values if series.goal == "min" else [-v for v in series.values])
    ]
    end = next((i for i, v in enumerate(values) if math.isinf(v)), len(values)) - 1
    if end < 1:
        return
    best = min(range(end + 1), key=values.__getitem__)
    most = _most_gained(values, best)
    if best == 0:
        pass
    elif best >= _LONG and 0 < most < best - 1:
        yield _Phase(FAST, 0, most)
        yield _Phase(SLOW, most, best)
    else:
        yield _Phase(GAIN, 0, best)
    if best == end:
        return
    cut = next((m for m in facts.run.marks("lr_drop") if m.line > series.lines[best]), None)
    turned = facts.finding("overfitting", "diverged") is not None
    after = end if cut is None else min(end, max(best, used_from(series, cut) - 1))
    if after > best:
        yield _Phase(TURNED if turned else FLAT, best, after)
    if after < end:
        yield _Phase(AFTER_CUT, after, end)


def used_from(series: Series, cut: Mark) -> int:
    """Return the index of the first value of an epoch that ran with a new learning rate.

    The epoch in which it was cut still ran with the old one: callbacks speak before their epoch's line.
    """
    if cut.epoch is not None and not math.isnan(series.epochs[0]):
        return next((i for i in range(len(series)) if series.epochs[i] > cut.epoch), len(series))
    return next((i for i in range(len(series)) if series.lines[i] > cut.line), len(series))


def _most_gained(values: list[float], best: int) -> int:
    gain = values[0] - values[best]
    return next((i for i in range(best + 1) if values[0] - values[i] >= _MOST_GAIN * gain), best)


def _item(facts: Facts, pair: Pair, series: Series, phase: _Phase) -> Item:
    first, last = series.at(phase.first), series.at(phase.last)
    told = [_from_to(series, first, last, held_out=series is pair.val)]
    if series is pair.val:
        before, after = train_at(pair, first), train_at(pair, last)
        if pair.train is not None and before is not None and after is not None:
            told.append(_from_to(pair.train, before, after, held_out=False))
    if facts.score is not None and facts.score.val is not None:
        told.extend(_score(facts.score.val, first, last))
    span = place_name(last) if phase.first == phase.last else _span(first, last)
    claim = Claim(Text(phase.template, {"span": span, "values": listed(told)}), (first.line, last.line))
    began = 0 if phase.first == 0 else first.line
    within = [
        m for m in facts.segment.marks if began < m.line <= last.line or (m.line > last.line and phase.last == len(series) - 1)
    ]
    sign = "bad" if phase.template == TURNED else "good" if phase.template in (GAIN, FAST, SLOW) else "mute"
    return Item(claim, tuple(_events(within)), sign="bad" if sign == "bad" else "good" if sign == "good" else "mute")


def _span(first: Point, last: Point) -> Text:
    steps_known = not math.isnan(first.step + last.step) and first.step < last.step
    if not math.isnan(first.epoch + last.epoch) and first.epoch != last.epoch:
        return Text(SPAN_EPOCHS, {"first": f"{first.epoch:g}", "last": f"{last.epoch:g}"})
    if steps_known:
        return Text(SPAN_STEPS, {"first": f"{first.step:,.0f}", "last": f"{last.step:,.0f}"})
    return Text(SPAN_LINES, {"first": f"{first.line:,}", "last": f"{last.line:,}"})


def _from_to(series: Series, first: Point, last: Point, *, held_out: bool) -> Text:
    values = {"name": side_name(series, held_out=held_out), "first": compact(first.value), "last": compact(last.value)}
    return Text(FROM_TO, values)


def _score(series: Series, first: Point, last: Point) -> Iterator[Text]:
    near = [p for p in (series.at(i) for i in range(len(series))) if first.line <= p.line <= last.line]
    if len(near) > 1 and is_share(series):
        yield _from_to(series, near[0], near[-1], held_out=True)


def _events(marks: list[Mark]) -> Iterator[Claim]:
    saved = [m for m in marks if m.kind == "checkpoint"]
    if 0 < len(saved) <= _FEW:
        yield Claim(Text(SAVED, {"places": listed(_places(saved))}), tuple(m.line for m in saved))
    elif saved:
        yield Claim(Text(SAVED_OFTEN, {"n": len(saved), "place": mark_place(saved[-1])}), (saved[0].line, saved[-1].line))
    cuts = [m for m in marks if m.kind == "lr_drop"]
    if len(cuts) > _FEW:
        yield Claim(Text(CUT_OFTEN, {"n": len(cuts), "place": mark_place(cuts[-1])}), (cuts[0].line, cuts[-1].line))
    for m in cuts if len(cuts) <= _FEW else []:
        values = {"rate": "" if m.value is None else compact(float(f"{m.value:.3g}")), "place": mark_place(m)}
        yield Claim(Text(CUT_UNNAMED if m.value is None else CUT, values), (m.line,))
    for m in marks:
        if m.kind == "early_stop":
            yield Claim(Text(STOPPED, {"place": mark_place(m)}), (m.line,))
        elif m.kind == "restored" and m.value is not None and m.value == int(m.value):
            yield Claim(Text(RESTORED, {"best": counted_as(m, m.value)}), (m.line,))
        elif m.kind == "restored":
            yield Claim(Text(RESTORED_UNNAMED), (m.line,))
        elif m.kind == "resume":
            yield Claim(Text(RESUMED), (m.line,))


def _places(marks: list[Mark]) -> list[Text]:
    places = [mark_place(m) for m in marks]
    return [p for i, p in enumerate(places) if p not in places[:i]]


def counted_as(mark: Mark, number: float) -> Text:
    """Say the place of which a mark names the number: an epoch, or a step where the run counts no epochs, as boosters do."""
    if mark.epoch is None and mark.step is not None:
        return Text("step {n}", {"n": f"{number:,.0f}"})
    return Text("epoch {n}", {"n": f"{number:g}"})


def mark_place(mark: Mark) -> Text:
    """Say where a mark stands."""
    if mark.epoch is not None:
        return Text("epoch {n}", {"n": f"{mark.epoch:g}"})
    if mark.step is not None:
        return Text("step {n}", {"n": f"{mark.step:,.0f}"})
    return Text("line {n}", {"n": f"{mark.line:,}"})
