"""The first steps made the loss worse: the learning rate is too high for a start without warm-up.

The rules are in `_start.py`. It is a warning while the loss is up, or has come down and nothing was learned; once that is made
good, `warmup_missing` says what it cost.
"""

from __future__ import annotations

from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar
from tailwatch.diagnoses._common import place_of, proof
from tailwatch.diagnoses._pairs import Pairs
from tailwatch.diagnoses._start import BLOCK, Beginning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series
    from tailwatch.diagnoses._start import FirstEpochs

TITLE = "The loss rose from {first} to {peak} in the first steps: the learning rate{lr} is too high for a start without warm-up."
WHY = "A mean over {block} values is {times} times the first ones; at a sound rate it falls from the beginning."
TITLE_EPOCH = "The first epoch's loss was {first}, and accuracy still stands at {score}: the learning rate{lr} is too high."
WHY_EPOCH = (
    "The first steps blew the outputs up: since then the loss has fallen to {low}, while accuracy went from {first_score} to "
    "{score} only. That made good the start, no more."
)
LOWER = "Start with a third of the rate{lower}, or warm up linearly over the first {warmup} steps."
INPUTS = "If a lower rate changes nothing, normalise the inputs and look at the initial weights: they do the same."


class Judge:
    """Watches the beginning."""

    ID: ClassVar[str] = "lr_too_high"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("step", "epoch"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._said: tuple[int, Opinion] | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Say so until the loss is back, or accuracy rises."""
        del changed
        beginning = run.segment.shared(Beginning)
        beginning.follow(run)
        self.awaits = beginning.awaits
        start, epochs = beginning.start, beginning.epochs
        if start.rose and start.back_at < 0 and beginning.train is not None:
            if self._said is None or self._said[0] != start.peak_at:
                self._said = (start.peak_at, self._of_steps(beginning, beginning.train, run))
            return (self._said[1],)
        if epochs.exploded and epochs.back_at < 0:
            self.awaits = None
            return self._of_epochs(epochs, run)
        return ()

    def _of_steps(self, beginning: Beginning, train: Series, run: Run) -> Opinion:
        start = beginning.start
        values = {
            "first": compact(start.first),
            "peak": compact(start.peak),
            "block": BLOCK,
            "times": f"{start.peak / start.first:.1f}" if start.first > 0 else Text("several"),
            **rate_values(run),
        }
        return Opinion(
            self.ID,
            "warning",
            place_of(train.at(0), run.part),
            Text(TITLE, values),
            Text(WHY, values),
            (Text(LOWER, values),),
            proof(train, 0, beginning.at(start.peak_at)),
        )

    def _of_epochs(self, epochs: FirstEpochs, run: Run) -> Iterator[Opinion]:
        train = Pairs.of(run).train_loss
        if train is None:
            return
        values = {
            "first": compact(epochs.first),
            "low": compact(epochs.low),
            "first_score": f"{epochs.first_score:.1%}",
            "score": f"{epochs.score:.1%}",
            **rate_values(run),
        }
        yield Opinion(
            self.ID,
            "warning",
            place_of(train.at(0), run.part),
            Text(TITLE_EPOCH, values),
            Text(WHY_EPOCH, values),
            (Text(LOWER, values), Text(INPUTS)),
            proof(train, 0, len(train) - 1),
        )


def rate_values(run: Run) -> dict[str, object]:
    """Return the rate, a third of it, and the steps to warm up over, as the sentences hold them."""
    rate, steps = run.setting("learning_rate"), run.progress.steps
    return {
        "lr": f" ({compact(rate)})" if rate else "",
        "lower": f" ({compact(rate / 3)})" if rate else "",
        "warmup": f"{max(100, round(steps / 20)):,}" if steps else "500",
    }
