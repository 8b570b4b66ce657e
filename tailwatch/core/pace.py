"""How fast a run goes and when it will be done, from its own progress and the clock (or the stamps the log prints)."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Progress

_WINDOW: Final = 32
_APART: Final = 0.002
_FURTHER: Final = 2.0
_ROUNDED: Final = 0.1
"""An epoch is printed with two digits at times (0.03 for 0.0312)."""


class Stride:
    """Finds out whether steps count through all epochs: then the epoch, with its fraction, grows as they do.

    So it is beside the bar of transformers, whose lines say the epoch and whose bar says the steps of the whole run; a bar of
    one epoch is as long in each.
    """

    def __init__(self) -> None:
        self.total: float | None = None
        """The steps of the whole run, None while steps are not known to be counted so."""
        self._first: tuple[float, float] | None = None

    def note(self, epoch: float, step: float | None, steps: float | None) -> None:
        """Note at which step of how many the log tells another epoch."""
        if not step or steps is None or step >= steps or epoch <= 0:
            return
        first_epoch, first_step = self._first = self._first or (epoch, step)
        if epoch >= _FURTHER * first_epoch:
            goes_on = abs(epoch * first_step / (step * first_epoch) - 1.0) < _ROUNDED
            self.total = steps if goes_on else None


def fraction_done(
    progress: Progress, first_epoch: float | None, *, whole_epoch: bool, total: float | None = None
) -> float | None:
    """Return the share of the planned work that is done, 0 to 1, or None where the plan is unknown.

    `whole_epoch` says that the last value closed its epoch; epochs count from 0 where the log's first one is 0. `total`
    are the steps of the whole run, where they are known to be counted through all epochs.
    """
    p = progress
    inside = p.step / p.steps if p.step is not None and p.steps else 0.0
    if total is not None and p.steps == total:
        return min(max(inside, 0.0), 1.0)
    if p.epochs and p.epoch is not None:
        begun = p.epoch - (0 if first_epoch is not None and first_epoch < 1 else 1)
        done = begun + (1.0 if whole_epoch else min(inside, 1.0))
        return min(max(done / p.epochs, 0.0), 1.0)
    if p.epoch is None and steps_of(p) and p.step is not None:
        return min(max(inside, 0.0), 1.0)
    return None


def steps_of(progress: Progress) -> float | None:
    """Return of how many steps the run's step is one; None where it lies beyond them, and they are others, such as an epoch's."""
    p = progress
    return None if p.steps is not None and p.step is not None and p.step > p.steps + 1 else p.steps


def is_complete(progress: Progress, first_epoch: float | None) -> bool:
    """Return whether the planned epochs or steps are all done; epochs count from 0 where the log's first one is 0."""
    p = progress
    if p.epochs is not None and p.epoch is not None:
        steps_done = p.steps is None or p.step is None or p.step >= p.steps - 1
        return p.epoch >= p.epochs or (first_epoch == 0 and p.epoch >= p.epochs - 1 and steps_done)
    steps = steps_of(p)
    return steps is not None and p.step is not None and p.step >= steps - 1 and p.epoch is None


class Pace:
    """Remembers when which share was done, over a sliding window of moments, so that the estimate follows a change of speed."""

    def __init__(self) -> None:
        self._moments: list[tuple[float, float]] = []

    def awaits(self, done: float) -> bool:
        """Whether the share that is done now has changed enough to be noted: reading a time stamp for nothing would cost."""
        return not self._moments or not 0 <= done - self._moments[-1][1] < _APART

    def note(self, at: float, done: float) -> None:
        """Note that the share `done` was reached at the time `at` (seconds)."""
        moments = self._moments
        if moments and (done < moments[-1][1] or at < moments[-1][0]):
            moments.clear()
        if moments and done - moments[-1][1] < _APART:
            return
        moments.append((at, done))
        if len(moments) > _WINDOW:
            del moments[0]

    def eta(self, now: float) -> float | None:
        """Return the seconds that remain from `now`, or None while too little is known."""
        if len(self._moments) < 2:
            return None
        (t0, d0), (t1, d1) = self._moments[0], self._moments[-1]
        if d1 <= d0 or t1 <= t0:
            return None
        remaining = (1.0 - d1) * (t1 - t0) / (d1 - d0)
        return max(0.0, remaining - max(0.0, now - t1))
