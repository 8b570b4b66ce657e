"""Nothing in the log measures the model on data it was not trained on, so nobody can tell when it begins to overfit."""

from __future__ import annotations

from tailwatch.core.drafts import Draft
from tailwatch.core.events import Evidence, Opinion, Text
from tailwatch.core.segment import MANY_SERIES
from tailwatch.core.text import phrase
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of
from tailwatch.diagnoses._pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point, Series

_PATIENCE: Final = 10
_AT_THE_END: Final = 3
_EVALUATED: Final = ("map", "m_ap", "iou", "bleu", "rouge", "wer", "cer", "reward", "score", "ndcg", "recall")

TITLE = "No validation: {epochs:g} epochs, and no value measured on held-out data."
WHY = "The training loss goes on falling while a model learns its examples by heart; only held-out data shows the turn."
ADD = "Hold out 5 to 20 % of the data and evaluate it every epoch: {how}."

_HOW: Final = {
    "keras": phrase("model.fit(..., validation_split=0.1) or validation_data=(x, y)"),
    "huggingface": phrase('TrainingArguments(eval_strategy="epoch") and eval_dataset='),
    "lightning": phrase("a validation_step() and val_dataloaders="),
    "boosting": phrase("eval_set= or evals=[(dtrain, 'train'), (dval, 'val')]"),
}
_ANYHOW: Final = phrase("print its loss beside the training loss, `epoch 3 train_loss 0.41 val_loss 0.47`")


class Judge:
    """Says so after ten epochs, or at the end of a run of three."""

    ID: ClassVar[str] = "no_validation"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "end"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._ended = False
        self._known: list[Series] | None = None
        self._whole: tuple[Series, ...] = ()

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Count the epochs of the training loss while no series is held out."""
        self._ended = self._ended or "end" in changed
        pairs = Pairs.of(run)
        if pairs.ordered is not self._known:
            self._known, epochs = pairs.ordered, [s for s in pairs.ordered if s.goal is not None and s.axis == "epoch"]
            self._whole = () if pairs.muted or any(map(_is_held_out, pairs.ordered)) else tuple(epochs[:MANY_SERIES])
        self.awaits = self._whole
        enough = _AT_THE_END if self._ended else _PATIENCE
        train, most = None, 0
        for series in self._whole:
            count = len(series.values)
            if count > max(most, enough - 1) and _whole_epochs(series):
                train, most = series, count
        if train is None:
            return ()
        facts = (len(train), train.lines[-1], train.at(0), tuple(run.dialects), run.part)
        return (Draft(self.ID, "info", _opinion, train, *facts),)


def _opinion(train: Series, epochs: int, line: int, first: Point, dialects: tuple[str, ...], part: int) -> Opinion:
    how = next((how for dialect, how in _HOW.items() if any(d.startswith(dialect) for d in dialects)), _ANYHOW)
    return Opinion(
        Judge.ID,
        "info",
        place_of(first, part),
        Text(TITLE, {"epochs": epochs}),
        Text(WHY),
        (Text(ADD, {"how": Text(how)}),),
        (Evidence(line, Text("{series}, without a validation value", {"series": train.spec.name})),),
    )


def _is_held_out(series: Series) -> bool:
    """Whether a series is an evaluation's: it says so, or its metric is one that nobody computes while training."""
    return series.spec.split in ("val", "test") or any(m in series.spec.metric for m in _EVALUATED)


def _whole_epochs(series: Series) -> bool:
    """Whether the values stand one an epoch; a language model that prints fractions of one epoch is another matter."""
    return series.epochs[-1] - series.epochs[0] >= len(series.epochs) - 1  # never true of NaN
