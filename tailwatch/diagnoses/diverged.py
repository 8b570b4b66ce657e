"""Training itself goes the wrong way: the training loss has lost half of what it had gained, and stays there.

Judged on the training loss of each epoch; where the log has running values only, on the means of blocks of them. The last
values (two in short runs, a twentieth of longer ones) must lie above the best by half of the gain, by half of the best, and by
six times the noise. A loss that jumps right at the start often comes back once the optimiser has found its scale, so there it
must last longer. Adversarial and reinforcement losses are not judged: there a rising loss means nothing.
"""

from __future__ import annotations

import math
from functools import partial
from itertools import chain, repeat
from operator import ge

from tailwatch.core.drafts import Draft
from tailwatch.core.events import Opinion, Text
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, planned_points, shown, where
from tailwatch.diagnoses._fresh import Fresh, Rest
from tailwatch.diagnoses._noise import spread
from tailwatch.diagnoses._pairs import Pairs

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterable

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point, Series

_BLOCK: Final = 64
_SHORT: Final = 12
_LOST: Final = 0.5
_SIGMAS: Final = 6.0
_AT_START: Final = 4
_GROWTH: Final = 1.7
_ROUNDED: Final = 1e-12

TITLE = "Diverged: the training loss was {best} at {where} and is {last} now."
WHY = "It has lost {lost} of what it had gained since the start ({first}), and has stayed there; noise does not explain it."
LOWER = "Go back to the checkpoint before {where}, and lower the learning rate ({lr})."
TO_A_THIRD = "to a third of what it is"
TRY = "{now} now, try {try}"
CLIP = "Clip the gradient norm to 1.0, and warm up over the first 5 % of the steps."


class Climb:
    """Follows one training curve (lower is better): has it left its best for good?"""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.best = math.inf
        self.best_at = -1
        self.gone = False
        self._left = math.inf

    def add(self, value: float, planned: Callable[[], float | None] = lambda: None) -> bool:
        """Take the next value, and how many there will be; returns whether the curve has diverged and not come back."""
        self.values.append(value)
        count = len(self.values)
        if value < self.best:
            self.best, self.best_at = value, count - 1
        limit = max(_LOST * (self.values[0] - self.best), _LOST * abs(self.best))
        if not self.gone and value <= self.best + limit:  # most often: the newest of the last values is not that high
            return False
        lasting = _lasting(count, planned)
        if self.best_at < 2:
            lasting = max(lasting, _AT_START)
        if count <= lasting:
            return False
        if self.gone:  # by what it was when it left: the jump itself is no noise that would explain it away
            self.gone = value > self.best + 0.5 * self._left
            return self.gone
        lowest = min(self.values[-lasting:])
        if lowest > self.best + limit:  # only then is it worth while to measure the noise
            limit = max(limit, _SIGMAS * spread(self.values, before=2))
            if lowest > self.best + limit:
                self.gone, self._left = True, limit
        return self.gone

    @property
    def safe_for(self) -> int:
        """Before so many values more it cannot be gone, nor if the last one is replaced: so many must lie high in a row."""
        values, best = self.values, self.best
        if self.gone or len(values) <= _SHORT or values[-1] > best + max(_LOST * (values[0] - best), _LOST * abs(best)):
            return 0
        return min(30, max(3, math.ceil(0.05 * len(values)))) - 1  # however long the run is to be

    def extend(self, values: array[float], planned: Callable[[], float | None] = lambda: None) -> bool:
        """Take values after which the curve cannot have left its best: as `add` for each. If it may have, take none: False."""
        if self.gone or not self.values:
            return False
        lowest = min(values)
        best = min(self.best, lowest)
        limit = best + max(_LOST * (self.values[0] - best), _LOST * abs(best))  # a lower best makes the limit no higher
        limit -= _ROUNDED * abs(limit)
        if max(values) >= limit:
            lasting = _lasting(len(self.values) + 1, planned)  # and no shorter after more of them
            high = bytes(map(ge, chain(self.values[1 - lasting :], values), repeat(limit)))
            if b"\1" * lasting in high:
                return False
        if lowest < self.best:
            self.best, self.best_at = lowest, len(self.values) + values.index(lowest)
        self.values.extend(values)
        return True


def _lasting(count: int, planned: Callable[[], float | None]) -> int:
    """How many values must lie high."""
    return 2 if count <= _SHORT else min(30, max(3, math.ceil(0.05 * (planned() or _GROWTH * count))))


class Judge:
    """Says that training diverged."""

    ID: ClassVar[str] = "diverged"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "step"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._fresh, self._rest = Fresh(), Rest()
        self._climb = Climb()
        self._block: list[float] = []
        self._best: Point | None = None
        self._last: Point | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Take the new training values and say whether they left their best for good."""
        del changed
        if self._rest.goes_on(run):
            return ()
        pairs = Pairs.of(run)
        train = pairs.train_loss
        if train is None or pairs.muted:
            self.awaits = ()
            return ()
        self.awaits = (train,)
        if self._fresh.is_other(train):
            self._climb, self._block = Climb(), []
        new = self._fresh.take(train)
        if train.axis == "step":
            self._take_running(train, new)
        else:
            planned = partial(planned_points, run, train) if train.axis == "epoch" else _unknown
            self._take_results(train, new, planned)
        if not self._climb.gone:
            self._rest.begin(run, train, self._climb.safe_for)
            return ()
        rate = run.setting("learning_rate")
        facts = (train, run.part, self._climb.values[0], self._climb.best, self._best, self._last, rate)
        return (Draft(self.ID, "critical", _opinion, *facts),)

    def _take_running(self, train: Series, new: range) -> None:
        """Judge running values by the means of blocks of finite ones, each at the place of its last value."""
        at, block = new.start, self._block
        while at < new.stop:
            end = min(new.stop, at + _BLOCK - len(block))
            part = train.values[at:end]
            total = sum(part)
            block.extend(part if total - total == 0.0 else [v for v in part if v - v == 0.0])
            if len(block) == _BLOCK:
                self._take_mean(math.fsum(block) / _BLOCK, train, end - 1)
                block.clear()
            at = end

    def _take_mean(self, mean: float, train: Series, at: int) -> None:
        climb = self._climb
        if not math.isfinite(mean):
            return
        climb.add(mean)
        if climb.gone:
            self._last = train.at(at)._replace(value=mean)
        if climb.best_at == len(climb.values) - 1:
            self._best = train.at(at)._replace(value=mean)

    def _take_results(self, train: Series, new: range, planned: Callable[[], float | None]) -> None:
        climb, values = self._climb, train.values
        if len(new) > 1:
            fresh, before = values[new.start :], len(climb.values)
            total = sum(fresh)
            if total - total == 0.0 and climb.extend(fresh, planned):
                if climb.best_at >= before:
                    self._best = train.at(new.start + climb.best_at - before)
                return
        for i in new:
            if not math.isfinite(values[i]):
                continue
            climb.add(values[i], planned)
            if climb.gone:
                self._last = train.at(i)
            if climb.best_at == len(climb.values) - 1:
                self._best = train.at(i)


def _unknown() -> float | None:
    return None


def _opinion(train: Series, part: int, first: float, lowest: float, best: Point, last: Point, rate: float | None) -> Opinion:
    gain = first - lowest
    values = {
        "best": compact(lowest),
        "last": compact(last.value),
        "first": compact(first),
        "where": where(best),
        "lost": f"{min(9.99, (last.value - lowest) / gain):.0%}" if gain > 0 else Text("all"),
        "lr": Text(TO_A_THIRD) if not rate else Text(TRY, {"now": compact(rate), "try": compact(rate / 3)}),
    }
    return Opinion(
        Judge.ID,
        "critical",
        place_of(best, part),
        Text(TITLE, values),
        Text(WHY, values),
        (Text(LOWER, values), Text(CLIP)),
        (shown(train, best), shown(train, last)),
    )
