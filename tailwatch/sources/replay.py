"""A saved log again, at the pace of its own clock, faster or slower, with pause.

`Replay(path, speed).events(stop)` yields the log in lines and frames whose `at` is the log's own time, so that whatever depends
on time comes out as it would have: `opened`, `Data` and `Tick`s, and at its end `read` and `ended`. `speed`, `pause()`,
`resume()` and `seek(share)` work while it plays; infinity plays as fast as possible. When it is wound back, `events` ends, and
is to be asked anew: it then plays without waiting up to where it was wound to.
"""

from __future__ import annotations

import math
import os
import stat
import threading
import time
from datetime import datetime

from tailwatch.core.errors import UsageError
from tailwatch.core.events import Data, Notice, Text, Tick
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.sources.blocks import packing_of
from tailwatch.sources.cues import cues
from tailwatch.sources.logclock import date_of
from tailwatch.sources.paths import shown
from tailwatch.sources.schedule import schedule
from tailwatch.sources.whole import read_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import SourceEvent
    from tailwatch.sources.cues import Cue
    from tailwatch.sources.paths import Path

LONGEST_WAIT_S: Final = 2.0
"""Nobody waits longer than this for the next line, whatever the log's clock says."""

_SLICE_S: Final = 0.05
"""How late a pause, another speed or the end is seen."""

_IDLE_S: Final = 0.5
"""How often a replay that has ended looks whether it is over."""

_BATCH_S: Final = 0.02
"""What comes within this time is handed over together: a screen shows less than that anyway."""

_FAR: Final = 64 * 1024
"""Bytes up to where it is wound to, of which more are played in larger pieces."""

_LATE_S: Final = 0.25
"""A consumer that is later than this is not made up for: the replay goes slower."""


class Replay:
    """A saved log that plays.

    Args:
        path: the log, also a compressed one.
        speed: times the log's own pace.
        skip: bytes that are played without waiting at first.

    Raises:
        UsageError: the speed is not above 0.
    """

    def __init__(self, path: Path, speed: float = 1.0, *, skip: int = 0) -> None:
        if not speed > 0:
            raise UsageError("--speed {speed:g} plays nothing; give a number above 0, 1 is the log's own pace.", speed=speed)
        self.path = path
        self.speed = speed
        self.paused = False
        self.offset = 0
        """Bytes that were handed over."""
        self._skip_to = skip
        self._rewound = False
        self._length, self._is_packed = _length(path)
        self._go_on = threading.Event()
        self._due = 0.0

    def pause(self) -> None:
        """Stop the clock."""
        self.paused = True

    def resume(self) -> None:
        """Let the clock run again."""
        self.paused = False
        self._go_on.set()

    @property
    def percent(self) -> float | None:
        """How much of the log was handed over; None of a compressed one, whose length is not known before its end."""
        return None if self._is_packed else min(100.0, 100.0 * self.offset / self._length)

    @property
    def is_skipping(self) -> bool:
        """Whether it plays without waiting."""
        return math.isinf(self.speed) or self._rewound or self.offset < self._skip_to

    def seek(self, share: float) -> None:
        """Play without waiting over a share of the log's bytes; by a negative one go back. It adds up while it is under way.

        Of a compressed log it is a share of the compressed bytes: less of the log, the same way.
        """
        here = self._skip_to if self._rewound else max(self.offset, self._skip_to)
        self._skip_to = max(0, here + round(share * self._length))
        self._rewound = self._rewound or self._skip_to < self.offset
        self._go_on.set()

    def wait_for_rewind(self, stop: threading.Event) -> bool:
        """Wait until it is wound back or `stop` is set; tells whether it was wound back."""
        while not (self._rewound or stop.is_set()):
            self._go_on.wait(_IDLE_S)
            self._go_on.clear()
        return self._rewound and not stop.is_set()

    def close(self) -> None:
        """Wake a paused replay, so that it sees its end."""
        self.resume()

    def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
        """Yield the log piece by piece, until it ends or `stop` is set.

        Raises:
            LogError: the log is missing or cannot be read.
        """
        self._due = time.monotonic()
        self.offset = 0
        self._rewound = False
        source = read_once(self.path)
        first = next(source)
        begin = now = _beginning(first)
        trouble: list[Notice] = []
        yield Notice("opened", begin, shown(self.path))
        yield Tick(begin, writer_alive=True)  # from its first line on, as it was
        for cue in cues(schedule(_blocks(first, source, trouble)), begin, self._window):
            self._wait(cue, stop)
            if stop.is_set() or self._rewound:
                return
            if isinstance(cue.event, Data):
                self.offset += len(cue.event.data)
            now = cue.event.at
            yield cue.event
        self._skip_to = self.offset  # there is no more to be wound over
        yield from (Notice(notice.kind, now, notice.detail) for notice in trouble)
        yield Tick(now, writer_alive=False)
        yield Notice("read", now)
        yield Notice("ended", now, Text("the log ends here"))

    def _window(self) -> float:
        """Return how much of the log's time may go into one event: little where it is soon to be stopped at a byte."""
        far = math.isinf(self.speed) or self._skip_to - self.offset > _FAR
        return math.inf if far else self.speed * _BATCH_S

    def _wait(self, cue: Cue, stop: threading.Event) -> None:
        """Wait as long as the log's time before a cue lasts at this speed, and while the replay is paused."""
        speed = self.speed
        if cue.seconds > 0 and not self.is_skipping:
            whole = min(cue.gap / speed, LONGEST_WAIT_S)
            self._due = max(self._due, time.monotonic() - _LATE_S) + whole * cue.seconds / cue.gap
        while not (stop.is_set() or self._rewound):
            if self.paused and self.offset >= self._skip_to:
                self._go_on.wait(_SLICE_S)
                self._go_on.clear()
                self._due = time.monotonic()
                continue
            left = self._due - time.monotonic()
            if left <= 0 or self.is_skipping or self.speed != speed:
                return
            stop.wait(min(left, _SLICE_S))


def _length(path: Path) -> tuple[int, bool]:
    """Return the bytes of a log and whether they are compressed ones; 1, where it is no file, which cannot be wound."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return 1, False
        with open(path, "rb", buffering=0) as file:
            return max(1, os.fstat(file.fileno()).st_size), packing_of(file.read(8)) is not None
    except OSError:
        return 1, False  # that it cannot be read is told when it is played


def _beginning(first: SourceEvent) -> float:
    """Return when the log began by its own stamps, else the time of the file."""
    told = date_of(first.data, datetime.fromtimestamp(first.at).year) if isinstance(first, Data) else None  # noqa: DTZ006 - local
    return first.at if told is None else told


def _blocks(first: SourceEvent, rest: Iterator[SourceEvent], trouble: list[Notice]) -> Iterator[bytes]:
    """Yield the bytes of a log, and gather what went wrong with it."""
    if isinstance(first, Data):
        yield first.data
    for event in rest:
        if isinstance(event, Data):
            yield event.data
        elif isinstance(event, Notice) and event.kind == "lost":
            trouble.append(event)
