"""Training began at full steps where a warm-up belongs: information, said once the cost is known.

Either the first steps made the loss worse and it came back (`_start.py`; while it is up, `lr_too_high` warns), or the learning
rate was multiplied for a large global batch and stands at its full height from the first step on. Goyal et al., Accurate, Large
Minibatch SGD, arXiv:1706.02677, section 2.2: linear scaling holds only after a warm-up, theirs over the first five epochs, since
the weights change fastest in the beginning.
"""

from __future__ import annotations

from tailwatch.core.events import Evidence, Opinion, Place, Text
from tailwatch.core.named import NamedTuple
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._against import against, global_batch, looks_scaled
from tailwatch.diagnoses._common import place_of, proof, where
from tailwatch.diagnoses._start import Beginning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.core.events import Setting
    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series
    from tailwatch.diagnoses._start import FirstEpochs

_MANY: Final = 4.0
_ENOUGH: Final = 2
_FIRST: Final = 64
_STATED: Final = ("global_batch_size", "per_device_batch_size", "devices", "learning_rate")

TITLE_BACK = "The loss first rose from {first} to {peak} and needed until {where} to come back: a warm-up is missing."
WHY_BACK = "The first steps were too large; they cost time and, with adaptive optimisers, spoil their running averages."
TITLE_EPOCHS = "Accuracy stood at {score} until {where}, while the loss fell from {first}: a warm-up is missing."
WHY_EPOCHS = "The first steps blew the outputs up, and the epochs until then only made that good."
TITLE_LARGE = "The learning rate is {rate} from the first step on, for a global batch of {global}: a warm-up is missing."
WHY_LARGE = (
    "{rate} is {plain} multiplied for a batch {factor} times as large, and the log shows no warm-up. That rule holds only once "
    "the first, fastest changes of the weights are over (Goyal et al., 2017: five epochs of warm-up)."
)
WARM_UP = "Warm up linearly over the first {warmup} steps (warmup_steps, warmup_ratio=0.05, LinearLR before the schedule)."
WARM_UP_LARGE = "Rise linearly from {plain} to {rate} over the first {warmup} steps."


class Judge:
    """Looks back at the beginning."""

    ID: ClassVar[str] = "warmup_missing"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("step", "epoch", "end"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._said: tuple[int, Opinion] | None = None
        self._large: tuple[_Large, Opinion] | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Say what a start without warm-up has cost, or that a large batch was not warmed up for."""
        del changed
        beginning = run.segment.shared(Beginning)
        beginning.follow(run)
        self.awaits = beginning.awaits
        start, epochs = beginning.start, beginning.epochs
        if start.back_at >= 0:
            if self._said is None or self._said[0] != start.back_at:
                self._said = (start.back_at, self._of_steps(beginning, run))
            return (self._said[1],)
        if epochs.exploded and epochs.back_at >= 0:
            self.awaits = None
            return self._of_epochs(epochs, beginning.losses, run)
        return () if start.rose or epochs.exploded else self._of_large_batch(run)

    def _of_steps(self, beginning: Beginning, run: Run) -> Opinion:
        train, start = beginning.train, beginning.start
        assert train is not None
        indices = [0, beginning.at(start.peak_at), beginning.at(start.back_at)]
        values = {"first": compact(start.first), "peak": compact(start.peak), "where": where(train.at(indices[2]))}
        return Opinion(
            self.ID,
            "info",
            place_of(train.at(0), run.part),
            Text(TITLE_BACK, values),
            Text(WHY_BACK),
            (Text(WARM_UP, {"warmup": _warmup(run)}),),
            proof(train, *indices),
        )

    def _of_epochs(self, epochs: FirstEpochs, losses: Series | None, run: Run) -> Iterator[Opinion]:
        if losses is None or len(losses) <= epochs.back_at:
            return
        values = {
            "first": compact(epochs.first),
            "score": f"{epochs.first_score:.1%}",
            "where": where(losses.at(epochs.back_at)),
        }
        yield Opinion(
            self.ID,
            "info",
            place_of(losses.at(0), run.part),
            Text(TITLE_EPOCHS, values),
            Text(WHY_EPOCHS),
            (Text(WARM_UP, {"warmup": _warmup(run)}),),
            proof(losses, 0, epochs.back_at),
        )

    def _of_large_batch(self, run: Run) -> Iterable[Opinion]:
        """Say so where the rate was multiplied for the batch and neither a setting nor the printed rate tells of a warm-up."""
        rate, batch = run.setting("learning_rate"), global_batch(run.setting)
        if not rate or not batch or not run.segment.series or run.setting("warmup_steps"):
            return ()
        factor = _factor(run, rate, batch)
        if factor is None:
            return ()
        self.awaits = None  # the printed rate and the number of steps count
        if _rises(run):
            return ()
        stated: list[Setting] = [run.settings[key] for key in _STATED if key in run.settings]
        lines = tuple(sorted({setting.line for setting in stated}))
        large = _Large(rate, batch, factor, _warmup(run), Place(None, None, run.settings["learning_rate"].line, run.part), lines)
        if self._large is None or self._large[0] != large:
            self._large = (large, _opinion_on(large))
        return (self._large[1],)


class _Large(NamedTuple):
    """What is said of a large batch."""

    rate: float
    batch: float
    factor: float
    warmup: str
    place: Place
    lines: tuple[int, ...]


def _opinion_on(large: _Large) -> Opinion:
    values = {
        "rate": compact(large.rate),
        "plain": compact(float(f"{large.rate / large.factor:.1e}")),
        "factor": compact(round(large.factor, 1)),
        "global": f"{large.batch:,.0f}",
        "warmup": large.warmup,
    }
    return Opinion(
        Judge.ID,
        "info",
        large.place,
        Text(TITLE_LARGE, values),
        Text(WHY_LARGE, values),
        (Text(WARM_UP_LARGE, values),),
        tuple(Evidence(line, "") for line in large.lines),
    )


def _factor(run: Run, rate: float, batch: float) -> float | None:
    """Return by how much the rate was multiplied linearly for a batch that is several times as large, None where it was not."""
    compared = against(run)
    if compared is not None and compared.rate_then:
        times = rate / compared.rate_then
        return times if compared.times >= _MANY and times >= _MANY else None
    each, devices = run.setting("per_device_batch_size"), run.setting("devices")
    factor = batch / each if each else devices
    return factor if factor and factor >= _MANY and looks_scaled(rate, factor) else None


def _rises(run: Run) -> bool:
    """Whether the printed rate rises in the beginning, or there is too little of it to tell."""
    rate: Series | None = next((s for s in run.segment.series.values() if s.spec.metric == "lr"), None)
    if rate is None:
        return False
    return len(rate) < _ENOUGH or max(rate.values[:_FIRST]) > 1.01 * rate.values[0]


def _warmup(run: Run) -> str:
    steps = run.progress.steps
    return f"{max(100, round(steps / 20)):,}" if steps else "500"
