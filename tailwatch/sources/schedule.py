r"""When each piece of a saved log was written, as far as the log itself tells.

A piece is a line, or one `\r` frame of it. Its time comes from its own stamp where it has one, else from the time that a step or
an epoch took (`291ms/step` x steps, the elapsed time of a tqdm bar), else from a steady pace. Times never go back. Pure: bytes
in, pieces out, one after the other, so that a large log starts at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tailwatch.core.timestamps import seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINE_S: Final = 0.04
"""The pace of lines that tell no time: 25 a second."""

_FRAME_S: Final = 0.02
_LONGEST_GAP_S: Final = 30.0
_PIECE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r+|$)")
_STAMP: Final = re.compile(
    rb"\d{4}[-/]\d\d[-/]\d\d[ T_]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?|[IWEF]0000 00:00:\d{9,10}(?:\.\d{1,9})?"
    rb"|[IWEF]\d{4} \d\d:\d\d:\d\d(?:\.\d{1,9})?"
)
_SHORT_STAMP: Final = re.compile(rb"\[(\d\d/\d\d \d\d:\d\d:\d\d)\]")
_ELAPSED: Final = re.compile(rb"\[(?:(\d{1,3}):)?(\d{1,2}):(\d\d)<")
_PER_STEP: Final = re.compile(rb"(\d{1,9})/\d{1,9}\b[^\r\n]{0,200}?(\d{1,6})(ms|s)/(?:step|sample)")


class Piece(NamedTuple):
    """Bytes of the log, and the seconds since its first piece at which they came."""

    at: float
    data: bytes


def schedule(blocks: Iterable[bytes]) -> Iterator[Piece]:
    """Yield the pieces of a log with their times; together they are the log, byte for byte."""
    clock = _LogClock()
    rest = b""
    for block in blocks:
        data = rest + block
        rest = b""
        for found in _PIECE.finditer(data):
            piece = found[0]
            if not piece:
                continue
            if found.end() == len(data) and not piece.endswith(b"\n"):
                rest = piece  # it may go on in the next block
                break
            yield Piece(clock.after(piece), piece)
    if rest:
        yield Piece(clock.after(rest), rest)


class _LogClock:
    """The time of the log, moved on by each piece."""

    def __init__(self) -> None:
        self.now = 0.0
        self._stamp: float | None = None
        self._bar: tuple[int, float] | None = None

    def after(self, piece: bytes) -> float:
        stamped = self._stamped(piece)
        moved = stamped if stamped is not None else self._measured(piece)
        self.now += min(_LONGEST_GAP_S, max(0.0, moved))
        return self.now

    def _stamped(self, piece: bytes) -> float | None:
        found = _STAMP.search(piece[:200]) or _SHORT_STAMP.search(piece[:200])
        if found is None:
            return None
        text = found[0].decode("ascii") if found.re is _STAMP else f"2000/{found[1].decode('ascii')}"
        stamp = seconds(text)
        if stamp is None:
            return None
        before, self._stamp = self._stamp, stamp
        return LINE_S if before is None else stamp - before

    def _measured(self, piece: bytes) -> float:
        """How long a bar says that it took since its last frame; a steady pace for all else."""
        pause = _FRAME_S if piece.endswith(b"\r") else LINE_S
        elapsed = _ELAPSED.search(piece)
        if elapsed is not None:
            hours, minutes, secs = (int(g or 0) for g in elapsed.groups())
            return self._since(("tqdm", 0), hours * 3600 + minutes * 60 + secs, pause)
        step = _PER_STEP.search(piece)
        if step is not None:
            each = int(step[2]) * (0.001 if step[3] == b"ms" else 1.0)
            return self._since(("bar", 0), int(step[1]) * each, pause)
        return pause

    def _since(self, bar: tuple[str, int], elapsed: float, pause: float) -> float:
        key = hash(bar[0])
        before = self._bar[1] if self._bar is not None and self._bar[0] == key else 0.0
        self._bar = (key, elapsed)
        return elapsed - before if elapsed > before else pause
