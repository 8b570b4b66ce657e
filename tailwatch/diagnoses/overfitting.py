"""Validation has turned: it gets worse while training still gets better.

The rule is in `_turn.py`. Where the log has a validation loss, that is judged; where it has scores only (accuracy, F1, mIoU),
the best of them, against twice the noise, because scores of small validation sets are coarse and lucky. While the loss rises
and the score holds, the model grows over-confident rather than wrong: that is said, and weighs less.
"""

from __future__ import annotations

import math
import operator

from tailwatch.core.drafts import Draft
from tailwatch.core.events import Opinion, Text
from tailwatch.core.terms import joined, metric_name
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, planned_points, shown, train_near, where
from tailwatch.diagnoses._fresh import Fresh
from tailwatch.diagnoses._over import NewMarks, Over
from tailwatch.diagnoses._pairs import Pairs
from tailwatch.diagnoses._totals import Totals
from tailwatch.diagnoses._turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tailwatch.core.events import Severity
    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.segment import Pair
    from tailwatch.core.series import Point, Series

_SHARE_STRICTNESS, _SHARE_CAUTION = 1.2, 2.0
_SCORE_STRICTNESS: Final = 3.0
_SHARES: Final = frozenset(("accuracy", "acc", "f1", "auc", "auroc", "map", "iou", "miou", "dice", "precision", "recall"))
_CLEAR: Final = 0.25
_STILL_CLEAR: Final = 0.15
_HOLDS: Final = 0.005

TITLE = "Overfitting: validation {metric} was best at {where} ({best}) and has got worse since ({last} now)."
WHY = (
    "Training {metric} went on from {train_then} to {train_now} while validation went from {best} to {last} ({change}). "
    "The model learns the training set by heart; more epochs make it worse."
)
WHY_NO_TRAIN = "Validation went from {best} to {last} ({change}) and has not come back for {epochs} evaluations."
WHY_CONFIDENT = "{score} holds ({score_then} then, {score_now} now): it grows over-confident rather than wrong."
WHY_FROM_START = "It never got better than at the first evaluations: the model is too large for the data, or the steps too large."
KEEP = "Use the weights of {where}; stop the run now unless a learning-rate drop is due."
KEEP_OVER = "Use the weights of {where}, not the last ones."
SOONER = "Next time stop {late} evaluations earlier: early stopping on validation {metric} with patience {patience}."
GENTLER = "A third of the learning rate{lr} or fewer trained layers: after the first evaluations it learned nothing that holds."
INSTEAD = " ({now} instead of {was})"
REGULARISE = "More data or augmentation, dropout (0.3 to 0.5), weight decay (1e-4 to 1e-2), or a smaller model."
BY_SCORE = "If the score is what counts, select the checkpoint by it, and try label smoothing (0.1) or temperature scaling."


class Judge:
    """Says that validation has turned."""

    ID: ClassVar[str] = "overfitting"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "mark", "end"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._totals = Totals()
        self._marks = NewMarks()
        self._over = Over()
        self._fresh = Fresh()
        self._turn = Turn()
        self._best: Point | None = None
        self._late = 0
        self._broken = self._clear = False

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Take the new validation values and say whether the curve has turned."""
        stopped = any(m.kind == "early_stop" for m in self._marks.take(run))
        pairs = Pairs.of(run)
        total = self._totals.of(pairs.all)
        pair = total or pairs.main
        self.awaits = self._totals.awaits
        if pair is None or pair.val is None or pair.val.goal is None or pairs.muted:
            return ()
        if self._fresh.is_other(pair.val):
            self._turn = _turn_of(pair.val)
            self._best, self._late, self._broken = None, 0, False
            self._recall(pair)
        self._take(pair, run)
        if stopped:
            self._turn.stop()
        if "end" in changed and planned_points(run, pair.val) is None:
            self._turn.finish()
        if self._turn.turned and not self._broken:
            self.awaits = None  # training and the score go into what is said
            return (self._draft(pair, pairs, run),)
        self._clear = False
        if total is None:
            self.awaits = (*self.awaits, pair.val)
        return ()

    def _recall(self, pair: Pair) -> None:
        """Take the evaluations before a resume: the run that goes on is one run."""
        val = pair.val
        assert val is not None
        judged = _as_loss(val)
        trains = {} if pair.train is None else {point.epoch: point.value for point in pair.train.before}
        for point in val.before:
            train = trains.get(point.epoch, math.nan)
            self._add(point, judged(point.value), judged(train) if math.isfinite(train) else None, None)

    def _add(self, point: Point, value: float, train: float | None, planned: float | None) -> None:
        if not math.isfinite(value):
            return
        self._turn.add(value, train, planned)
        self._late += 1
        if self._turn.best_at == len(self._turn.values) - 1:
            self._best, self._late = point, 0

    def _take(self, pair: Pair, run: Run) -> None:
        val = pair.val
        assert val is not None
        judged, planned = _as_loss(val), planned_points(run, val)
        for i in self._fresh.take(val):
            value = val.values[i]
            at = train_near(pair.train, val.lines[i])
            train = None if at < 0 or pair.train is None else judged(pair.train.values[at])
            if not math.isfinite(value) or (train is not None and not math.isfinite(train)):
                self._broken = True  # not_a_number says what there is to say
                continue
            self._add(val.at(i), judged(value), train, None if planned is None else planned + len(val.before))

    def _draft(self, pair: Pair, pairs: Pairs, run: Run) -> Opinion:
        val, best = pair.val, self._best
        assert val is not None
        assert best is not None
        last = val.at(len(val) - 1)
        score = _score(pairs.all, best.line) if val.goal == "min" else ()
        grave: Severity = "critical" if self._is_clear(val, last.value) and not score else "warning"
        from_start = self._turn.best_at <= 1 and self._late >= 3
        over = self._over.is_past(run)
        trains, rate = _train_values(pair, best, last), run.setting("learning_rate")
        return Draft(self.ID, grave, _word, val, best, last, self._late, from_start, over, rate, run.part, trains, score, grave)

    def _is_clear(self, val: Series, last: float) -> bool:
        """Whether a loss lies a quarter above its best now: more than a warning, and so it stays until it is clearly less."""
        best = self._turn.best
        limit = _STILL_CLEAR if self._clear else _CLEAR
        self._clear = val.goal == "min" and best > 0 and last > (1 + limit) * best
        return self._clear


def _word(
    val: Series,
    best: Point,
    last: Point,
    late: int,
    from_start: bool,  # noqa: FBT001 - a draft's facts stand in a row
    over: bool,  # noqa: FBT001
    rate: float | None,
    part: int,
    trains: tuple[float, ...],
    score: tuple[str, float, float] | tuple[()],
    grave: Severity,
) -> Opinion:
    values: dict[str, object] = {
        "metric": metric_name(val.spec.metric),
        "where": where(best),
        "best": compact(best.value),
        "last": compact(last.value),
        "change": _change(best.value, last.value),
        "epochs": late,
        "late": late,
        "patience": max(2, min(10, late // 2)),
        "lr": Text(INSTEAD, {"now": compact(rate / 3), "was": compact(rate)}) if rate else "",
    }
    if trains:
        values |= {"train_then": compact(trains[0]), "train_now": compact(trains[1])}
    if score:
        values |= {"score": score[0], "score_then": compact(score[1]), "score_now": compact(score[2])}
    whys = [WHY if trains else WHY_NO_TRAIN]
    whys += ([WHY_FROM_START] if from_start else []) + ([WHY_CONFIDENT] if score else [])
    actions = [
        KEEP_OVER if over else KEEP,
        *([BY_SCORE] if score else []),
        SOONER,
        *([GENTLER] if from_start else []),
        REGULARISE,
    ]
    return Opinion(
        Judge.ID,
        grave,
        place_of(best, part),
        Text(TITLE, values),
        joined([Text(why, values) for why in whys]),
        tuple(Text(action, values) for action in actions),
        (shown(val, best), shown(val, last)),
    )


def _turn_of(series: Series) -> Turn:
    """Return what follows a series: what a share lacks is an error much like a loss, other scores have no known scale."""
    if series.goal == "min":
        return Turn()
    if _is_share(series):
        return Turn(strictness=_SHARE_STRICTNESS, caution=_SHARE_CAUTION)
    return Turn(strictness=_SCORE_STRICTNESS, caution=_SCORE_STRICTNESS)


def _is_share(series: Series) -> bool:
    return not _SHARES.isdisjoint(series.spec.metric.split("_"))


def _as_loss(series: Series) -> Callable[[float], float]:
    """Return what turns a value into one of which less is better: of a share, what it lacks to be whole."""
    if series.goal == "min":
        return float
    if not _is_share(series):
        return operator.neg
    whole = 100.0 if series.spec.unit == "%" or series.values[0] > 1.5 else 1.0
    return lambda value: whole - value


def _train_values(pair: Pair, then: Point, now: Point) -> tuple[float, ...]:
    """Return the training value at the best and now, nothing where one is missing."""
    train = pair.train
    if train is None or not len(train):
        return ()
    first = train_near(train, then.line)
    earlier = next((point.value for point in train.before if point.epoch == then.epoch), None)
    if earlier is None and first < 0:
        return ()
    return (train.values[first] if earlier is None else earlier, train.values[train_near(train, now.line)])


def _change(best: float, last: float) -> str:
    return f"{(last - best) / abs(best):+.0%}" if best else f"{last - best:+.3g}"


def _score(pairs: list[Pair], line: int) -> tuple[str, float, float] | tuple[()]:
    """Return a score that is no worse than at the loss's best, its value then and now; nothing where it fell or is missing."""
    series = next((p.val for p in pairs if p.val is not None and p.val.goal == "max" and len(p.val) > 1), None)
    if series is None:  # a detector's mAP is measured on validation data, whether it says so or not
        series = next((p.train for p in pairs if "map" in p.metric and p.train is not None and p.train.goal == "max"), None)
    at = train_near(series, line)
    if series is None or at < 0:
        return ()
    then, now = series.values[at], series.values[-1]
    return () if now < then - _HOLDS * abs(then) else (series.spec.name, then, now)
