"""How the run is, in one sentence."""

from __future__ import annotations

import math

from tailwatch.core.events import Text
from tailwatch.core.metrics import is_neutral
from tailwatch.core.terms import metric_name
from tailwatch.core.text import compact, phrase
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.core.events import Finding, Outcome
    from tailwatch.core.findings import FindingBook
    from tailwatch.core.run import Run
    from tailwatch.core.segment import Pair
    from tailwatch.core.series import Point, Series

_WORSE: Final = 0.05
_FEW: Final = 2
_UNMOVED = {"finished": phrase("Finished"), "running": phrase("No alarm so far")}
"""How a sentence begins on a curve that never moved: nothing is praised there."""
_EMPTY = phrase("The log is empty.")
_SPLITS = {
    "val": phrase("validation {metric}"),
    "train": phrase("train {metric}"),
    "test": phrase("test {metric}"),
}
_ENDINGS = {
    "finished": phrase("Finished without trouble"),
    "early_stopped": phrase("Stopped early, as set"),
    "crashed": phrase("The run crashed"),
    "killed": phrase("The run was killed"),
    "stalled": phrase("The run stands still"),
    "unknown": phrase("The log ends without saying how the run ended"),
    "running": phrase("Training normally"),
}


def verdict(run: Run, findings: FindingBook) -> Text:
    """Return the one sentence: the gravest open alarm, else how far the run is and how well it does."""
    alarms = [f for f in findings.open if f.opinion.severity != "info"]
    if alarms:
        return _alarmed(alarms)
    outcome = run.outcome()
    opening = Text(_ENDINGS[outcome])
    goes_on = outcome == "running" or (outcome == "unknown" and not (run.clock.ended or run.clock.is_over))
    if goes_on:
        opening = _going_on(run)
    pair = told_by(run.pairs())
    main = None if pair is None else pair.val or pair.train
    if main is None or not len(main):
        return _of_unjudged(opening, run, outcome)
    last = main.last()
    best = main.best_at
    if best is None or last is None:
        return Text("{opening}.", {"opening": opening})
    if stands_still(main):
        began = _UNMOVED.get("running" if goes_on else outcome)
        unmoved = {"opening": Text(began) if began else opening, "name": _name(main), "last": compact(last.value)}
        return Text("{opening}: {name} has stood at {last} in all {n:,} evaluations.", unmoved | {"n": main.points})
    if has_worsened(last, best) and not (goes_on and run.clock.may_be_over):  # that much is not normal, and not proven either
        opening = Text("No alarm so far") if goes_on else Text(_UNMOVED.get(outcome, _ENDINGS[outcome]))
    values = {
        "opening": opening,
        "name": _name(main),
        "last": compact(last.value),
        "best": compact(best.value),
        "where": _where(best),
    }
    if best.line == last.line:
        return Text("{opening}: {name} {last}, its best so far.", values)
    return Text("{opening}: {name} {last}, best {best} at {where}.", values)


def _going_on(run: Run) -> Text:
    if run.clock.may_be_over:
        return Text("Nothing came for more than an hour, and from here it cannot be seen whether the run goes on")
    return Text("Training normally") if run.segment.series else Text("Reading")


def has_worsened(last: Point, best: Point) -> bool:
    """Whether the last value is so much worse than the best one that one of the two is to be chosen."""
    return abs(last.value - best.value) > _WORSE * abs(best.value)


def stands_still(series: Series) -> bool:
    """Whether a curve of three points or more never moved: then it shows nothing of what is learned."""
    values = series.values
    return len(values) > _FEW and values[0] == values[-1] and len(set(values)) == 1


def told_by(pairs: Sequence[Pair]) -> Pair | None:
    """Return the pair that a run is told by: a loss with validation values, else a score with some, else a training loss."""
    held = [p for p in pairs if p.val is not None and len(p.val)]
    by_loss = next((p for p in held if p.val is not None and p.val.goal == "min"), None)
    trained = next((p for p in pairs if p.train is not None and p.train.goal == "min" and len(p.train)), None)
    return by_loss or (held[0] if held else None) or trained or next(iter(pairs), None)


def _of_unjudged(opening: Text, run: Run, outcome: Outcome) -> Text:
    """Say how values went of which nobody knows which way is better, as boosters print them that name no metric."""
    if not run.line:
        return Text(_EMPTY) if run.clock.ended else Text("The log has no line yet.")
    series = next((s for s in run.series() if not is_neutral(s.spec.name) and s.spec.metric != "lr" and len(s)), None)
    if series is not None:
        values = {
            "opening": opening,
            "name": series.spec.name,
            "last": compact(series.values[-1]),
            "first": compact(series.values[0]),
        }
        return Text("{opening}: {name} {last}, at the start {first}.", values)
    if outcome == "unknown" and run.clock.ended:
        return Text("{opening}, and holds no training values.", {"opening": opening})
    if outcome in ("running", "unknown"):
        return Text("{opening}: the log has printed no training values yet.", {"opening": opening})
    return Text("{opening}.", {"opening": opening})


def _alarmed(alarms: list[Finding]) -> Text:
    more = len(alarms) - 1
    if more == 0:
        return alarms[0].opinion.title
    values = {"first": alarms[0].opinion.title, "n": more}
    return Text("{first} (and one more finding)", values, many="{first} (and {n} more findings)")


def _where(point: Point) -> Text:
    if not math.isnan(point.epoch):
        return Text("epoch {number:g}", {"number": point.epoch})
    if not math.isnan(point.step):
        return Text("step {number:,.0f}", {"number": point.step})
    return Text("line {number:,}", {"number": point.line})


def _name(series: Series) -> Text:
    metric = metric_name(series.spec.metric)
    template = _SPLITS.get(series.spec.split or "")
    return Text(template, {"metric": metric}) if template else metric
