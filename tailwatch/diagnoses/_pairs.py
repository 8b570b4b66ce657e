"""The train and validation pairs of a segment, and what else follows from the names of its series: worked out once for all."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.diagnoses._muted import is_muted

if TYPE_CHECKING:
    from typing import Self

    from tailwatch.core.run import Run
    from tailwatch.core.segment import Pair, Segment
    from tailwatch.core.series import Series

_SELDOM_MINIMISED: Final = frozenset(("l1", "mae", "mape", "mean_absolute_error", "error", "err", "error_rate", "wer", "cer"))


class Pairs:
    """What the names say; the diagnoses of a segment share it, and it is worked out anew only when a series was added.

    Attributes:
        all: the pairs, most important first.
        main: the loss pair that has validation values, else the first pair that has some. Without a loss of that name, what is
            minimised as a rule (squares, likelihoods) goes before absolute errors and rates.
        loss: the pair of the loss itself.
        train_loss: the training loss: of the epochs where the log has it, else the running one.
        running: the running training loss, where the pair's is an epoch's.
        rate: the learning rate of the epochs, where the log has it.
        muted: whether losses mean nothing here (`_muted.py`).
        ordered: all series, most important first.
        known: of how many series this was worked out.
    """

    def __init__(self) -> None:
        self.known = 0
        self.all: list[Pair] = []
        self.ordered: list[Series] = []
        self.main: Pair | None = None
        self.loss: Pair | None = None
        self.train_loss: Series | None = None
        self.running: Series | None = None
        self.rate: Series | None = None
        self.muted = False

    @classmethod
    def of(cls, run: Run) -> Pairs:
        """Return those of the present segment."""
        segment = run.segments[-1]
        pairs = segment.shared(cls)
        return pairs if pairs.known == segment.reckoned else pairs.renewed(segment)

    def renewed(self, segment: Segment) -> Self:
        """Return itself with everything worked out anew, as a series was added to the segment."""
        self.known = segment.reckoned
        self.ordered = segment.ordered()
        self.all = segment.pairs(self.ordered)
        self.main = _main(self.all)
        self.loss = next((p for p in self.all if p.metric == "loss"), None)
        self.train_loss = next(
            (p.train for p in self.all if p.train is not None and p.train.goal == "min" and "loss" in p.metric), None
        )
        self.running = None if self.loss is None else _running_of(segment, self.loss.train)
        self.rate = next((s for s in segment.series.values() if s.spec.metric == "lr" and s.axis == "epoch"), None)
        self.muted = is_muted(s.spec.name for s in segment.series.values())
        return self


def _main(pairs: list[Pair]) -> Pair | None:
    held = [p for p in pairs if p.val is not None]
    lower = [p for p in held if p.val is not None and p.val.goal == "min"]
    return min(lower, key=lambda p: p.metric in _SELDOM_MINIMISED, default=held[0] if held else None)


def _running_of(segment: Segment, train: Series | None) -> Series | None:
    if train is None or train.axis == "step":
        return train
    held = (s for s in segment.series.values() if s.axis == "step" and s.spec.metric == "loss")
    return next((s for s in held if s.spec.split in (None, "train")), None)
