"""The validation loss lies below the training loss: harmless, and explained once so that nobody hunts for a leak.

The training loss is measured with dropout and augmentation, and as a mean over an epoch during which the model still improved;
validation is measured without them, at its end.
"""

from __future__ import annotations

from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, shown, train_near, where
from tailwatch.diagnoses._pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.segment import Pair
    from tailwatch.core.series import Point, Series

_OPENS_AFTER: Final = 5
_CLOSES_AFTER: Final = 3
_CLEARLY: Final = 0.05

TITLE = "The validation loss is lower than the training loss ({val} against {train}): harmless."
WHY = (
    "The training loss is measured with dropout and augmentation, and is a mean over an epoch in which the model still improved; "
    "validation is measured without them, at the epoch's end."
)
CHECK = (
    "Nothing to do. To be sure, evaluate the training set with the model in evaluation mode: it should be the lower of the two."
)


class Judge:
    """Says so while it is plainly so."""

    ID: ClassVar[str] = "val_better_than_train"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch",))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._since: int | None = None
        self._said: tuple[Point, Point, Opinion] | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Compare the last evaluations with the training values before them."""
        del changed
        pair = Pairs.of(run).loss
        self.awaits = ()
        if pair is None or pair.val is None or pair.train is None or pair.train.axis != "epoch":
            return ()
        val, train = pair.val, pair.train
        self.awaits = (val, train)
        if self._since is None:
            gaps = _gaps(pair, _OPENS_AFTER) if _is_lower(pair, _CLEARLY) else []
            if len(gaps) == _OPENS_AFTER and all(g > _CLEARLY for g in gaps):
                self._since = len(val) - _OPENS_AFTER
        elif not _is_lower(pair, 0):
            gaps = _gaps(pair, _CLOSES_AFTER)
            if len(gaps) == _CLOSES_AFTER and all(g <= 0 for g in gaps):
                self._since = None
        if self._since is None:
            return ()
        first = val.at(self._since)
        then = train.at(train_near(train, first.line))
        said = self._said
        if said is None or (said[0].line, said[1].line) != (first.line, then.line):
            said = self._said = (first, then, _opinion(val, train, first, then, run.part))
        return (said[2],)


def _opinion(val: Series, train: Series, first: Point, then: Point, part: int) -> Opinion:
    values = {"val": compact(first.value), "train": compact(then.value), "where": where(first)}
    evidence = (shown(train, then), shown(val, first))
    return Opinion(Judge.ID, "info", place_of(first, part), Text(TITLE, values), Text(WHY), (Text(CHECK),), evidence)


def _is_lower(pair: Pair, share: float) -> bool:
    """Whether the last evaluation lies below training by more than a share, so that it is worth while to look at those before."""
    val, train = pair.val, pair.train
    assert val is not None
    assert train is not None
    if train.lines[-1] > val.lines[-1]:
        gaps = _gaps(pair, 1)
        return bool(gaps) and gaps[0] > share
    return _gap(train.values[-1], val.values[-1]) > share


def _gaps(pair: Pair, count: int) -> list[float]:
    """By how much of its size the training loss lies above the validation loss, for the last evaluations."""
    val, train = pair.val, pair.train
    assert val is not None
    assert train is not None
    near = [(train_near(train, val.lines[i]), val.values[i]) for i in range(max(0, len(val) - count), len(val))]
    return [_gap(train.values[at], value) for at, value in near if at >= 0]


def _gap(train: float, val: float) -> float:
    return (train - val) / abs(train) if train else 0.0
