"""Reading a long log with two cores: a copy of this process cuts and reads its lines, this one folds them and judges.

The copy (a fork, which starts at once and shares what was loaded) reads the file itself and sends what its intake tells, block by
block: a note for each line, or stretch of lines, that says something. A pipe lies between: if this process falls behind, the copy
waits, so that neither holds more than a few blocks. What comes out is what one process makes of the log.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import threading

from tailwatch.core.errors import TailwatchError
from tailwatch.core.events import Data
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import IO, TYPE_CHECKING, Final, NoReturn, Protocol
from tailwatch.pipe import receive, send
from tailwatch.relay import Relay, play

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tailwatch.config import Settings
    from tailwatch.core.events import Line, SourceEvent
    from tailwatch.intake import Intake
    from tailwatch.relay import Note
    from tailwatch.session import Changes, Session

_ROOM: Final = 1 << 20
"""Bytes that the pipe is to hold, so that a whole block fits; by default it is a quarter of one."""
_SET_ROOM: Final = 1031
"""What `fcntl` is asked for that, on Linux only: F_SETPIPE_SZ."""

_CROWDED: Final = 2
"""So many processes a core are a crowd; a few of our own in a row are none."""


class Keeper(Protocol):
    """What wants the lines themselves: it is filled in the copy, and what it holds is sent when all was read."""

    def keep(self, lines: Sequence[Line], /) -> None:
        """Take in lines as they were read."""


class LostError(Exception):
    """The copy ended before it had read everything; the log is to be read without one."""


class _Block(NamedTuple):
    """One event of the source without its bytes, of which there were `size`, and what was read of it."""

    event: SourceEvent
    size: int
    notes: list[Note]


class _Over(NamedTuple):
    intake: Intake
    kept: dict[str, object]


def possible(settings: Settings) -> bool:
    """Whether there are two cores to use, and nothing forbids a copy of this process.

    Where processes queue for the cores nothing is won: two then share the time of one, and telling each other takes some of it.
    """
    if settings.cores == "one" or not hasattr(os, "fork") or threading.active_count() > 1:
        return False
    cores = _cores()
    return cores > 1 and _load() < _CROWDED * cores


def _load() -> float:
    """Return how many processes ran or wanted to, over the last minute."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return 0.0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fed(session: Session, events: Iterable[SourceEvent], keeper: Keeper | None = None) -> Iterator[Changes]:
    """Do what `Session.feed` does with each event, but read in a copy of this process; yields what each event changed.

    Args:
        session: a new one; at the end it has the intake of the copy and can be fed on.
        events: what the source says; it is asked in the copy alone.
        keeper: takes in all lines; it is filled at the end.

    Raises:
        LostError: the copy ended early; this session is of no use then.
        TailwatchError: what the source raised.
    """
    reader, writer = os.pipe()
    copy = os.fork()
    if copy == 0:
        os.close(reader)
        _read(writer, session.intake, events, keeper)
    os.close(writer)
    try:
        with os.fdopen(reader, "rb") as pipe:
            while isinstance(told := _next(pipe), _Block):
                changes = session.hear(told.event, told.size)
                play(told.notes, session)
                yield changes
        session.take_over(told.intake)
        if keeper is not None:
            vars(keeper).update(told.kept)
    finally:
        os.kill(copy, signal.SIGKILL)  # it has ended, or nobody wants the rest
        os.waitpid(copy, 0)


def _next(pipe: IO[bytes]) -> _Block | _Over:
    try:
        told = receive(pipe)
    except EOFError:
        raise LostError from None
    if isinstance(told, TailwatchError):
        raise told
    assert isinstance(told, (_Block, _Over))
    return told


def _read(descriptor: int, intake: Intake, events: Iterable[SourceEvent], keeper: Keeper | None) -> NoReturn:
    """Be the copy: read everything, send it and end, without what the original does when it ends."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the original says what there is to say
        with os.fdopen(descriptor, "wb") as pipe:
            _widen(descriptor)
            _send_all(pipe, intake, events, keeper)
    finally:
        os._exit(0)  # whatever went wrong: the original reads the log itself then, and meets it again


def _send_all(pipe: IO[bytes], intake: Intake, events: Iterable[SourceEvent], keeper: Keeper | None) -> None:
    relay = Relay()
    intake.tell(relay)
    try:
        for event in events:
            lines = intake.feed(event)
            if keeper is not None:
                keeper.keep(lines)
            if isinstance(event, Data):
                send(pipe, _Block(event._replace(data=b""), len(event.data), relay.take()))
            else:
                send(pipe, _Block(event, 0, relay.take()))
        send(pipe, _Over(intake, {} if keeper is None else vars(keeper)))
    except TailwatchError as error:
        send(pipe, error)


def _widen(descriptor: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a pipe of the usual size will do
            fcntl.fcntl(descriptor, _SET_ROOM, _ROOM)
