"""When to leave a log that was replaced, and what may have come and gone between it and its successor.

A writer goes on in the old file until it reopens its log, so the old one is read to its end and held for late lines. And a log
can be rotated twice between two looks: then the file in the middle is found under its rotated name.
"""

from __future__ import annotations

import os
import stat
import time

from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.sources.identity import FileId, identify
from tailwatch.sources.openlog import OpenLog

if TYPE_CHECKING:
    from tailwatch.sources.identity import Position

_LONGEST_HOLD: Final = 6
"""Times the usual hold, after which a successor that has something to read is no longer kept waiting."""

_LISTINGS: Final = 5

_ROTATED: Final = lazy(rb"[._-][0-9][0-9T:._-]{0,40}")
"""What rotation appends to a name: `.1`, `-20260131`, `.2026-01-31_12-00`. Compressed ones (`.1.gz`) came long before."""


class Hold:
    """Whether a replaced log may still get late lines.

    Args:
        seconds: how long it is held when nothing tells whether somebody still writes it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: float | None = None
        self._grew_at = 0.0

    def grew(self) -> None:
        """Note that the log at the front got new bytes."""
        self._grew_at = time.monotonic()

    def release(self) -> None:
        """The log at the front is another one now, or was not replaced after all."""
        self._since = None

    def is_over(self, logs: list[OpenLog], real_path: bytes) -> bool:
        """Return whether the first of the logs can be left for the second, once it was read to its end."""
        if len(logs) < 2:
            return False
        now = time.monotonic()
        begun = self._since is None
        self._since = now if self._since is None else self._since
        front, successor = logs[0], logs[1]
        return (
            front.is_copy
            or len(logs) > 2  # rotated again: whoever reopens its log has done so by now
            or front.writer.alive(at_once=begun) is False
            or now - max(self._since, self._grew_at) >= self._seconds
            or (now - self._since >= self._seconds * _LONGEST_HOLD and successor.info().st_size > 0)
            or _is_still_at(front.id, real_path)
        )


def _is_still_at(file: FileId, path: bytes) -> bool:
    """Return whether the file kept its name, so that it was no rotation: a link points elsewhere now."""
    try:
        return identify(os.stat(path)) == file
    except OSError:
        return False


class Sibling(NamedTuple):
    """A file beside the log whose name is the log's with a rotation's suffix."""

    path: bytes
    id: FileId
    changed_ns: int


class Siblings:
    """The rotated files beside a log, to find those that came since it was opened."""

    def __init__(self, path: bytes) -> None:
        self._directory, self._name = os.path.split(os.path.realpath(path))
        self._known: set[FileId] = set()

    def note(self) -> None:
        """Take all that are there now for older than what is read from here on."""
        self._known = {s.id for s in self._list_surely()}

    def missed(self, front: OpenLog, successor: OpenLog) -> list[OpenLog]:
        """Open the logs that came after `front` and were rotated away before `successor` was seen, oldest first."""
        first, last = front.info().st_mtime_ns, successor.info().st_mtime_ns
        fresh = [s for s in self._new(first, last) if s.id not in (front.id, successor.id)]
        logs = []
        for log in self._opened(sorted(fresh, key=lambda s: s.changed_ns)):
            if log.info().st_size == 0 or front.position.goes_on_in(log.descriptor):
                log.close()  # nothing in it, or somebody's copy of what was read already
            else:
                logs.append(log)
        return logs

    def copy_with_the_rest(self, position: Position) -> OpenLog | None:
        """Open the copy that was made of a log before it was truncated, if it holds lines that were not read yet."""
        for log in self._opened(self._list()):
            if position.goes_on_in(log.descriptor) and log.info().st_size > position.offset:
                log.position = position
                log.is_copy = True
                return log
            log.close()
        return None

    def _new(self, first: int, last: int) -> list[Sibling]:
        """Return those that came since the last call and were last changed between two times."""
        found = [s for s in self._list_surely() if s.id not in self._known and first <= s.changed_ns <= last]
        self._known.update(s.id for s in found)
        return found

    def _list_surely(self) -> list[Sibling]:
        """List until two lists agree: a file that is renamed meanwhile may be missing in one."""
        listed = self._list()
        for _ in range(_LISTINGS):
            before, listed = listed, self._list()
            if {s.id for s in listed} == {s.id for s in before}:
                break
        return listed

    def _opened(self, siblings: list[Sibling]) -> list[OpenLog]:
        logs = [self._opened_as(sibling) for sibling in siblings]
        return [log for log in logs if log is not None]

    def _opened_as(self, sibling: Sibling) -> OpenLog | None:
        """Open a sibling, also if it is rotated on meanwhile, so that another file has its name."""
        named: list[Sibling] = [sibling]
        for _ in range(_LISTINGS):
            for candidate in named:
                try:
                    log = OpenLog.open(candidate.path)
                except OSError:
                    continue
                if log.id == sibling.id:
                    return log
                log.close()
            named = [s for s in self._list() if s.id == sibling.id]
        return None

    def _list(self) -> list[Sibling]:
        try:
            with os.scandir(self._directory) as entries:
                names = [e.path for e in entries if _is_rotated(e.name, self._name)]
        except OSError:
            return []
        return [s for s in map(_sibling, names) if s is not None]


def _is_rotated(name: bytes, log: bytes) -> bool:
    return name.startswith(log) and _ROTATED.fullmatch(name, len(log)) is not None


def _sibling(path: bytes) -> Sibling | None:
    try:
        info = os.lstat(path)
    except OSError:
        return None
    return Sibling(path, identify(info), info.st_mtime_ns) if stat.S_ISREG(info.st_mode) else None
