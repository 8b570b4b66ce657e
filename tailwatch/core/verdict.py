"""How the run is, in one sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tailwatch.core.events import Text
from tailwatch.core.text import compact

if TYPE_CHECKING:
    from tailwatch.core.events import Finding
    from tailwatch.core.findings import FindingBook
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point, Series

_ENDINGS = {
    "finished": "Finished without trouble",
    "early_stopped": "Stopped early, as set",
    "crashed": "The run crashed",
    "killed": "The run was killed",
    "stalled": "The run stands still",
    "unknown": "The log ends without saying how the run ended",
    "running": "Training normally",
}


def verdict(run: Run, findings: FindingBook) -> Text:
    """Return the one sentence: the gravest open alarm, else how far the run is and how well it does."""
    alarms = [f for f in findings.open if f.opinion.severity != "info"]
    if alarms:
        return _alarmed(alarms)
    outcome = run.outcome()
    opening = _ENDINGS[outcome]
    if outcome == "unknown" and not run.clock.ended:
        opening = "Training normally" if run.segment.series else "Reading"
    main = next((p.val or p.train for p in run.pairs()), None)
    if main is None or not len(main):
        return Text(
            opening + ": the log has printed no training values yet." if outcome in ("running", "unknown") else opening + "."
        )
    last = main.last()
    best = main.best_at
    if best is None or last is None:
        return Text(opening + ".")
    where, place = _where(best)
    values = {"name": _name(main), "last": compact(last.value), "best": compact(best.value), "place": place}
    if best.line == last.line:
        return Text(opening + ": {name} {last}, its best so far.", values)
    return Text(opening + ": {name} {last}, best {best} at " + where + " {place}.", values)


def _alarmed(alarms: list[Finding]) -> Text:
    more = len(alarms) - 1
    if more == 0:
        return alarms[0].opinion.title
    template = "{first} (and one more finding)" if more == 1 else "{first} (and {more} more findings)"
    return Text(template, {"first": alarms[0].opinion.title, "more": more})


def _where(point: Point) -> tuple[str, str]:
    if not math.isnan(point.epoch):
        return "epoch", f"{point.epoch:g}"
    if not math.isnan(point.step):
        return "step", f"{point.step:,.0f}"
    return "line", f"{point.line:,}"


def _name(series: Series) -> str:
    split = {"val": "validation ", "train": "train ", "test": "test "}.get(series.spec.split or "", "")
    return f"{split}{series.spec.metric.replace('_', ' ')}"
