"""Following one path: what is appended, and all that can happen to a log while it is read.

`FileFollower(path).events(stop)` yields source events until `stop` is set; `poll()` does one turn without waiting. The truth is
our own look (stat of the name, the bytes of the open file around the offset); notifications only shorten the wait.

What comes when: `waiting` (with the path and the reason) or `opened`, then `Data` up to what the file holds, then `read`; after
that whatever is appended, and a `Tick` a second. `truncated` and `rotated` begin the file anew and are followed by `read` again;
a file that was cut to a part of itself is read again from its beginning too. `denied`, `waiting` and `lost` are followed by
`opened` when it goes on at the same place. `behind` tells that the log grows faster than it is read, until the next `read`.
"""

from __future__ import annotations

import os
import threading
import time

from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.sources.clock import steady_clock
from tailwatch.sources.herald import Herald
from tailwatch.sources.hints import Hints
from tailwatch.sources.lineup import Lineup
from tailwatch.sources.paths import refuse
from tailwatch.sources.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tailwatch.core.events import SourceEvent
    from tailwatch.sources.identity import Position
    from tailwatch.sources.paths import Path

_TICK_S: Final = 1.0
_DEBOUNCE_STEPS: Final = 3
"""Where other files come and go all the time a hint is late by so many steps, not by the usual 1.6 s."""


class FileFollower:
    """Follows a path that may be appended to, truncated, rotated, replaced, deleted, linked elsewhere, or not exist yet.

    Args:
        path: the log; a name that is not UTF-8 works too. A named pipe is read as a stream.
        hints: also listen for file system notifications.
        wait: wait for a path that does not exist; else it is an error.
        clock: gives `at`, seconds since the Unix epoch.
        start: how far the log was read before: a saved `position`, or the number of bytes that were read elsewhere.
        hold: seconds for which a replaced file may still get late lines, where nothing tells whether somebody writes it.

    Raises:
        UsageError: the path is a directory, a device or a socket, or does not exist and `wait` is false.
        LogError: the path may not be read and `wait` is false.
    """

    def __init__(
        self,
        path: Path,
        *,
        hints: bool = True,
        wait: bool = True,
        clock: Callable[[], float] | None = None,
        start: Position | int = 0,
        hold: float = 5.0,
    ) -> None:
        refuse(path, wait=wait)
        self.path: str | bytes = os.fspath(path)
        self.clock = clock or steady_clock()
        name = os.path.abspath(os.fsencode(path))
        self._herald = Herald(self.clock)
        self._lineup = Lineup(name, start, hold, self._herald)
        self._wake = threading.Event()
        self._hints = Hints(name, self._wake, watch_directories) if hints else None
        self._rest = Rest(self._wake, self._hints)
        self._ticked = -_TICK_S

    @property
    def offset(self) -> int:
        """Bytes of the present file that were handed over."""
        return self._lineup.position.offset

    @property
    def position(self) -> Position:
        """How far the present file was handed over, to be saved and given as `start` another time."""
        return self._lineup.position

    def begin_at(self, start: Position | int) -> None:
        """Go on there: the bytes before it were read elsewhere. Only before the first look."""
        self._lineup.begin_at(start)

    def close(self) -> None:
        """Stop listening and close the file; where it was read up to stays known."""
        if self._hints is not None:
            self._hints.close()
        self._lineup.close()

    def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
        """Yield what happens until `stop` is set; a pipe that nobody can open again ends by itself."""
        try:
            while not stop.is_set() and not self._lineup.has_ended:
                yield from self.poll()
                if not self._lineup.has_more:
                    self._rest.until_something_happens(stop, self._lineup.front)
        finally:
            self.close()

    def poll(self) -> list[SourceEvent]:
        """Look once, without waiting; at most one block is read."""
        failure = self._hints.take_failure() if self._hints is not None else ""
        if failure:
            self._herald.tell("polling", failure)
        if not self._rest.is_in_retreat:
            self._lineup.look_at_name()
            self._lineup.read()
            self._rest.note(eventful=self._herald.is_eventful, failed=self._lineup.has_failed)
        self._tick()
        return self._herald.take()

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._ticked >= _TICK_S and (not self._herald.is_history or self._lineup.front is None):
            self._ticked = now
            self._herald.tick(writer_alive=self._lineup.writer_alive())


def watch_directories(
    directories: list[str], stop: threading.Event, step_ms: int, happened: Callable[[], None], still_right: Callable[[], bool]
) -> None:
    """Call `happened` whenever something changes in the directories, until `stop` is set or `still_right` says no.

    Raises:
        Exception: whatever the watcher raises where it cannot work.
    """
    from watchfiles import watch  # noqa: PLC0415 - costs start-up time, and only following needs it

    for changes in watch(
        *directories,
        watch_filter=None,  # the default one hides logs under .venv, and names that end in ~
        recursive=False,
        step=step_ms,
        debounce=step_ms * _DEBOUNCE_STEPS,
        force_polling=False,  # its polling loses appends; ours does not
        rust_timeout=1000,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
    ):
        if changes:
            happened()
        if not still_right():
            return
