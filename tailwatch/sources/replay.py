"""A saved log again, at the pace of its own clock, faster or slower, with pause.

`Replay(path, speed).events(stop)` yields the log in lines and frames whose `at` is the log's own time, so that whatever depends
on time comes out as it would have. `speed` may be changed while it plays; infinity reads as fast as possible.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Final

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.sources.schedule import schedule
from tailwatch.sources.whole import read_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import SourceEvent

_LONGEST_WAIT_S: Final = 2.0
"""Nobody waits longer than this for the next line, whatever the log's clock says."""

_BATCH_S: Final = 0.02
_TICK_S: Final = 1.0
_BULK: Final = 64 * 1024


class Replay:
    """A saved log that plays."""

    def __init__(self, path: str, speed: float = 1.0) -> None:
        self.path = path
        self.speed = speed
        self.paused = False
        self._go_on = threading.Event()
        self._go_on.set()

    def pause(self) -> None:
        """Stop the clock."""
        self.paused = True
        self._go_on.clear()

    def resume(self) -> None:
        """Let the clock run again."""
        self.paused = False
        self._go_on.set()

    def close(self) -> None:
        """Wake a paused replay, so that it sees its end."""
        self._go_on.set()

    def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
        """Yield the log piece by piece, until it ends or `stop` is set."""
        source = read_once(self.path)
        first = next(source)
        begin = first.at
        yield Notice("opened", begin, self.path)
        pending = bytearray()
        played, ticked = begin, begin
        for piece in schedule(_blocks(first, source)):
            at = begin + piece.at
            if pending and (
                len(pending) >= _BULK
                or (not self._fast and (at - played) / self.speed >= _BATCH_S)
                or (self._fast and at - played >= _TICK_S)
            ):
                yield Data(bytes(pending), played)
                pending.clear()
                self._wait(at - played, stop)
                if stop.is_set():
                    return
                if at - ticked >= _TICK_S:
                    ticked = at
                    yield Tick(at, writer_alive=True)
            played = at if not pending else played
            pending += piece.data
        if pending:
            yield Data(bytes(pending), played)
        yield Tick(played, writer_alive=False)
        yield Notice("ended", played, "the log ends here")

    @property
    def _fast(self) -> bool:
        return math.isinf(self.speed)

    def _wait(self, log_seconds: float, stop: threading.Event) -> None:
        until = time.monotonic() + (0.0 if self._fast else min(_LONGEST_WAIT_S, log_seconds / self.speed))
        while not stop.is_set():
            if self.paused:
                paused_at = time.monotonic()
                self._go_on.wait(0.25)
                until += time.monotonic() - paused_at
                continue
            left = until - time.monotonic()
            if left <= 0:
                return
            stop.wait(min(left, 0.1))


def _blocks(first: SourceEvent, rest: Iterator[SourceEvent]) -> Iterator[bytes]:
    if isinstance(first, Data):
        yield first.data
    for event in rest:
        if isinstance(event, Data):
            yield event.data
