"""How long a follower rests between two looks: short while the log is active, longer when it is not, and never past a hint."""

from __future__ import annotations

import select
import time

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import threading

    from tailwatch.sources.hints import Hints
    from tailwatch.sources.openlog import OpenLog

_ACTIVE_S: Final = 0.1
"""Without notifications, while the log grows: a line is seen 0.05 s after it was written, on average."""

_USUAL_S: Final = 0.25
_IDLE_S: Final = 1.0
_REMOTE_S: Final = 1.0
_REMOTE_IDLE_S: Final = 5.0
"""A server tells a new size only every 3 s or so (NFS: acregmin), and each question costs it something."""

_ACTIVE_FOR_S: Final = 10.0
_LONGEST_RETRY_S: Final = 10.0
_SLICE_S: Final = 0.25
"""How late `stop` may be seen."""


class Rest:
    """Waits for the next look; `wake` is set by whoever has a hint."""

    def __init__(self, wake: threading.Event, hints: Hints | None) -> None:
        self._wake = wake
        self._hints = hints
        self._active_at = time.monotonic()
        self._failures = 0
        self._retry_at = 0.0

    @property
    def is_in_retreat(self) -> bool:
        """Whether a file system that failed is to be left alone for now."""
        return time.monotonic() < self._retry_at

    def note(self, *, eventful: bool, failed: bool) -> None:
        """Note how a look went: what is active is looked at more often, what fails ever less."""
        if eventful:
            self._active_at = time.monotonic()
            if self._hints is not None:
                self._hints.note_activity()
        if failed:
            self._retry_at = time.monotonic() + min(_LONGEST_RETRY_S, _USUAL_S * 2**self._failures)
        self._failures = min(self._failures + 1, 16) if failed else 0

    def seconds(self, *, remote: bool) -> float:
        """Return how long to rest without a hint."""
        active = time.monotonic() - self._active_at < _ACTIVE_FOR_S
        if remote:
            return _REMOTE_S if active else _REMOTE_IDLE_S
        if not active:
            return _IDLE_S
        return _USUAL_S if self._hints is not None and self._hints.working else _ACTIVE_S

    def until_something_happens(self, stop: threading.Event, log: OpenLog | None) -> None:
        """Return on a hint, when the rest is over, or when `stop` is set."""
        if self._hints is not None:
            self._hints.start()
        until = time.monotonic() + self.seconds(remote=log is not None and log.is_remote)
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            if self._sleep(min(left, _SLICE_S), log):
                return

    def _sleep(self, seconds: float, log: OpenLog | None) -> bool:
        if log is not None and log.is_stream:
            waiting = select.poll()
            waiting.register(log.descriptor, select.POLLIN)
            ready = waiting.poll(seconds * 1000)
            if not ready:
                return False
            if ready[0][1] & select.POLLIN:
                return True  # else nobody holds the other end: the pipe would say so again and again
        if self._wake.wait(seconds):
            self._wake.clear()
            return True
        return False
