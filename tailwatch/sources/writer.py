"""Whether a process still holds a log open for writing, found through /proc without asking the file system of the log.

`Writer(id, owner).alive()` is cheap enough to be called every second: the process found last is asked first, and full scans are
so rare that they take at most 1/200 of the time.
"""

from __future__ import annotations

import os
import stat
import time
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.sources.identity import FileId

_SCAN_EVERY_S: Final = 3.0
_SCAN_SHARE: Final = 200
_FIRST_PID_NAMESPACE: Final = "pid:[4026531836]"
"""The namespace that sees all processes of the machine; the number is fixed in the kernel (include/linux/proc_ns.h)."""


class Writer:
    """The writing process of one file.

    "Nobody writes it" is only said where it can be known: a writer that was seen and is gone is gone; without one it takes a
    local file that belongs to this user (or we are root) and a view of all processes, which a container has not.
    """

    def __init__(self, file: FileId, owner: int, *, remote: bool = False) -> None:
        self._file = file
        self._seen = False
        self._sees_all = not remote and os.geteuid() in (0, owner) and _sees_all_processes()
        self._known: tuple[str, str] | None = None
        self._next_scan = 0.0
        self._answer: bool | None = None

    def alive(self, *, at_once: bool = False) -> bool | None:
        """Return whether a process other than this one writes the file; None where that cannot be known.

        Args:
            at_once: scan even if the last scan was a moment ago.
        """
        if self._known is not None:
            if _writes(*self._known, self._file):
                return True
            self._known, at_once = None, True
        now = time.monotonic()
        if at_once or now >= self._next_scan:
            self._answer = self._scan()
            took = time.monotonic() - now
            self._next_scan = now + max(_SCAN_EVERY_S, took * _SCAN_SHARE)
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
            if process != own and (descriptor := _descriptor_of(process, self._file)) is not None:
                self._known = process, descriptor
                self._seen = True
                return True
        return False if self._seen or self._sees_all else None


def _descriptor_of(process: str, file: FileId) -> str | None:
    try:
        descriptors = os.listdir(f"/proc/{process}/fd")
    except OSError:
        return None
    return next((d for d in descriptors if _writes(process, d, file)), None)


def _writes(process: str, descriptor: str, file: FileId) -> bool:
    link = f"/proc/{process}/fd/{descriptor}"
    try:
        if not os.lstat(link).st_mode & stat.S_IWUSR:  # the mode of the link is that of the open file
            return False
        target = os.readlink(link)
        if not target.startswith("/") or target.startswith(("/dev/", "/memfd:")):
            return False
        if not _may_be(process, descriptor, file.inode):
            return False
        info = os.stat(link)
    except (OSError, ValueError):
        return False
    return (info.st_dev, info.st_ino) == file


def _may_be(process: str, descriptor: str, inode: int) -> bool:
    """Compare the inode as the kernel remembers it: to stat a file on a server that is away would block."""
    with open(f"/proc/{process}/fdinfo/{descriptor}", encoding="ascii") as facts:
        for line in facts:
            if line.startswith("ino:"):
                return int(line[4:]) == inode
    return True  # Linux before 5.14 does not tell


@cache
def _sees_all_processes() -> bool:
    try:
        return os.readlink("/proc/self/ns/pid") == _FIRST_PID_NAMESPACE
    except OSError:
        return False
