r"""When each piece of a saved log was written, as far as the log itself tells.

A piece is a line, or one `\r` frame of it. Its time comes from its own stamp where it has one, else from the time that its bar
or its steps took, else from a steady pace. Times never go back. Pure and lazy: bytes in, pieces out, one after the other, so
that a large log starts at once.
"""

from __future__ import annotations

import math

from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.sources.logclock import elapsed_of, iteration_of, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.sources.logclock import Elapsed, Stamp

LINE_S: Final = 0.04
"""The pace of lines that tell no time: 25 a second."""

FRAME_S: Final = 0.02
"""The pace of redraws that tell no time: Keras draws up to 20 a second, tqdm up to 10."""

_TIMED_FOR: Final = 30
"""Lines after one with a time that are taken to have come at once with it: a table, a traceback, a configuration."""

_STEPPED_BACK_S: Final = 600.0
"""A stamp that is this much earlier than expected is another run's, or yesterday's: its clock starts anew."""

_MAX_LOOPS: Final = 256
_MAX_PIECE: Final = 1 << 20
_PIECE: Final = lazy(rb"\r*[^\r\n]*(?:\r*\n)?")


class Piece(NamedTuple):
    """Bytes of the log, and the seconds since its beginning at which they came."""

    at: float
    data: bytes


def schedule(blocks: Iterable[bytes]) -> Iterator[Piece]:
    """Yield the pieces of a log with their times; together they are the log, byte for byte."""
    clock = _Clock()
    rest = b""
    for block in blocks:
        data = rest + block
        rest = b""
        open_from = len(data.rstrip(b"\r"))  # what ends here may go on in the next block
        for found in _PIECE.finditer(data):
            piece = found[0]
            if found.end() >= open_from and not piece.endswith(b"\n") and len(data) - found.start() < _MAX_PIECE:
                rest = data[found.start() :]
                break
            if piece:
                yield Piece(clock.after(piece), piece)
    for found in _PIECE.finditer(rest):
        if found[0]:
            yield Piece(clock.after(found[0]), found[0])


class _Clock:
    """The time of the log, moved on by each piece."""

    def __init__(self) -> None:
        self.now = 0.0
        self._scales: dict[str, float] = {}
        self._loops: dict[bytes, tuple[float, Elapsed]] = {}
        self._iteration: int | None = None
        self._took = math.inf
        self._line_began = 0.0
        self._untimed = _TIMED_FOR

    def after(self, piece: bytes) -> float:
        """Return the time of the next piece."""
        target = self._told(piece)
        if target is not None:
            self._untimed = 0
        elif piece.strip():
            target = self.now + self._pace(piece)
        self.now = max(self.now, target or 0.0)
        if piece.endswith(b"\n"):
            self._line_began = self.now
        return self.now

    def _told(self, piece: bytes) -> float | None:
        if (stamp := stamp_of(piece)) is not None:
            return self._at_stamp(stamp)
        if (elapsed := elapsed_of(piece)) is not None:
            return self._in_loop(elapsed)
        if (iteration := iteration_of(piece)) is not None:
            return self._at_iteration(*iteration)
        return None

    def _pace(self, piece: bytes) -> float:
        if not piece.endswith(b"\n"):
            return FRAME_S
        self._untimed += 1
        return LINE_S if self._untimed > _TIMED_FOR else 0.0

    def _at_stamp(self, stamp: Stamp) -> float:
        zero = self._scales.get(stamp.kind)
        if zero is None or zero + stamp.seconds < self.now - _STEPPED_BACK_S:
            zero = self._scales[stamp.kind] = self.now - stamp.seconds
        return zero + stamp.seconds

    def _in_loop(self, elapsed: Elapsed) -> float:
        began, before = self._loops.get(elapsed.loop, (self._line_began, None))
        if before is not None and (elapsed.whole or elapsed.done < before.done or elapsed.seconds < before.seconds - 1.0):
            began = self._line_began if elapsed.whole else max(self._line_began, self.now - elapsed.seconds)
        if len(self._loops) >= _MAX_LOOPS:
            self._loops.clear()
        self._loops[elapsed.loop] = began, elapsed
        return began + elapsed.seconds

    def _at_iteration(self, number: int, took: float) -> float:
        before, self._iteration = self._iteration, number
        self._took = min(took, 2 * self._took)  # an iteration that was also evaluated takes far longer than the others
        steps = number - before if before is not None and number > before else 1
        return self.now + took + (steps - 1) * self._took
