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
from statistics import median
from typing import TYPE_CHECKING, ClassVar, Final

from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.diagnoses._common import Pairs, place_of, proof, where
from tailwatch.diagnoses._fresh import Fresh
from tailwatch.diagnoses._muted import Muting
from tailwatch.diagnoses._noise import spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

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
        self._limit = math.inf
        self._start = -math.inf
        self._fresh = 0
        self._above = 0

    def add(self, values: Sequence[float]) -> int | None:
        """Take the next values; return the index of the first one of a jump that began, None if none did."""
        if not self.up and max(values, default=-math.inf) <= self._limit:
            self._learn(values)
            return None
        began = None
        for i, value in enumerate(values):
            if not math.isfinite(value):
                continue
            if self.up:
                self._climb(value)
            elif value > self._limit:
                if self._rise(value):
                    began = max(0, i - self._lasting + 1)
            else:
                self._above = 0
                self._learn((value,))
        return began

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
        self._recent, self._limit = [], math.inf

    def _learn(self, values: Sequence[float]) -> None:
        """Take values of the usual level; median and noise are worked out anew now and then, which is cheap enough."""
        self._recent.extend(values)
        self._fresh += len(values)
        if self._fresh < self._renew or len(self._recent) < _ENOUGH:
            return
        self._fresh = 0
        self._recent = [v for v in self._recent[-self._window :] if math.isfinite(v)]
        if len(self._recent) < _ENOUGH:
            return
        if self._start == -math.inf:
            self._start = median(self._recent[:3])
        self.base = median(self._recent)
        around = [abs(v - self.base) for v in self._recent]
        self.noise = 1.4826 * median(around) if self._running else spread(self._recent)
        gained = max(0.0, self._start - self.base)
        self._limit = self.base + max(_SIGMAS * self.noise, _SHARE * abs(self.base), _SHARE * gained)


class Judge:
    """Says so while the loss is up."""

    ID: ClassVar[str] = "spike"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "step"))

    def __init__(self) -> None:
        self._pairs = Pairs()
        self._muting = Muting()
        self._fresh = Fresh()
        self._jumps = Jumps(running=True)
        self._at = 0

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterator[Opinion]:
        """Take the new training values and say whether they are far above the ones before."""
        del changed
        train = next((p.train for p in self._pairs.of(run) if p.metric == "loss"), None)
        if train is None or train.goal != "min" or self._muting.of(run.segment):
            return
        if self._fresh.is_other(train):
            self._jumps = Jumps(running=train.axis != "epoch")
        new = self._fresh.take(train)
        began = self._jumps.add(train.values[new.start : new.stop])
        if began is not None:
            self._at = train.lines[new.start + began]
        if self._jumps.up or began is not None:  # a jump that is over already is said once
            yield self._opinion(train, run)

    def _opinion(self, train: Series, run: Run) -> Opinion:
        at = min(bisect_left(train.lines, self._at), len(train) - 1)
        point = train.at(at)
        jumps = self._jumps
        rate = run.setting("learning_rate")
        height = (jumps.peak - jumps.base) / jumps.noise if jumps.noise > 0 else math.inf
        values = {
            "base": compact(jumps.base),
            "peak": compact(jumps.peak),
            "where": where(point),
            "times": jumps.times,
            "sigmas": f"{height:,.0f}" if height < 1000 else Text("over 1,000"),
            "lr": Text(A_THIRD) if not rate else Text(TRY, {"now": compact(rate), "try": compact(rate / 3)}),
        }
        title = TITLE if jumps.times == 1 else TITLE_AGAIN
        actions = (Text(CLIP), Text(BATCH, values))
        evidence = proof(train, max(0, at - 1), at)
        return Opinion(self.ID, "warning", place_of(point, run.part), Text(title, values), Text(WHY, values), actions, evidence)
