"""Training is stuck: half of the plan is done and the loss has hardly moved from where it began.

Both losses must have gained less than 2 % of their first value (validation less than 5 %), or less than twice their noise and
10 %, and no score may have grown by a tenth. The first epoch of a rate that is too high averages over an explosion; so losses
that have stood since the third epoch count as well, if they are no lower than the first running value. It is judged
from half of the planned epochs on; where no plan is known, from thirty epochs on unless it still falls steadily (a slow start of
a long run), or at the end of the run. While the learning rate still rises (warm-up) nothing is said,
nor where the log begins in the middle of a run.
"""

from __future__ import annotations

import math

from tailwatch.core.events import Opinion, Text
from tailwatch.core.terms import joined
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, proof
from tailwatch.diagnoses._fresh import Fresh
from tailwatch.diagnoses._noise import WINDOW, middle, spread
from tailwatch.diagnoses._pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.segment import Pair
    from tailwatch.core.series import Series

_DONE: Final = 0.5
_LEAST: Final = 3
_LEAST_AT_END: Final = 4
_LEAST_AT_REST: Final = 5
_WITHOUT_PLAN: Final = 30
_GAIN: Final = 0.02
_GAIN_VALIDATION: Final = 0.05
_SCORE_GAIN: Final = 0.1
_SIGMAS: Final = 2.0
_NOISY_GAIN: Final = 0.1
_NOISE_OF_RANGE: Final = 2.1  # 2 x 1.4826 / sqrt(2), see `_noise.py`
_CLOSES: Final = 2.0
_SURE: Final = 0.1
_EARLY: Final = 8
_LATELY: Final = 32
_KEPT: Final = 256
_CLASSES: Final = (2, 3, 4, 5, 10, 20, 100, 1000)
_NEAR: Final = 0.005

TITLE = "Stuck: after {epochs} epochs the {split} loss is {last}, it began at {first}."
WHY = "It has gained {gain:.1%}, with a noise of {noise:.1%} from epoch to epoch: nothing is being learned."
WHY_RESTS = (
    "It has stood since the third epoch and is no lower than the {before} of the very beginning: the first steps threw it out, "
    "and nothing has been learned since."
)
WHY_CHANCE = "{last} is about ln {classes} = {chance}: what guessing among {classes} classes gives."
RATE = "Try learning rates ten times higher and ten times lower{now}."
NOW = " ({high} and {low}; it is {now})"
BATCH = (
    "Train on one batch only: a sound model drives its loss to zero within some hundred steps; if not, the fault is in the code."
)
WIRES = "Check that inputs and labels still belong together, that inputs are normalised, and that the gradient norm is not 0."


class Progress:
    """What a loss has gained since its first value.

    Attributes:
        first, best: the first value, and the best one (of medians of three once there are eight).
        third: the third value.
    """

    def __init__(self) -> None:
        self.first = self.best = self.third = math.nan
        self.recent: list[float] = []
        self.count = 0
        self._noise: tuple[int, float] = (0, 0.0)

    def add(self, value: float) -> None:
        """Take the next epoch's value; what is not finite is left out."""
        if not math.isfinite(value):
            return
        self.count += 1
        self.recent.append(value)
        if len(self.recent) > _KEPT:
            del self.recent[:-_LATELY]
        if self.count == 1:
            self.first = self.best = value
        elif self.count < _EARLY:
            if self.count == 3:
                self.third = value
            self.best = min(self.best, value)
        else:
            if self.count == _EARLY:
                self.best = min(middle(self.recent[i - 1 : i + 2]) for i in range(1, len(self.recent) - 1))
            self.best = min(self.best, middle(self.recent[-3:]))

    @property
    def gain(self) -> float:
        """The gain as a share of the first value; a loss that begins at 0 is a loss of another kind and counts as moving."""
        return (self.first - self.best) / abs(self.first) if self.first else math.inf

    @property
    def noise(self) -> float:
        """The noise of the last thirty epochs, as a share of the first value."""
        if self._noise[0] != self.count:
            self._noise = self.count, spread(self.recent) / abs(self.first) if self.first else 0.0
        return self._noise[1]

    @property
    def noise_at_most(self) -> float:
        """What the noise cannot exceed: two differences lie no further apart than twice the range of the values."""
        recent = self.recent[-WINDOW - 1 :]
        return _NOISE_OF_RANGE * (max(recent) - min(recent)) / abs(self.first) if self.first else 0.0

    @property
    def still_falls(self) -> bool:
        """Whether the last thirty epochs end lower than they began by more than twice their noise."""
        lately = self.recent[-_LATELY:]
        few = max(1, len(lately) // 4)
        return middle(lately[:few]) - middle(lately[-few:]) > _SIGMAS * spread(lately)

    @property
    def since_third(self) -> float:
        """The gain since the third value, as a share of that."""
        return (self.third - self.best) / abs(self.third) if self.third else math.inf

    @property
    def has_learned(self) -> bool:
        """Whether so much was gained that it will never stand again: the best is never lost, nor the first values."""
        return self.count >= _EARLY and min(self.gain, self.since_third) >= _CLOSES * _NOISY_GAIN

    def stands(self, share: float, leniency: float) -> bool:
        """Whether the gain is below `share`, or small and within the noise; `leniency` widens both."""
        return self._is_small(self.gain, share, leniency)

    def may_stand(self, share: float, leniency: float) -> bool:
        """Whether it stands, or rests if no more than itself counts."""
        return self.stands(share, leniency) or self.rests(-math.inf, leniency)

    def rests(self, reference: float, leniency: float) -> bool:
        """Whether it has stood since its third value, no lower than `reference`, which was measured before."""
        if self.count < _LEAST_AT_REST or not self.best >= reference - leniency * _GAIN * abs(reference):
            return False
        return self._is_small(self.since_third, _GAIN, leniency)

    def _is_small(self, gain: float, share: float, leniency: float) -> bool:
        if gain >= leniency * max(share, _NOISY_GAIN):  # whatever the noise is
            return False
        if gain < leniency * share:
            return True
        if gain >= leniency * _SIGMAS * self.noise_at_most:  # which is at hand
            return False
        return gain < leniency * min(_SIGMAS * self.noise, _NOISY_GAIN)


class Judge:
    """Says that nothing is being learned."""

    ID: ClassVar[str] = "plateau"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "end"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._taken = {"train": Fresh(), "val": Fresh()}
        self._progress = {"train": Progress(), "val": Progress()}
        self._stuck = False
        self._learned: Pair | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Take the new losses and say whether they stand where they began."""
        pairs = Pairs.of(run)
        pair = pairs.loss
        self.awaits = ()
        if pair is None or pairs.muted or pair == self._learned:
            return ()
        self._take(pair)
        train, val = self._progress["train"], self._progress["val"]
        if train.has_learned or val.has_learned:
            self._learned, self._stuck = pair, False
            return ()
        judged = train if train.count else val
        leniency = _CLOSES if self._stuck else 1.0
        self.awaits = None
        ended = "end" in changed
        if not self._stuck and not self._is_time(run, pairs, judged, ended=ended):
            return ()
        if not (judged.count >= _LEAST and judged.may_stand(_GAIN, leniency) and _held(val, leniency)):
            self.awaits = tuple(s for s in (pair.train, pair.val) if s is not None and s.axis != "step")
            self._stuck = False
            return ()
        before = _first_running(pairs.running)
        stands = judged.stands(_GAIN, leniency) or judged.rests(before, leniency)
        held_out = not val.count or val.stands(_GAIN_VALIDATION, leniency) or val.rests(before, leniency)
        stands = stands and held_out and not _scores_rise(pairs)
        stands = stands and not _began_before(pair.train if judged is train else pair.val)
        self._stuck = stands and (self._stuck or run.done is not None or ended or not judged.still_falls)
        return (self._opinion(pair, run, judged, before),) if self._stuck else ()

    def _take(self, pair: Pair) -> None:
        for side, series in (("train", pair.train), ("val", pair.val)):
            if series is None or series.axis == "step":
                continue
            if self._taken[side].is_other(series):
                self._progress[side] = Progress()
                for point in series.before:  # a resumed run began where it first began
                    self._progress[side].add(point.value)
            for i in self._taken[side].take(series):
                self._progress[side].add(series.values[i])

    def _is_time(self, run: Run, pairs: Pairs, judged: Progress, *, ended: bool) -> bool:
        """Whether enough of the run is done; without a plan, that the loss still falls may speak against it yet."""
        rate = pairs.rate
        if rate is not None and len(rate) > 1 and rate.values[-1] > rate.values[-2]:  # it warms up
            return False
        done = run.done
        if done is not None:
            return judged.count >= _LEAST and done >= _DONE
        return judged.count >= (_LEAST_AT_END if ended else _WITHOUT_PLAN)

    def _opinion(self, pair: Pair, run: Run, judged: Progress, before: float) -> Opinion:
        series = pair.train if judged is self._progress["train"] else pair.val
        assert series is not None
        last = middle(judged.recent[-3:])
        rate = run.setting("learning_rate")
        classes = next((k for k in _CLASSES if abs(last - math.log(k)) < _NEAR * math.log(k)), None)
        values = {
            "epochs": judged.count,
            "split": Text("training") if series is pair.train else Text("validation"),
            "first": compact(judged.first),
            "last": compact(last),
            "gain": judged.gain,
            "noise": judged.noise,
            "now": Text(NOW, {"high": compact(10 * rate), "low": compact(rate / 10), "now": compact(rate)}) if rate else "",
            "classes": classes,
            "chance": "" if classes is None else compact(math.log(classes)),
        }
        gained = not judged.stands(_GAIN, _CLOSES)
        said = Text(WHY_RESTS, {"before": compact(before)}) if gained else Text(WHY, values)
        why = said if classes is None else joined([said, Text(WHY_CHANCE, values)])
        actions = (Text(BATCH), Text(RATE, values), Text(WIRES))
        evidence = proof(series, 0, len(series) - 1)
        return Opinion(self.ID, "warning", place_of(series.at(0), run.part), Text(TITLE, values), why, actions, evidence)


def _held(val: Progress, leniency: float) -> bool:
    """Whether validation, where there is any, may stand."""
    return not val.count or val.may_stand(_GAIN_VALIDATION, leniency)


def _scores_rise(pairs: Pairs) -> bool:
    """Whether a score (accuracy, F1, mIoU) has clearly grown, so that something is being learned after all."""
    scores = (p.val or p.train for p in pairs.all)
    grown = (s for s in scores if s is not None and s.goal == "max" and s.axis != "step" and s.best_at is not None)
    return any(s.best_at.value > s.values[0] + _SCORE_GAIN * abs(s.values[0]) for s in grown if s.best_at is not None)


def _began_before(series: Series | None) -> bool:
    """Whether the log begins in the middle of a run: what was gained before it is not known."""
    if series is None or len(series) < _LEAST or series.before or math.isnan(series.epochs[0]):
        return False
    return series.epochs[0] > 1 + 2 * (series.epochs[1] - series.epochs[0])


def _first_running(running: Series | None) -> float:
    """The first running value, infinite where there is none that noise leaves sure."""
    if running is None or not len(running) or spread(running.values) > _SURE * abs(running.values[0]):
        return math.inf
    return running.values[0]
