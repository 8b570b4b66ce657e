"""A hint that something in a directory may have changed: never the truth, only a reason to look sooner.

watchfiles misses events (overflow, network and overlay file systems, links into other directories) and dies on a sibling whose
name is not UTF-8; the look beside it finds all that. Where it cannot work, that look alone remains.
"""

from __future__ import annotations

import os
import threading
import time

from tailwatch.core.text import Text
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.sources.paths import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.sources.paths import Path

    Watch = Callable[[list[str], threading.Event, int, Callable[[], None], Callable[[], bool]], None]

_REARM_S: Final = 0.5
_STEP_MS: Final = 20
_IDLE_STEP_MS: Final = 100
"""How often the watcher itself looks whether something happened: every step costs a wake-up."""

_IDLE_AFTER_S: Final = 60.0
_BEGIN_AFTER_S: Final = 0.5
"""The watcher's modules load a moment after the start, when the first screen no longer competes with them."""


class Hints:
    """Watches the directories of a path in a daemon thread, and sets `wake` when something happened there.

    Args:
        path: the log.
        wake: set on a change, and when the watcher fails.
        watch: blocks while it watches directories; see `tailwatch.sources.file.watch_directories`.
    """

    def __init__(self, path: Path, wake: threading.Event, watch: Watch) -> None:
        self._path = os.fsencode(path)
        self._watch = watch
        self._wake = wake
        self._stop = threading.Event()
        self._active_at = time.monotonic()
        self.working = False
        self.failure: Text | str = ""
        self._thread = threading.Thread(target=self._run, name="tailwatch-hints", daemon=True)

    def start(self) -> None:
        """Begin to watch, once."""
        if self._thread.ident is None:
            self._thread.start()

    def close(self) -> None:
        """Stop watching; returns at once."""
        self._stop.set()

    def note_activity(self) -> None:
        """The log did something: watch it closely for a while."""
        self._active_at = time.monotonic()

    def take_failure(self) -> Text | str:
        """Return why the watcher gave up, the first time it is asked after that, else nothing."""
        failure, self.failure = self.failure, ""
        return failure

    def _run(self) -> None:
        self._stop.wait(_BEGIN_AFTER_S)
        while not self._stop.is_set():
            directories = self._directories()
            try:
                self._watch_while(directories, self._is_idle())
            except Exception as error:  # noqa: BLE001 - any failure of the watcher means the same: our own look alone
                values = {"error": type(error).__name__, "log": shown(self._path)}
                self.failure = Text("notifications do not work here ({error}); {log} is polled", values)
                self._wake.set()
                return
            finally:
                self.working = False
            if self._directories() != directories or not directories:
                self._stop.wait(_REARM_S)

    def _watch_while(self, directories: dict[str, int], idle: bool) -> None:  # noqa: FBT001 - what is to stay as it is
        """Watch until the directories are other ones, or the log falls asleep or wakes up."""
        if directories:
            self.working = True
            step = _IDLE_STEP_MS if idle else _STEP_MS
            same = lambda: self._is_idle() == idle and self._directories() == directories  # noqa: E731
            self._watch(list(directories), self._stop, step, self._wake.set, same)

    def _is_idle(self) -> bool:
        return time.monotonic() - self._active_at > _IDLE_AFTER_S

    def _directories(self) -> dict[str, int]:
        """Return the directory of the name and that of the file it links to, each with its inode, as far as they exist."""
        names = (os.path.abspath(self._path), os.path.realpath(self._path))
        found = {}
        for directory in map(os.path.dirname, names):
            try:
                found[os.fsdecode(directory)] = os.stat(directory).st_ino
            except OSError:
                continue  # a directory that is not there yet
        return found
