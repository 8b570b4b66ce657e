"""Following one path: what is appended, and all that can happen to a log while it is read.

`FileFollower(path).events(stop)` yields source events until `stop` is set; `poll()` does one turn without waiting. The truth is
our own look (fstat of what is open, stat of the name, the bytes before the offset); notifications only shorten the wait.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from typing import TYPE_CHECKING, Final

from tailwatch.core.errors import LogError, UsageError
from tailwatch.core.events import Data, Notice, Tick
from tailwatch.sources.hints import Hints
from tailwatch.sources.identity import FileId, Position, identify
from tailwatch.sources.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tailwatch.core.events import NoticeKind, SourceEvent

BLOCK: Final = 256 * 1024
_WAIT_S: Final = 0.25
_IDLE_WAIT_S: Final = 1.0
_IDLE_AFTER: Final = 40
_LATE_LINES_S: Final = 5.0
_TICK_S: Final = 1.0
_NEWS: Final = ("opened", "truncated", "rotated")


class FileFollower:
    """Follows a path that may be appended to, truncated, rotated, replaced, deleted, linked elsewhere, or not exist yet.

    Args:
        path: the log; a name that is not UTF-8 works too.
        hints: also listen for file system notifications.
        wait: wait for a path that does not exist; else it is an error.
        clock: gives `at`, seconds since the Unix epoch.
        start: bytes of the file that were read elsewhere.

    Raises:
        LogError: the path is a directory or a device.
        UsageError: the path does not exist and `wait` is false.
    """

    def __init__(
        self, path: str | bytes, *, hints: bool = True, wait: bool = True, clock: Callable[[], float] = time.time, start: int = 0
    ) -> None:
        self.path = path
        self._clock = clock
        self._wake = threading.Event()
        self._descriptor = -1
        self._id: FileId | None = None
        self._position = Position(start)
        self._writer: Writer | None = None
        self._said: NoticeKind | None = None
        self._caught_up = False
        self._replaced_at: float | None = None
        self._ticked = -_TICK_S
        self._begun = False
        self._skip_nul = False
        _check(path, wait=wait)
        self._hints = Hints(path, self._wake, watch_directories) if hints else None

    @property
    def offset(self) -> int:
        """Bytes of the present file that were handed over."""
        return self._position.offset

    def begin_at(self, offset: int) -> None:
        """Go on at `offset`: the bytes before it were read elsewhere. Only before the first look."""
        self._position = Position(offset)

    def close(self) -> None:
        """Stop listening and close the file."""
        if self._hints is not None:
            self._hints.close()
        self._close_file()

    def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
        """Yield what happens until `stop` is set."""
        quiet = 0
        while not stop.is_set():
            found = self.poll()
            yield from found
            if any(isinstance(event, Data) or event.kind in _NEWS for event in found if not isinstance(event, Tick)):
                quiet = 0
                continue
            quiet += 1
            self._wake.wait(_WAIT_S if quiet < _IDLE_AFTER else _IDLE_WAIT_S)
            self._wake.clear()

    def poll(self) -> list[SourceEvent]:
        """Look once; at most one block is read."""
        events: list[SourceEvent] = []
        try:
            self._look(events)
        except PermissionError as error:
            self._say(events, "denied", f"{os.fsdecode(self.path)}: {error.strerror}")
        except OSError as error:
            self._close_file()
            self._say(events, "waiting", f"{os.fsdecode(self.path)}: {error.strerror}")
        now = time.monotonic()
        if now - self._ticked >= _TICK_S and self._caught_up:
            self._ticked = now
            events.append(Tick(self._clock(), self._writer.alive() if self._writer is not None else None))
        return events

    def _look(self, events: list[SourceEvent]) -> None:
        if self._descriptor < 0:
            self._open(events)
        if self._read(events):
            return
        before = self._descriptor, self._id
        self._watch_name(events)
        if (self._descriptor, self._id) != before:
            return  # another file: read it in the next turn
        if self._descriptor >= 0 and not self._caught_up:
            self._caught_up = True
            events.append(Notice("read", self._clock()))

    def _open(self, events: list[SourceEvent]) -> None:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        info = os.fstat(descriptor)
        if stat.S_ISDIR(info.st_mode):
            os.close(descriptor)
            raise IsADirectoryError(21, "is a directory now; waiting for a file")
        self._adopt(descriptor, info, events)

    def _adopt(self, descriptor: int, info: os.stat_result, events: list[SourceEvent]) -> None:
        """Take a newly opened file as the log: the first one, a successor, or a copy that goes on."""
        before = self._position
        first = not self._begun
        self._descriptor = descriptor
        self._id = identify(info)
        self._writer = Writer(*self._id)
        self._caught_up = False
        self._said = None
        self._begun = True
        if first and before.offset <= info.st_size:
            before.take_marker(descriptor)
            events.append(Notice("opened", self._clock(), os.fsdecode(self.path)))
        elif before.continues_in(descriptor, info.st_size):
            events.append(Notice("opened", self._clock(), os.fsdecode(self.path)))
        else:
            self._position = Position()
            self._skip_nul = True
            events.append(
                Notice("rotated", self._clock(), f"{os.fsdecode(self.path)} is another file now; read from its beginning")
            )

    def _read(self, events: list[SourceEvent]) -> bool:
        """Read what was appended to the open file; returns whether there was something."""
        if self._descriptor < 0:
            return False
        size = os.fstat(self._descriptor).st_size
        position = self._position
        if size < position.offset or not position.still_there(self._descriptor):
            self._position = Position()
            self._skip_nul = True
            self._caught_up = False
            events.append(Notice("truncated", self._clock(), f"{os.fsdecode(self.path)} was truncated; read from its beginning"))
            return size > 0
        block = os.pread(self._descriptor, BLOCK, position.offset)
        if not block:
            return False
        position.advance(block)
        if self._skip_nul:
            block = block.lstrip(b"\0")  # a writer without O_APPEND leaves a hole before its next line
            self._skip_nul = not block
        if block:
            events.append(Data(block, self._clock()))
        return True

    def _watch_name(self, events: list[SourceEvent]) -> None:
        """See whether the name still means the open file; late lines of a replaced one are waited for."""
        try:
            named: FileId | None = identify(os.stat(self.path))
        except FileNotFoundError:
            named = None
        except NotADirectoryError:
            named = None
        if named == self._id:
            self._replaced_at = None
            return
        now = time.monotonic()
        if self._replaced_at is None:
            self._replaced_at = now
            self._wake.set()
        if now - self._replaced_at < _LATE_LINES_S and self._writer is not None and self._writer.alive():
            return
        if named is None:
            self._say(events, "waiting", f"{os.fsdecode(self.path)} was removed; waiting for it to come back")
            return
        self._close_file()
        self._open(events)

    def _say(self, events: list[SourceEvent], kind: NoticeKind, detail: str) -> None:
        """Tell a lasting state once."""
        if self._said != kind:
            self._said = kind
            events.append(Notice(kind, self._clock(), detail))

    def _close_file(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1
        self._replaced_at = None


def _check(path: str | bytes, *, wait: bool) -> None:
    shown = os.fsdecode(path)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        if not wait:
            raise UsageError(f"{shown}: there is no such file; check the path, or leave out --no-wait to wait for it.") from None
        return
    except OSError:
        return
    if stat.S_ISDIR(mode):
        raise LogError(f"{shown} is a directory; name the log file in it.")
    if stat.S_ISCHR(mode) or stat.S_ISSOCK(mode) or stat.S_ISBLK(mode):
        raise LogError(f"{shown} is a device or a socket, not a log; name a file, or pipe into 'tailwatch -'.")


def watch_directories(
    directories: list[str],
    stop: threading.Event,
    happened: Callable[[], None],
    *,
    step: int,
    debounce: int,
    still: Callable[[], bool],
) -> None:
    """Call `happened` whenever something changes in the directories, until `stop` is set or one of them is another one now."""
    from watchfiles import watch  # noqa: PLC0415 - costs start-up time, and only following needs it

    for _ in watch(
        *directories,
        watch_filter=None,
        recursive=False,
        step=step,
        debounce=debounce,
        rust_timeout=500,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
    ):
        happened()
        if not still():
            return
