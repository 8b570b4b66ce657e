"""The baseline's part of the report as plain data: bests side by side and the settings that differ."""

from __future__ import annotations

from tailwatch.core.sanitise import sanitise
from tailwatch.core.typed import TYPE_CHECKING
from tailwatch.diagnoses._comparison import contrasts, differences
from tailwatch.report.export import plain, whole

if TYPE_CHECKING:
    from tailwatch.core.series import Point
    from tailwatch.diagnoses._comparison import Contrast
    from tailwatch.session import Session


def against(session: Session) -> dict[str, object] | None:
    """Return what the run and its baseline measured and how they were set, None without a baseline."""
    run, baseline = session.run, session.run.baseline
    if baseline is None:
        return None
    ended = run.outcome() in ("finished", "early_stopped")
    return {
        "log": baseline.log,
        "outcome": baseline.outcome,
        "remembered": baseline.remembered,
        "metrics": [_metric(c) for c in contrasts(run, baseline, whole=ended)],
        "settings": [{"key": d.key, "this": _value(d.this), "other": _value(d.other)} for d in differences(run, baseline)],
    }


def _metric(contrast: Contrast) -> dict[str, object]:
    """The best of both; `delta` is this run's minus the other's, `margin` what noise may explain of it."""
    return {
        "series": contrast.this_curve.name,
        "metric": contrast.this_curve.metric,
        "split": contrast.this_curve.split,
        "this": plain(contrast.this.value),
        "other": plain(contrast.other.value),
        "delta": plain(contrast.this.value - contrast.other.value),
        "margin": plain(contrast.margin),
        "judgement": contrast.judgement,
        "this_at": _at(contrast.this),
        "other_at": _at(contrast.other),
    }


def _at(point: Point) -> dict[str, object]:
    epoch, step = (None if v != v else whole(v) for v in (point.epoch, point.step))
    return {"epoch": epoch, "step": step, "line": point.line or None}


def _value(value: float | str | None) -> float | str | None:
    return sanitise(value) if isinstance(value, str) else whole(value)
