"""From the pieces of a saved log to what a source yields, with the time to wait before each. Pure: nobody waits here."""

from __future__ import annotations

from tailwatch.core.events import Data, Tick
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tailwatch.core.events import SourceEvent
    from tailwatch.sources.schedule import Piece

TICK_S: Final = 1.0
_TICKS_A_GAP: Final = 60
_BREAK_S: Final = 3600.0
"""In a longer silence the process may well have ended: it is the time between two runs that share a log."""

_BULK: Final = 64 * 1024


class Cue(NamedTuple):
    """An event, and the seconds of the log's time before it; `gap` is the whole silence that these seconds are a part of."""

    event: SourceEvent
    seconds: float
    gap: float


def cues(pieces: Iterable[Piece], begin: float, window: Callable[[], float]) -> Iterator[Cue]:
    """Yield the log as events.

    Args:
        pieces: the log, with times from 0 on.
        begin: the time of the log's beginning, in seconds since the Unix epoch.
        window: how much of the log's time may go into one event, at most a second.
    """
    said = ticked = now = begin
    pending = bytearray()
    for piece in pieces:
        at = begin + piece.at
        if pending and (at - said > min(window(), TICK_S) or len(pending) >= _BULK):
            yield Cue(Data(bytes(pending), now), now - said, now - said)
            pending.clear()
            said = now
            if now - ticked >= TICK_S:
                ticked = now
                yield Cue(Tick(now, writer_alive=True), 0.0, 0.0)
        if at - now > TICK_S:
            yield from _silence(said, at)
            said = ticked = at
        now = at
        pending += piece.data
    if pending:
        yield Cue(Data(bytes(pending), now), now - said, now - said)


def _silence(begin: float, end: float) -> Iterator[Cue]:
    """Yield the ticks of a silence, a second apart or as many as make sense; the last one is at its end."""
    gap = end - begin
    ticks = min(int(gap), _TICKS_A_GAP)
    alive = True if gap <= _BREAK_S else None
    for n in range(1, ticks + 1):
        yield Cue(Tick(begin + gap * n / ticks, alive), gap / ticks, gap)
