"""The loss is NaN or infinite: from there on nothing is learned.

A loss alone counts: an infinite gradient norm is how mixed precision probes its loss scale, and a metric over an empty class is
NaN in healthy runs. The first non-finite value raises it; it closes when the loss has been finite again for twenty values, or
five epochs (longer where it was finite before and then was not): weights that held a NaN would have shown it.
"""

from __future__ import annotations

from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, shown, where
from tailwatch.diagnoses._over import Over

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point, Series

_RECOVERED_AFTER: Final = 20
_RECOVERED_EPOCHS: Final = 5
_NO_LOSS: Final = frozenset(("perplexity", "ppl", "error", "err", "wer", "cer", "eer", "ter", "der", "fid", "epe"))

TITLE = "The {series} is {value} since {where}: the run learns nothing from there on."
TITLE_VAL = "On validation, {series} is {value} since {where}, while training goes on: no epoch can be judged from there on."
WHY = (
    "Once the weights hold a NaN, every later step keeps it. {before} Usual causes: a learning rate "
    "that is too high, a division by zero or a logarithm of zero in the loss, NaN in the data, or half-precision overflow."
)
WHY_VAL = (
    "{before} With sound weights the validation data do this (NaN, an empty class, a logarithm of "
    "zero), or the weights hold a NaN that the training loss does not show (Hugging Face's logging_nan_inf_filter hides it)."
)
BEFORE = "The last finite value was {value} at {where}."
NEVER = "It never was finite."
STOP = "Stop the run: what it computes from here on is worthless; go back to the last checkpoint before {where}."
STOP_ANEW = "Stop the run: what it computes is worthless from {where} on; begin anew."
BACK = "Go back to the last checkpoint before {where}: what was computed from there on is worthless."
ANEW = "Begin anew: what was computed from {where} on is worthless."
LOWER = "Lower the learning rate ({lr} now; try {lower}) and clip the gradient norm to 1.0."
LOWER_UNKNOWN = "Lower the learning rate to a tenth and clip the gradient norm to 1.0."
LOOK_VAL = "Evaluate the checkpoint before {where} on the same data: NaN again means the data or the metric, else the weights."
LOOK = "Look for NaN in the batch of that step (assert torch.isfinite(x).all() or tf.debugging.enable_check_numerics())."


class Judge:
    """Says that a loss is not a number."""

    ID: ClassVar[str] = "not_a_number"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("nonfinite", "epoch", "step", "mark", "end"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._seen = False
        self._over = Over()
        self._said: tuple[Series, Point, bool, bool, Opinion] | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Name the loss that went first."""
        self._seen = self._seen or "nonfinite" in changed
        self.awaits = None if self._seen else ()
        if not self._seen:
            return ()
        spoiled = [s for s in run.segment.series.values() if s.first_nonfinite is not None and _is_loss(s) and not _recovered(s)]
        if spoiled:
            first = min(spoiled, key=lambda s: s.first_nonfinite.line if s.first_nonfinite else 0)
            trains = first.spec.split in ("val", "test") and not any(s.spec.split not in ("val", "test") for s in spoiled)
            return (self._opinion(first, run, only_validation=trains),)
        unfinished = _in_unfinished_line(run)
        return () if unfinished is None else (unfinished,)

    def _opinion(self, series: Series, run: Run, *, only_validation: bool) -> Opinion:
        """Make the finding once; it stands as long as the same value was the first, and until the run is over."""
        bad = series.first_nonfinite
        assert bad is not None
        over = self._over.is_past(run)
        said = self._said
        if said is None or said[:4] != (series, bad, only_validation, over):
            opinion = _opinion(series, bad, run, only_validation=only_validation, over=over)
            said = self._said = (series, bad, only_validation, over, opinion)
        return said[4]


def _is_loss(series: Series) -> bool:
    return series.goal == "min" and _NO_LOSS.isdisjoint(series.spec.metric.split("_"))


def _recovered(series: Series) -> bool:
    """Whether the newest values are finite, of epochs also for longer than they were before between two that were not."""
    if series.axis != "epoch":
        recent = series.values[-_RECOVERED_AFTER:]
        return len(recent) == _RECOVERED_AFTER and all(v - v == 0.0 for v in recent)
    *between, now = _sound_stretches(series)
    return now >= max(_RECOVERED_EPOCHS, 2 * max(between, default=0))


def _sound_stretches(series: Series) -> list[int]:
    """How many finite values came after each that was not."""
    found = []
    for value in series.values:
        if value - value != 0.0:
            found.append(0)
        elif found:
            found[-1] += 1
    return found or [len(series)]


def _opinion(series: Series, bad: Point, run: Run, *, only_validation: bool, over: bool) -> Opinion:
    at = next((i for i, v in enumerate(series.lines) if v == bad.line), 0)
    before = next((series.at(i) for i in range(at - 1, -1, -1) if series.values[i] - series.values[i] == 0.0), None)
    evidence = [shown(series, bad)]
    if before is not None:
        evidence.insert(0, shown(series, before))
    rate = run.setting("learning_rate")
    stop = (ANEW if over else STOP_ANEW) if before is None else (BACK if over else STOP)
    lower = Text(LOWER_UNKNOWN) if rate is None else Text(LOWER, {"lr": compact(rate), "lower": compact(rate / 10)})
    return Opinion(
        Judge.ID,
        "critical",
        place_of(bad, run.segment.part if run.part == run.segment.part else run.part),
        Text(TITLE_VAL if only_validation else TITLE, {"series": series.spec.name, "value": str(bad.value), "where": where(bad)}),
        Text(
            WHY_VAL if only_validation else WHY,
            {"before": _last_finite(before)},
        ),
        (Text(LOOK_VAL, {"where": where(bad)}), lower)
        if only_validation
        else (Text(stop, {"where": where(bad)}), lower, Text(LOOK)),
        tuple(evidence),
    )


def _last_finite(before: Point | None) -> Text:
    return Text(NEVER) if before is None else Text(BEFORE, {"value": compact(before.value), "where": where(before)})


def _in_unfinished_line(run: Run) -> Opinion | None:
    """The line that is still being written already shows it."""
    for reading in run.provisional:
        for spec, value in zip(reading.series, reading.values, strict=True):
            if value - value != 0.0 and "loss" in spec.metric:
                at = run.here._replace(line=reading.line)
                say = Text("line {number:,}", {"number": reading.line})
                title = Text(TITLE, {"series": spec.name, "value": str(value), "where": say})
                return Opinion(
                    Judge.ID,
                    "critical",
                    at,
                    title,
                    Text(WHY, {"before": Text("not known")}),
                    (Text(STOP, {"where": say}), Text(LOWER_UNKNOWN), Text(LOOK)),
                )
    return None
