"""One run as the history keeps it: the log's path, and numbers. No text of a log is kept.

Names are kept only where they belong to tailwatch's own vocabulary: keys of settings, and metrics such as `loss`; settings that
are text (a strategy, a path) are left out.
"""

from __future__ import annotations

import json
import math
import zlib

from tailwatch.core.baseline import Baseline, Curve
from tailwatch.core.metrics import meaning
from tailwatch.core.named import NamedTuple
from tailwatch.core.series import Point
from tailwatch.core.terms import METRICS, SETTINGS
from tailwatch.core.typed import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.events import Axis
    from tailwatch.core.series import Series
    from tailwatch.session import Session

_MOST_POINTS: Final = 500
_FIRST: Final = 3


class Record(NamedTuple):
    """A row of the history.

    Attributes:
        log: the absolute path.
        key: tells two runs under one path apart: a checksum of the first values, which a growing log keeps.
        ended: when the log was last written, in seconds since the Unix epoch.
        outcome: how the run ended.
        alarms: findings of warning or above that were open at the end.
        kind: a checksum of the names of its series; only runs of one kind are compared unasked.
        numbers: settings and curves, as JSON.
    """

    log: str
    key: int
    ended: float
    outcome: str
    alarms: int
    kind: int
    numbers: str

    @property
    def went_well(self) -> bool:
        """Whether it may serve as a baseline."""
        return self.alarms == 0 and self.outcome in ("finished", "early_stopped")


def record(session: Session, log: str, ended: float) -> Record | None:
    """Return what is to be remembered of a run that was read to its end, None where it has no values to go by."""
    run = session.run
    curves = [c for c in Baseline.of(run, log).curves if c.metric in METRICS and c.goal is not None]
    if not curves:
        return None
    alarms = [f for f in session.findings.open if f.opinion.severity != "info" and f.opinion.id != "regression"]
    numbers = {
        "settings": {k: s.value for k, s in run.settings.items() if k in SETTINGS and not isinstance(s.value, str)},
        "epochs": run.segment.max_epoch if math.isfinite(run.segment.max_epoch) else None,
        "updates": Baseline.of(run, log).updates_per_epoch,
        "curves": [_kept(c) for c in curves],
    }
    key = _checksum(repr((run.segment.number, [tuple(c.values[:_FIRST]) for c in curves])))
    return Record(log, key, ended, run.outcome(), len(alarms), kind_of(run.series()), json.dumps(numbers))


def kind_of(series: Iterable[Series]) -> int:
    """Return the checksum of the names that a log prints."""
    return _checksum("\n".join(sorted({f"{s.spec.name} {s.spec.split}" for s in series if s.goal is not None})))


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _kept(curve: Curve) -> dict[str, Any]:
    step = max(1, math.ceil(len(curve.values) / _MOST_POINTS))
    best = curve.best
    return {
        "metric": curve.metric,
        "split": curve.split,
        "axis": curve.axis,
        "unit": "%" if curve.unit == "%" else None,
        "best": None if best is None else [_plain(v) for v in best[:3]],
        "points": [
            [_plain(column[i]) for column in (curve.values, curve.epochs, curve.steps)] for i in range(0, len(curve.values), step)
        ],
    }


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def baseline(row: Record) -> Baseline:
    """Return a remembered run as what another one is compared with.

    Raises:
        ValueError, KeyError, TypeError: the row does not hold what `record` wrote.
    """
    numbers = json.loads(row.numbers)
    return Baseline(
        row.log,
        "early_stopped" if row.outcome == "early_stopped" else "finished",
        {str(k): float(v) for k, v in numbers["settings"].items()},
        {},
        tuple(_curve(c) for c in numbers["curves"]),
        numbers["updates"],
        numbers["epochs"],
        remembered=True,
    )


def _curve(kept: dict[str, Any]) -> Curve:
    columns = [tuple(math.nan if v is None else float(v) for v in column) for column in zip(*kept["points"], strict=True)]
    values, epochs, steps = columns or ((), (), ())
    best = kept["best"]
    metric = str(kept["metric"])
    value, epoch, step = (math.nan if v is None else float(v) for v in best or (None, None, None))
    at = None if best is None else Point(value, epoch, step, 0)
    split = kept["split"] if kept["split"] in ("train", "val", "test") else None
    axis: Axis = kept["axis"] if kept["axis"] in ("epoch", "step", "time") else "index"
    return Curve(metric, metric, split, axis, meaning(metric).goal, kept["unit"], values, epochs, steps, (0,) * len(values), at)
