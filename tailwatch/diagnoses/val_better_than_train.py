"""The validation loss lies below the training loss: harmless, and explained once so that nobody hunts for a leak.

The training loss is measured with dropout and augmentation, and as a mean over an epoch during which the model still improved;
validation is measured without them, at its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.diagnoses._common import Pairs, place_of, proof, train_near, where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.segment import Pair

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

    def __init__(self) -> None:
        self._pairs = Pairs()
        self._since: int | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterator[Opinion]:
        """Compare the last evaluations with the training values before them."""
        del changed
        pair = next((p for p in self._pairs.of(run) if p.metric == "loss" and p.train is not None and p.val is not None), None)
        if pair is None or pair.val is None or pair.train is None or pair.train.axis != "epoch":
            return
        gaps = _gaps(pair, _OPENS_AFTER)
        if len(gaps) == _OPENS_AFTER and all(g > _CLEARLY for g in gaps):
            self._since = len(pair.val) - _OPENS_AFTER if self._since is None else self._since
        elif len(gaps) >= _CLOSES_AFTER and all(g <= 0 for g in gaps[-_CLOSES_AFTER:]):
            self._since = None
        if self._since is None:
            return
        val, train = pair.val, pair.train
        first, at = val.at(self._since), train_near(train, val.at(self._since).line)
        values = {"val": compact(first.value), "train": compact(train.values[at]), "where": where(first)}
        evidence = (*proof(train, at), *proof(val, self._since))
        yield Opinion(self.ID, "info", place_of(first, run.part), Text(TITLE, values), Text(WHY), (Text(CHECK),), evidence)


def _gaps(pair: Pair, count: int) -> list[float]:
    """By how much of its size the training loss lies above the validation loss, for the last evaluations."""
    assert pair.val is not None
    assert pair.train is not None
    gaps = []
    for i in range(max(0, len(pair.val) - count), len(pair.val)):
        at = train_near(pair.train, pair.val.lines[i])
        if at >= 0:
            train = pair.train.values[at]
            gaps.append((train - pair.val.values[i]) / abs(train) if train else 0.0)
    return gaps
