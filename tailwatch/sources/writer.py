"""Whether a process still holds a log open for writing, found through /proc without asking the file system of the log.

`Writer(descriptor).alive()` is cheap enough to be called every second: the process found last is asked first, and full scans are
so rare that they take at most 1/200 of the time, of a log that does not grow 1/2000.
"""

from __future__ import annotations

import os
import stat
import time
from functools import cache

from tailwatch.core.typed import Final
from tailwatch.sources.identity import identify
from tailwatch.sources.paths import is_remote

_SCAN_EVERY_S: Final = 3.0
_SCAN_SHARE: Final = 200
_SCAN_IDLE_EVERY_S: Final = 30.0
_SCAN_IDLE_SHARE: Final = 2000
_FIRST_PID_NAMESPACE: Final = "pid:[4026531836]"
"""The namespace that sees all processes of the machine; the number is fixed in the kernel (include/linux/proc_ns.h)."""


class Writer:
    """The writing process of the file that a descriptor has open.

    "Nobody writes it" is only said where it can be known: a writer that was seen and is gone is gone; without one it takes a
    local file that belongs to this user (or we are root) and a view of all processes, which a container has not.
    """

    def __init__(self, descriptor: int) -> None:
        info = os.fstat(descriptor)
        self._file = identify(info)
        self._kernel_inode = _kernel_inode_here(descriptor)
        self._link = ("/", "pipe:") if stat.S_ISFIFO(info.st_mode) else "/"  # how a link to such a file begins
        self._seen = False
        self._sees_all = not is_remote(info.st_dev) and os.geteuid() in (0, info.st_uid) and _sees_all_processes()
        self._known: tuple[str, str] | None = None
        self._may_scan_at = 0.0
        self._must_scan_at = 0.0
        self._grew = False
        self._answer: bool | None = None

    def note_growth(self) -> None:
        """The log grew: somebody writes it, perhaps a process that did not before."""
        self._grew = True

    def alive(self, *, at_once: bool = False) -> bool | None:
        """Return whether a process other than this one writes the file; None where that cannot be known.

        Args:
            at_once: scan even if the last scan was a moment ago.
        """
        if self._known is not None:
            if self._writes(*self._known):
                return True
            self._known, at_once = None, True
        now = time.monotonic()
        if at_once or now >= (self._may_scan_at if self._grew else self._must_scan_at):
            self._answer = self._scan()
            self._grew = False
            took = time.monotonic() - now
            self._may_scan_at = now + max(_SCAN_EVERY_S, took * _SCAN_SHARE)
            self._must_scan_at = now + max(_SCAN_IDLE_EVERY_S, took * _SCAN_IDLE_SHARE)
        return self._answer

    def _scan(self) -> bool | None:
        try:
            processes = [name for name in os.listdir("/proc") if name.isdecimal()]
        except OSError:
            return None
        if not processes:
            return None  # no Linux /proc here
        own = str(os.getpid())
        for process in reversed(processes):  # a training is younger than the system's services
            if process != own and (descriptor := self._descriptor_in(process)) is not None:
                self._known = process, descriptor
                self._seen = True
                return True
        return False if self._seen or self._sees_all else None

    def _descriptor_in(self, process: str) -> str | None:
        try:
            descriptors = os.listdir(f"/proc/{process}/fd")
        except OSError:
            return None
        return next((d for d in descriptors if self._writes(process, d)), None)

    def _writes(self, process: str, descriptor: str) -> bool:
        link = f"/proc/{process}/fd/{descriptor}"
        try:
            if not os.readlink(link).startswith(self._link):
                return False
            if not os.lstat(link).st_mode & stat.S_IWUSR:  # the mode of the link is that of the open file
                return False
            if _kernel_inode(process, descriptor) != self._kernel_inode:
                return False  # before stat: that would block on a file whose server is away
            return identify(os.stat(link)) == self._file
        except (OSError, ValueError):
            return False


def _kernel_inode(process: str, descriptor: str) -> int | None:
    """Return the inode number that the kernel remembers of an open file; None before Linux 5.14. It may differ from stat's."""
    with open(f"/proc/{process}/fdinfo/{descriptor}", "rb") as facts:
        return next((int(line[4:]) for line in facts if line.startswith(b"ino:")), None)


def _kernel_inode_here(descriptor: int) -> int | None:
    try:
        return _kernel_inode("self", str(descriptor))
    except OSError:
        return None  # no Linux /proc here


@cache
def _sees_all_processes() -> bool:
    try:
        return os.readlink("/proc/self/ns/pid") == _FIRST_PID_NAMESPACE
    except OSError:
        return False
