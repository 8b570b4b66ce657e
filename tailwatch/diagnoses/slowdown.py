"""The run has become slower than it was, and stays so.

Time is the log's own where it prints stamps, else the clock's. Epochs (or steps, between two evaluations) that take half as long
again as the usual ones, three times in a row, are a slowdown; a long one now and then is an evaluation or a checkpoint. A
rhythm that is no rhythm, as block-buffered prints have, is not judged.
"""

from __future__ import annotations

import math

from tailwatch.core.events import Evidence, Opinion, Place, Text
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._noise import middle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

_ENOUGH: Final = 6
_WINDOW: Final = 20
_SLOWER: Final = 1.5
_AGAIN: Final = 1.2
_LASTING: Final = 3
_REGULAR: Final = 0.35
_SIGMAS: Final = 6.0
_LEAST_S: Final = 2.0

TITLE = "Slower than before: {now:,.1f} s {unit}, {usual:,.1f} s until {since}."
WHY = "The last {lasting} took {ratio:.1f} times as long as the usual ones, which varied by {spread:.0%} only."
DEVICE = "Look at the device: `nvidia-smi` for another process on it, its clock and its temperature (throttling)."
HOST = "Look at the machine: `htop` for swapping and for busy data-loader workers, `iostat -x 5` for a disk that waits."


class Rhythm:
    """Follows how long each unit of work takes: is it slow now?

    Attributes:
        slow: whether it is.
        usual, now: seconds a unit before, and of late.
        spread: how much the usual ones vary, as a share of them.
    """

    def __init__(self) -> None:
        self.slow = False
        self.usual = self.now = math.nan
        self.spread = 0.0
        self._durations: list[float] = []
        self._last: list[float] = []

    def add(self, duration: float, work: float = 1.0) -> None:
        """Take the seconds a unit took, measured over `work` of them."""
        self._last = [*self._last[1 - _LASTING :], duration]
        if not self.slow and len(self._durations) >= _ENOUGH and duration <= _SLOWER * min(self._durations):
            self._durations = [*self._durations[1 - _WINDOW :], duration]  # whatever the usual one is: it is no longer than that
            return
        self.now = middle(self._last)
        if len(self._durations) >= _ENOUGH:
            self.usual = middle(self._durations)
            scatter = 1.4826 * middle([abs(d - self.usual) for d in self._durations])
            self.spread = scatter / self.usual
            if self.slow:
                self.slow = duration > _AGAIN * self.usual
            elif self.spread < _REGULAR and len(self._last) == _LASTING:
                limit = max(_SLOWER * self.usual, self.usual + _SIGMAS * scatter, self.usual + _LEAST_S / work)
                self.slow = min(self._last) > limit
        if not self.slow and not self._suspicious(duration):
            self._durations = [*self._durations[1 - _WINDOW :], duration]

    def _suspicious(self, duration: float) -> bool:
        """Whether a duration is too long to become part of the usual ones before it is known what it is."""
        return duration > _SLOWER * self.usual  # never true of NaN


class Judge:
    """Takes the time between two evaluations, or two epochs."""

    ID: ClassVar[str] = "slowdown"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch",))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._rhythm = Rhythm()
        self._before: tuple[float, float, bool, bool] | None = None
        self._since: Place | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Measure what was done since the last time, and compare."""
        del changed
        progress = run.progress
        by_epoch = progress.epoch is not None
        work = progress.epoch if by_epoch else progress.step
        if work is None:
            return ()
        at, stamped = run.moment()
        if at != at:  # unknown
            return ()
        if self._before is None or (stamped, by_epoch) != self._before[2:] or work < self._before[0]:
            self._before = (work, at, stamped, by_epoch)
        elif work > self._before[0]:
            amount = work - self._before[0]
            duration = (at - self._before[1]) / amount
            self._before = (work, at, stamped, by_epoch)
            if duration > 0:
                was = self._rhythm.slow
                self._rhythm.add(duration, amount)
                if self._rhythm.slow and not was:
                    self._since = run.here
        if self._rhythm.slow and self._since is not None:
            return (self._opinion(self._since, Text("an epoch") if by_epoch else Text("a step")),)
        return ()

    def _opinion(self, since: Place, unit: Text) -> Opinion:
        rhythm = self._rhythm
        step = Text("step {number:,.0f}", {"number": since.step or 0})
        where = step if since.epoch is None else Text("epoch {number:g}", {"number": since.epoch})
        values = {
            "now": rhythm.now,
            "usual": rhythm.usual,
            "unit": unit,
            "since": where,
            "lasting": _LASTING,
            "ratio": rhythm.now / rhythm.usual,
            "spread": rhythm.spread,
        }
        evidence = (Evidence(since.line, Text("{since}: {now:,.1f} s {unit}", values)),)
        return Opinion(self.ID, "warning", since, Text(TITLE, values), Text(WHY, values), (Text(DEVICE), Text(HOST)), evidence)
