"""The time that live sources give to what they yield: the wall clock, but one that nobody can set."""

from __future__ import annotations

import time

from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_COUNTS_SLEEP = getattr(time, "CLOCK_BOOTTIME", None)


def steady_clock() -> Callable[[], float]:
    """Return a clock in seconds since the Unix epoch that takes no part in later corrections of the system's clock.

    A clock that is set forward by an hour must not look like a log that was silent for an hour. Time while the machine slept
    counts where the system can tell (Linux), so that `at` stays the time of day.
    """
    begun = time.time() - _elapsed()
    return lambda: begun + _elapsed()


def _elapsed() -> float:
    return time.monotonic() if _COUNTS_SLEEP is None else time.clock_gettime(_COUNTS_SLEEP)
