"""Worse than the baseline, beyond what noise explains: only where a baseline was given.

What is compared is the best held-out loss, or the best score where the baseline has no held-out loss in common with this run
(`_comparison.py` has the margins). While the run goes on, and when it broke off, the baseline counts only up to the epoch that
this run has reached. If the loss is worse and the score is not, that is said and weighs less.
"""

from __future__ import annotations

import math

from tailwatch.core.events import Evidence, Opinion, Text
from tailwatch.core.terms import joined, listed, metric_name, setting_name
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, where
from tailwatch.diagnoses._comparison import Contrast, Difference, contrasts, differences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.baseline import Baseline
    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

_LEAST_POINTS: Final = 3  # of each curve, before the run has ended
_NAMED: Final = 4

TITLE = "Worse than the baseline: best validation {metric} {this} against {other} ({change})."
TITLE_SO_FAR = "Worse than the baseline up to {place}: best validation {metric} {this} against {other} ({change})."
TITLE_MIXED = "Validation {metric} is worse than the baseline's ({this} against {other}), the score is not."
WHY = "The difference is {delta}; the noise of both curves and of another start explains {margin}."
WHY_SCORE = "Validation {metric}: {this} against {other}."
WHY_DIFFERS = "What differs: {differences}."
WHY_NOTHING = "The logs state no setting that differs."
WHY_DATA = "The validation sets are not of one size, so part of it may be the data."
DIFFERS = "{setting} {this} instead of {other}"
BACK = "Change one thing back at a time, first {setting} ({this}, there {other}), and compare again."
AGAIN = "Run the baseline again with another seed to see how far two equal runs lie apart."


class Judge:
    """Compares the run with its baseline."""

    ID: ClassVar[str] = "regression"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "end"))
    awaits: tuple[Series, ...] | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Say so while it holds."""
        del changed
        self.awaits = () if run.baseline is None else None
        if run.baseline is None:
            return ()
        outcome = run.outcome()
        whole = outcome in ("finished", "early_stopped")
        found = contrasts(run, run.baseline, whole=whole)
        main = next((c for c in found if c.this_curve.goal == "min"), found[0] if found else None)
        if main is None or main.judgement != "worse" or not _enough(main, ended=run.clock.ended):
            return ()
        return (_opinion(run, run.baseline, main, [c for c in found if c is not main]),)


def _enough(main: Contrast, *, ended: bool) -> bool:
    return ended or min(len(main.this_curve.values), len(main.other_curve.values)) >= _LEAST_POINTS


def _opinion(run: Run, baseline: Baseline, main: Contrast, others: list[Contrast]) -> Opinion:
    score = next((c for c in others if c.this_curve.goal == "max"), None)
    mixed = main.this_curve.goal == "min" and score is not None and score.judgement != "worse"
    values = _values(main)
    differ = [d for d in differences(run, baseline) if d.this is not None and d.other is not None]
    why = [Text(WHY, values)]
    if score is not None:
        why.append(Text(WHY_SCORE, _values(score)))
    if differ:
        why.append(Text(WHY_DIFFERS, {"differences": listed([Text(DIFFERS, _named(d)) for d in differ[:_NAMED]])}))
        if any(d.key == "val_samples" for d in differ):
            why.append(Text(WHY_DATA))
    else:
        why.append(Text(WHY_NOTHING))
    return Opinion(
        "regression_of_loss" if mixed else "regression",
        "info" if mixed else "warning",
        place_of(main.this, run.part),
        Text(TITLE_MIXED if mixed else TITLE if main.until is None else TITLE_SO_FAR, values),
        joined(why),
        (Text(BACK, _named(differ[0])) if differ else Text(AGAIN),),
        _evidence(run, main, differ),
    )


def _values(contrast: Contrast) -> dict[str, object]:
    this, other = contrast.this.value, contrast.other.value
    relative = (this - other) / abs(other) if other else math.inf
    return {
        "metric": metric_name(contrast.this_curve.metric),
        "this": compact(this),
        "other": compact(other),
        "delta": compact(abs(this - other)),
        "margin": compact(contrast.margin),
        "change": f"{relative:+.0%}" if abs(relative) < 1 else f"x {this / other:.3g}" if other else "",
        "place": where(contrast.this_curve.at(len(contrast.this_curve.values) - 1)),
    }


def _named(difference: Difference) -> dict[str, object]:
    return {"setting": setting_name(difference.key), "this": _shown(difference.this), "other": _shown(difference.other)}


def _shown(value: float | str | None) -> str:
    return value if isinstance(value, str) else "-" if value is None else compact(value)


def _evidence(run: Run, main: Contrast, differ: list[Difference]) -> tuple[Evidence, ...]:
    point = {"where": where(main.this), "series": main.this_curve.name, "value": compact(main.this.value)}
    best = Evidence(main.this.line, Text("{where}: {series} {value}", point))
    stated = [Evidence(run.settings[d.key].line, Text("{setting} {this}", _named(d))) for d in differ[:_NAMED]]
    return (best, *stated)
