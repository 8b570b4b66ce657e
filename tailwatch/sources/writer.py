"""Whether a process still holds a log open for writing, found through /proc."""

from __future__ import annotations

import os
import time
from typing import Final

_SCAN_EVERY: Final = 5.0
"""Seconds between full scans of /proc; the writer found last is asked each time."""

_WRITE_FLAGS: Final = os.O_WRONLY | os.O_RDWR


class Writer:
    """The writing process of one file, known by device and inode."""

    def __init__(self, device: int, inode: int) -> None:
        self._identity = (device, inode)
        self._known: tuple[str, str] | None = None
        self._scanned = -_SCAN_EVERY
        self._answer: bool | None = None

    def alive(self) -> bool | None:
        """Return whether a process (not this one) writes the file; None where that cannot be known."""
        if self._known is not None and self._holds(*self._known):
            return True
        now = time.monotonic()
        if self._known is None and now - self._scanned < _SCAN_EVERY and self._answer is not None:
            return self._answer
        self._scanned = now
        self._known = None
        self._answer = self._scan()
        return self._answer

    def _scan(self) -> bool | None:
        try:
            pids = [p for p in os.listdir("/proc") if p.isdecimal() and p != str(os.getpid())]
        except OSError:
            return None
        for pid in pids:
            try:
                descriptors = os.listdir(f"/proc/{pid}/fd")
            except OSError:
                continue
            for descriptor in descriptors:
                if self._holds(pid, descriptor):
                    self._known = (pid, descriptor)
                    return True
        return False

    def _holds(self, pid: str, descriptor: str) -> bool:
        try:
            info = os.stat(f"/proc/{pid}/fd/{descriptor}")
            if (info.st_dev, info.st_ino) != self._identity:
                return False
            with open(f"/proc/{pid}/fdinfo/{descriptor}", encoding="ascii") as file:
                flags = next((line for line in file if line.startswith("flags:")), "flags: 0")
            return bool(int(flags.split()[1], 8) & _WRITE_FLAGS)
        except (OSError, ValueError):
            return False
