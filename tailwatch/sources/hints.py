"""A hint that something in a directory may have changed: never the truth, only a reason to look sooner.

watchfiles misses events (overflow, network and overlay file systems, links into other directories) and dies on a sibling whose
name is not UTF-8; the poll beside it finds all that. If it cannot work here at all, the poll alone remains.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP_MS: Final = 20
_DEBOUNCE_MS: Final = 60
_REARM_S: Final = 1.0


class Hints:
    """Watches the directories of a path in a daemon thread, by `watch`, and sets `wake` when something happened there."""

    def __init__(self, path: str | bytes, wake: threading.Event, watch: Callable[..., None]) -> None:
        self._path = path
        self._watch_directories = watch
        self._wake = wake
        self._stop = threading.Event()
        self.degraded = ""
        self._thread = threading.Thread(target=self._run, name="tailwatch-hints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching; returns at once."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            directories = self._directories()
            if directories:
                try:
                    self._watch(directories)
                except Exception as error:  # noqa: BLE001 - any failure of the watcher means the same: poll alone
                    self.degraded = f"notifications are not available here ({type(error).__name__}); the file is polled"
                    return
            self._stop.wait(_REARM_S)

    def _directories(self) -> list[str]:
        """The directory of the name and that of the file it links to; only those that watchfiles can take."""
        wanted = {os.path.dirname(os.path.abspath(self._path)), os.path.dirname(os.path.realpath(self._path))}
        return [os.fsdecode(d) for d in wanted if os.path.isdir(d) and _is_utf8(d)]

    def _watch(self, directories: list[str]) -> None:
        self._watch_directories(
            directories, self._stop, self._wake.set, step=_STEP_MS, debounce=_DEBOUNCE_MS, still=self._same(directories)
        )

    def _same(self, directories: list[str]) -> Callable[[], bool]:
        inodes = {d: _inode(d) for d in directories}
        return lambda: all(_inode(d) == inode for d, inode in inodes.items())


def _inode(directory: str) -> int:
    try:
        return os.stat(directory).st_ino
    except OSError:
        return -1


def _is_utf8(path: str | bytes) -> bool:
    try:
        os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
