"""Two runs side by side: which settings differ, and by how much one curve's best lies beyond the other's, noise allowed for.

Noise is what the curves themselves show (`_noise.spread`), three standard deviations of both together; where the size of the
validation set is known, the sampling error of a share on it as well (binomial, both runs taken as independent, which is
cautious). Another start of the same training ends a few per cent elsewhere, so a floor holds: 5 % of a loss, a tenth of what a
share lacks to be whole (Bouthillier et al., Accounting for Variance in Machine Learning Benchmarks, arXiv:2103.03098).
"""

from __future__ import annotations

import math

from tailwatch.core.baseline import Curve
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final, Literal
from tailwatch.diagnoses._noise import spread

if TYPE_CHECKING:
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point

_SIGMAS: Final = 3.0
_SAMPLING_SIGMAS: Final = 2.0
_LOSS_FLOOR: Final = 0.05
_LACK_FLOOR: Final = 0.1
_SHARE_FLOOR: Final = 0.005
_WEIGHTY: Final = (
    "train_samples", "global_batch_size", "batch_size", "learning_rate", "parameters", "steps_per_epoch", "weight_decay",
    "dropout", "warmup_steps", "epochs", "total_steps", "val_samples", "seed", "patience", "per_device_batch_size", "devices",
)  # fmt: skip
_SHARES: Final = frozenset(("accuracy", "acc", "f1", "auc", "auroc", "map", "iou", "miou", "dice", "precision", "recall"))


class Difference(NamedTuple):
    """A setting that differs; None where that log does not state it."""

    key: str
    this: float | str | None
    other: float | str | None


class Contrast(NamedTuple):
    """The best of one metric in both runs.

    `loss` is by how much this run is worse (negative: better), `margin` what noise may explain, `until` the epoch up to which
    both were compared, None for the whole of both. `percent` says that both are counted in per cent here.
    """

    this_curve: Curve
    other_curve: Curve
    this: Point
    other: Point
    loss: float
    margin: float
    until: float | None

    @property
    def judgement(self) -> Literal["worse", "better", "same"]:
        """How this run does against the baseline, noise allowed for."""
        return "worse" if self.loss > self.margin else "better" if self.loss < -self.margin else "same"


def differences(run: Run, baseline: Baseline) -> list[Difference]:
    """Return the settings of which both logs state different values, then those that only one of them states."""
    here = {key: s.value for key, s in run.settings.items()}
    there = baseline.settings
    both = [Difference(k, v, there[k]) for k, v in here.items() if k in there and _differ(v, there[k])]
    mine = [Difference(k, v, None) for k, v in here.items() if k not in there]
    others = [Difference(k, None, v) for k, v in there.items() if k not in here]
    return sorted(both, key=_weight) + sorted(mine, key=_weight) + sorted(others, key=_weight)


def _weight(difference: Difference) -> tuple[int, str]:
    """What changes a result most comes first; what follows from other settings, last."""
    key = difference.key
    return (_WEIGHTY.index(key) if key in _WEIGHTY else len(_WEIGHTY), key)


def _differ(a: float | str, b: float | str) -> bool:
    if isinstance(a, str) or isinstance(b, str):
        return a != b
    return not math.isclose(a, b, rel_tol=1e-6)


def contrasts(run: Run, baseline: Baseline, *, whole: bool) -> list[Contrast]:
    """Return what both runs measured on held-out data under one name, most important first.

    Args:
        run: the run.
        baseline: what it is compared with.
        whole: compare the best of both; else the baseline's best counts only as far as this run has come.
    """
    found = []
    for pair in run.pairs():
        val = pair.val
        if val is None or val.goal is None or val.best_at is None:
            continue
        other = baseline.curve(pair.metric, held_out=True)
        if other is None or other.best is None or other.goal != val.goal:
            continue
        until = None if whole or math.isnan(val.epochs[-1]) else val.epochs[-1]
        best = other.best if until is None else other.best_until(until)
        if best is not None:
            found.append(_contrast(Curve.of(val), other, best, until, _held_out(run, baseline)))
    return found


def _contrast(mine: Curve, other: Curve, other_best: Point, until: float | None, samples: float | None) -> Contrast:
    assert mine.best is not None
    scale = _whole(other) / _whole(mine) if mine.goal == "max" and _is_share(mine) else 1.0
    this = mine.best._replace(value=mine.best.value * scale)
    loss = (other_best.value - this.value) if mine.goal == "max" else (this.value - other_best.value)
    noise = math.hypot(spread(mine.values) * scale, spread(other.values))
    return Contrast(mine, other, this, other_best, loss, max(_SIGMAS * noise, _floor(other, other_best.value, samples)), until)


def _floor(curve: Curve, best: float, samples: float | None) -> float:
    if curve.goal == "min" or not _is_share(curve):
        return _LOSS_FLOOR * abs(best)
    whole = _whole(curve)
    share = min(1.0, max(0.0, best / whole))
    sampling = _SAMPLING_SIGMAS * math.sqrt(2 * share * (1 - share) / samples) if samples else 0.0
    return whole * max(_SHARE_FLOOR, _LACK_FLOOR * (1 - share), sampling)


def _is_share(curve: Curve) -> bool:
    return not _SHARES.isdisjoint(curve.metric.split("_")) and curve.best is not None and curve.best.value <= 100


def _whole(curve: Curve) -> float:
    """100 for a share that is counted in per cent, else 1."""
    return 100.0 if curve.unit == "%" or (curve.best is not None and curve.best.value > 1.5) else 1.0


def _held_out(run: Run, baseline: Baseline) -> float | None:
    known = [n for n in (run.setting("val_samples"), baseline.setting("val_samples")) if n]
    return min(known) if known else None
