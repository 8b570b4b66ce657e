"""Validation has turned: it gets worse while training still gets better.

The rule is in `_turn.py`. Where the log has a validation loss, that is judged; where it has scores only (accuracy, F1, mIoU),
the best of them, with wider margins, because scores of small validation sets are coarse. While the loss rises and the
score holds, the model grows over-confident rather than wrong: that is said, and weighs less.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Final

from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.diagnoses._common import Pairs, place_of, proof, train_near, where
from tailwatch.diagnoses._turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.segment import Pair
    from tailwatch.core.series import Series

_SCORE_STRICTNESS: Final = 3.0

TITLE = "Overfitting: validation {metric} was best at {where} ({best}) and has got worse since ({last} now)."
WHY = (
    "Training {metric} went on from {train_then} to {train_now} while validation went from {best} to {last} ({change}). "
    "The model learns the training set by heart; more epochs make it worse."
)
WHY_NO_TRAIN = "Validation went from {best} to {last} ({change}) and has not come back for {epochs} evaluations."
WHY_CONFIDENT = " The validation {score} holds ({score_then} then, {score_now} now): it grows over-confident rather than wrong."
KEEP = "Use the weights of {where}; stop the run now unless a learning-rate drop is due."
SOONER = "Next time stop {late} evaluations earlier: early stopping on validation {metric} with patience {patience}."
REGULARISE = "More data or augmentation, dropout (0.3 to 0.5), weight decay (1e-4 to 1e-2), or a smaller model."
BY_SCORE = "If the score is what counts, select the checkpoint by it, and try label smoothing (0.1) or temperature scaling."


class Judge:
    """Says that validation has turned."""

    ID: ClassVar[str] = "overfitting"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch",))

    def __init__(self) -> None:
        self._pairs = Pairs()
        self._series: Series | None = None
        self._turn = Turn()
        self._taken = 0
        self._broken = False

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterator[Opinion]:
        """Take the new validation values and say whether the curve has turned."""
        del changed
        pair = self._pairs.main(run)
        if pair is None or pair.val is None or pair.val.goal is None:
            return
        if pair.val is not self._series:
            self._series = pair.val
            self._turn = Turn(strictness=1.0 if pair.val.goal == "min" else _SCORE_STRICTNESS)
            self._taken = 0
        self._take(pair, run)
        if self._turn.turned and not self._broken:
            yield self._opinion(pair, run)

    def _take(self, pair: Pair, run: Run) -> None:
        val = pair.val
        assert val is not None
        sign = 1.0 if val.goal == "min" else -1.0
        if val.points != len(val):
            self._taken = min(self._taken, len(val))
        for i in range(self._taken, len(val)):
            value = val.values[i]
            at = train_near(pair.train, val.lines[i])
            train = None if at < 0 or pair.train is None else sign * pair.train.values[at]
            if not math.isfinite(value) or (train is not None and not math.isfinite(train)):
                self._broken = True  # not_a_number says what there is to say
                continue
            self._turn.add(sign * value, train, _planned(run, val))
        self._taken = len(val)

    def _opinion(self, pair: Pair, run: Run) -> Opinion:
        val = pair.val
        assert val is not None
        at = self._turn.best_at
        best, last = val.at(at), val.at(len(val) - 1)
        metric = val.spec.metric.replace("_", " ")
        score = _score(self._pairs.of(run)) if val.goal == "min" else None
        confident = score is not None and _holds(score, at)
        values = {
            "metric": metric,
            "where": where(best),
            "best": compact(best.value),
            "last": compact(last.value),
            "change": _change(best.value, last.value),
            "epochs": len(val) - 1 - at,
            **_train_values(pair, best.line, last.line),
        }
        template = WHY_NO_TRAIN if pair.train is None else WHY
        if confident and score is not None:
            template += WHY_CONFIDENT
            i = min(at, len(score) - 1)
            values |= {
                "score": score.spec.metric.replace("_", " "),
                "score_then": compact(score.values[i]),
                "score_now": compact(score.values[-1]),
            }
        late = len(val) - 1 - at
        actions = [
            Text(KEEP, {"where": where(best)}),
            Text(SOONER, {"late": late, "metric": metric, "patience": max(2, min(10, late // 2))}),
            Text(REGULARISE),
        ]
        if confident:
            actions.insert(1, Text(BY_SCORE))
        return Opinion(
            self.ID,
            "warning",
            place_of(best, run.part),
            Text(TITLE, values),
            Text(template, values),
            tuple(actions),
            proof(val, at, len(val) - 1),
        )


def _planned(run: Run, val: Series) -> float | None:
    """Return how many evaluations there will be if they go on at their rhythm until the planned end, None where unknown."""
    progress = run.progress
    end = progress.epochs or run.setting("epochs")
    column = val.epochs
    if end is not None and run.segment.first_epoch == 0:
        end -= 1  # epochs counted from 0
    if end is None or math.isnan(column[-1]):
        end, column = progress.steps, val.steps
    last, first = column[-1], column[0]
    if end is None or math.isnan(last) or last > end:
        return None
    if len(val) == 1:
        return 1 + end - last if column is val.epochs else None
    return len(val) + (end - last) * (len(val) - 1) / (last - first) if last > first else None


def _train_values(pair: Pair, then: int, now: int) -> dict[str, object]:
    train = pair.train
    first, last = train_near(train, then), train_near(train, now)
    if train is None or first < 0:
        return {}
    return {"train_then": compact(train.values[first]), "train_now": compact(train.values[last])}


def _change(best: float, last: float) -> str:
    return f"{(last - best) / abs(best):+.0%}" if best else f"{last - best:+.3g}"


def _score(pairs: list[Pair]) -> Series | None:
    return next((p.val for p in pairs if p.val is not None and p.val.goal == "max" and len(p.val) > 1), None)


def _holds(score: Series, at: int) -> bool:
    """Whether a score is no worse than at the loss's best, within half a percent of it."""
    then = score.values[min(at, len(score) - 1)]
    return score.values[-1] >= then - 0.005 * abs(then)
