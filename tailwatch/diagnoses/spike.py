"""The training loss has jumped far above its level: a bad batch, or steps that were too large.

A jump is a value above the median of the last ones by ten times their noise and by half of that median, and of what was gained
since the start. Single running values are noisy, so three in a row count; of epochs' values one does, and as those may fall
steeply, their noise is that of their differences (`_noise.py`). It holds until the loss is back; if it stays, that is its level
from then on, and `diverged` says so (loss spikes: Chowdhery et al., PaLM, arXiv:2204.02311, section 5.1: restart from a
checkpoint before the spike and skip the batches around it).
"""

from __future__ import annotations

import math
from bisect import bisect_left

from tailwatch.core.drafts import Draft
from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, shown, where
from tailwatch.diagnoses._fresh import Fresh
from tailwatch.diagnoses._noise import middle, spread
from tailwatch.diagnoses._pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point, Series

_SIGMAS: Final = 10.0
_SHARE: Final = 0.5
_BACK: Final = 0.3
_WINDOW: Final = 128
_RENEW: Final = 128
_EPOCH_WINDOW: Final = 20
_ENOUGH: Final = 8
_NEW_LEVEL: Final = 256

TITLE = "The training loss jumped from about {base} to {peak} at {where}."
TITLE_AGAIN = "The training loss jumped from about {base} to {peak} at {where}, for the {times}. time."
WHY = "That is {sigmas} times its usual noise. A bad batch does that, or a step that was too large for the gradient it met."
CLIP = "Clip the gradient norm to 1.0, if it is not clipped; the finding closes by itself when the loss is back."
BATCH = "If it does not come back: resume from before {where} with a lower learning rate ({lr}), or without those batches."
A_THIRD = "a third of what it is"
TRY = "{now} now, try {try}"


class Jumps:
    """Follows one curve (lower is better): is it above its level now?

    Attributes:
        up: whether it is.
        base, peak: the level before the jump and the highest value since.
        times: how often it jumped so far.
    """

    def __init__(self, *, running: bool) -> None:
        """Begin; `running` values are noisier and denser than an epoch's."""
        self.up = False
        self.base = self.peak = math.nan
        self.times = 0
        self.noise = 0.0
        self._running = running
        self._lasting = 3 if running else 1
        self._window = _WINDOW if running else _EPOCH_WINDOW
        self._renew = _RENEW if running else 1
        self._recent: list[float] = []
        self._sample: list[float] = []
        """The values that base, noise and limit are to be worked out from when they are needed; empty once they are."""
        self._floor = self._limit = math.inf
        self._start = -math.inf
        self._fresh = 0
        self._above = 0

    def add(self, values: Sequence[float]) -> int | None:
        """Take the next values; return the index of the first one of a jump that began, None if none did."""
        if not self.up and self._is_usual(max(values, default=-math.inf)):
            self._learn(values)
            return None
        began = None
        for i, value in enumerate(values):
            if not math.isfinite(value):
                continue
            if self.up:
                self._climb(value)
            elif not self._is_usual(value):
                if self._rise(value):
                    began = max(0, i - self._lasting + 1)
            else:
                self._above = 0
                self._learn((value,))
        return began

    def _is_usual(self, value: float) -> bool:
        """Whether a value is no higher than the limit, which lies above the lowest value of the sample by half of it at least."""
        if self._sample:
            if value <= self._floor:
                return True
            self.measure()
        return value <= self._limit

    def _rise(self, value: float) -> bool:
        self._above += 1
        self.peak = value if self._above == 1 else max(self.peak, value)
        if self._above < self._lasting:
            return False
        self.up, self.times = True, self.times + 1
        return True

    def _climb(self, value: float) -> None:
        self._above += 1
        self.peak = max(self.peak, value)
        back = min(self._limit, self.base + _BACK * (self.peak - self.base))  # half way down from a giant peak is not back
        if value < back:
            self.up, self._above = False, 0
            self._learn((value,))
        elif self._above > _NEW_LEVEL:
            self._begin_anew()

    def _begin_anew(self) -> None:
        """The loss has stayed up: this is its level now, and what is higher than the old one is no further jump."""
        self.up, self._above, self._fresh = False, 0, 0
        self._recent, self._sample, self._limit = [], [], math.inf

    def _learn(self, values: Sequence[float]) -> None:
        """Take values of the usual level, of which a new limit is to be made now and then."""
        self._recent.extend(values)
        self._fresh += len(values)
        if self._fresh < self._renew or len(self._recent) < _ENOUGH:
            return
        self._fresh = 0
        recent = self._recent[-self._window :]
        total = sum(recent)
        self._recent = recent if total - total == 0.0 else [v for v in recent if math.isfinite(v)]
        if len(self._recent) < _ENOUGH:
            return
        if self._start == -math.inf:
            self._start = middle(self._recent[:3])
        self._sample = self._recent.copy()
        lowest = min(self._sample)
        self._floor = lowest + _SHARE * abs(lowest)

    def measure(self) -> None:
        """Work out median, noise and limit of the sample, if that was not done."""
        if not self._sample:
            return
        sample, self._sample = self._sample, []
        self.base = middle(sample)
        self.noise = 1.4826 * middle([abs(v - self.base) for v in sample]) if self._running else spread(sample)
        gained = max(0.0, self._start - self.base)
        self._limit = self.base + max(_SIGMAS * self.noise, _SHARE * abs(self.base), _SHARE * gained)


class Judge:
    """Says so while the loss is up."""

    ID: ClassVar[str] = "spike"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "step"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._fresh = Fresh()
        self._jumps = Jumps(running=True)
        self._at = 0

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Take the new training values and say whether they are far above the ones before."""
        del changed
        pairs = Pairs.of(run)
        train = None if pairs.loss is None else pairs.loss.train
        if train is None or train.goal != "min" or pairs.muted:
            self.awaits = ()
            return ()
        if self._fresh.is_other(train):
            self._jumps = Jumps(running=train.axis != "epoch")
        new = self._fresh.take(train)
        jumps = self._jumps
        began = jumps.add(train.values[new.start : new.stop])
        self.awaits = (train,)
        if began is not None:
            self._at = train.lines[new.start + began]
        elif not jumps.up:
            return ()
        jumps.measure()
        if not jumps.up:
            self.awaits = None  # a jump that is over already is said once
        at = min(bisect_left(train.lines, self._at), len(train) - 1)
        facts = (jumps.base, jumps.peak, jumps.noise, jumps.times, run.setting("learning_rate"), run.part)
        return (Draft(self.ID, "warning", _opinion, train, train.at(at - 1) if at else None, train.at(at), *facts),)


def _opinion(
    train: Series,
    before: Point | None,
    point: Point,
    base: float,
    peak: float,
    noise: float,
    times: int,
    rate: float | None,
    part: int,
) -> Opinion:
    height = (peak - base) / noise if noise > 0 else math.inf
    values = {
        "base": compact(base),
        "peak": compact(peak),
        "where": where(point),
        "times": times,
        "sigmas": f"{height:,.0f}" if height < 1000 else Text("over 1,000"),
        "lr": Text(A_THIRD) if not rate else Text(TRY, {"now": compact(rate), "try": compact(rate / 3)}),
    }
    return Opinion(
        Judge.ID,
        "warning",
        place_of(point, part),
        Text(TITLE if times == 1 else TITLE_AGAIN, values),
        Text(WHY, values),
        (Text(CLIP), Text(BATCH, values)),
        tuple(shown(train, seen) for seen in (before, point) if seen is not None),
    )
