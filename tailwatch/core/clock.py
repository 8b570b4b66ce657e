"""The time of a log: when bytes came, how long its silences are, whether its writer lives."""

from __future__ import annotations

import math

from tailwatch.core.typed import Final

_GAP: Final = 0.5
"""Seconds between two arrivals from which they count as apart."""
_OVER_AFTER: Final = 60.0
_LONG: Final = 3600.0
_TIMES_LONGEST: Final = 8.0


class Clock:
    """Time as the source tells it, in seconds since the Unix epoch; NaN until something was seen."""

    def __init__(self) -> None:
        self.now = math.nan
        self.first_data = math.nan
        self.last_data = math.nan
        self.longest_gap = 0.0
        self.gaps = 0
        self.writer_alive: bool | None = None
        self.ended = False

    def data(self, at: float) -> None:
        """Note that bytes arrived."""
        if math.isnan(self.first_data):
            self.first_data = at
        else:
            gap = at - self.last_data
            self.longest_gap = max(self.longest_gap, gap)
            self.gaps += gap > _GAP
        self.last_data = at
        self.tick(at)

    def tick(self, at: float) -> None:
        """Note that time passed; the clock never goes back."""
        self.now = at if math.isnan(self.now) else max(self.now, at)

    @property
    def is_over(self) -> bool:
        """Whether nobody writes the log any more, and not just between two lines of a writer that opens it for each."""
        return self.writer_alive is False and self.silence > max(_OVER_AFTER, _TIMES_LONGEST * self.longest_gap)

    @property
    def may_be_over(self) -> bool:
        """Whether nothing came for long where it cannot be found out if somebody writes the log, as within a container."""
        return self.writer_alive is None and self.silence > max(_LONG, _TIMES_LONGEST * self.longest_gap)

    @property
    def silence(self) -> float:
        """Seconds since the last byte; NaN before the first one."""
        return self.now - self.last_data
