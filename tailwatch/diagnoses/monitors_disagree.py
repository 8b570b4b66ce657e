"""Early stopping and the checkpoint follow different metrics and kept different epochs: which weights do you have?

Keras: EarlyStopping(monitor="val_loss", restore_best_weights=True) puts the weights of its best epoch into the model;
ModelCheckpoint(monitor="val_accuracy", save_best_only=True) leaves those of another epoch on disk
(keras/src/callbacks/early_stopping.py, model_checkpoint.py, 3.15).
"""

from __future__ import annotations

from tailwatch.core.events import Evidence, Opinion, Place, Text
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._over import NewMarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import Mark
    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

_MATTERS: Final = 0.05

TITLE = (
    "Two callbacks kept different epochs: early stopping restored epoch {restored:g}, the checkpoint on disk is epoch {kept:g}."
)
WHY = (
    "Early stopping judged by {stopper} and put the weights of epoch {restored:g} into the model; the checkpoint "
    "judged by {monitor} ({value}) and saved epoch {kept:g}. "
    "What you evaluate after training and what you load later are not the same weights."
)
SAME = "Give both callbacks the same monitor: {monitor} for both if that is what counts, else {stopper} for both."
WHICH = "Until then: the model in memory is epoch {restored:g}, the file is epoch {kept:g}; evaluate both before you choose."


class Judge:
    """Compares the epoch that was restored with the epoch that was saved."""

    ID: ClassVar[str] = "monitors_disagree"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("mark",))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._marks = NewMarks()
        self._restored: Mark | None = None
        self._kept: Mark | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterator[Opinion]:
        """Say so when they differ."""
        del changed
        for mark in self._marks.take(run):
            if mark.kind == "restored" and mark.value is not None:
                self._restored = mark
            elif mark.kind == "checkpoint" and mark.epoch is not None and mark.monitor:
                self._kept = mark
        restored, kept = self._restored, self._kept
        if restored is None or restored.value is None or kept is None or kept.epoch == restored.value:
            return
        values = {
            "restored": restored.value,
            "kept": kept.epoch,
            "monitor": kept.monitor,
            "value": "" if kept.value is None else compact(kept.value),
            "stopper": _stopper(run, restored, kept.monitor),
        }
        serious = _turned(run)
        yield Opinion(
            self.ID if serious else "monitors_differ",
            "warning" if serious else "info",
            Place(kept.epoch, None, kept.line, kept.part),
            Text(TITLE, values),
            Text(WHY, values),
            (Text(SAME, values), Text(WHICH, values)),
            (Evidence(kept.line, kept.text), Evidence(restored.line, restored.text)),
        )


def _turned(run: Run) -> bool:
    """Whether the choice matters: the validation loss ended 5 % or more above its best. Else any of the epochs will do."""
    losses = [p.val for p in run.pairs() if p.val is not None and p.val.goal == "min" and len(p.val) > 1]
    return any(v.best_at is not None and v.values[-1] > v.best_at.value + _MATTERS * abs(v.best_at.value) for v in losses[:1])


def _stopper(run: Run, restored: Mark, other: str) -> str | Text:
    """The metric that early stopping followed, which the log does not print: the one whose best epoch was restored."""
    for series in run.series():
        best = series.best_at
        if (
            series.axis == "epoch"
            and series.spec.split == "val"
            and best is not None
            and best.epoch == restored.value
            and series.spec.name != other
        ):
            return series.spec.name
    return Text("another metric")
