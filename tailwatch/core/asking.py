"""Asking the dialects about a new shape: once for all lengths of numbers, and for all words that mean nothing to them."""

from __future__ import annotations

from tailwatch.core.alike import Alike
from tailwatch.core.coarse import Coarse
from tailwatch.core.glue import pieces
from tailwatch.core.glued import Glued
from tailwatch.core.ready import ready
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.alike import Piece, Planned, Words
    from tailwatch.core.events import Frame, Plan
    from tailwatch.core.plans import Runner
    from tailwatch.core.ready import Spans

MAX_ASKED: Final = 20_000
MAX_LENGTH: Final = 4096
"""Of a longer line the beginning is read."""


class Asker:
    """Knows what the dialects said of shapes, and asks them about others."""

    def __init__(self, plan_for: Callable[[bytes, Frame], Plan | None], words: Words | None) -> None:
        """Ask `plan_for`; `words` tells which may mean something to it, None: any may."""
        self._plan_for = plan_for
        self._known: dict[tuple[Frame, bytes], list[Piece]] = {}
        self._alike = None if words is None else Alike(words, self._plans)

    def __getstate__(self) -> dict[str, object]:
        """A pickled one forgets what it knows; it asks again as lines come."""
        return {**self.__dict__, "_known": {}}

    def forget(self) -> None:
        """There are too many shapes: begin anew."""
        self._known = {}

    def runner(self, shape: bytes, frame: Frame) -> Runner | Glued | None:
        """Return what reads the lines of a shape, None where no dialect does; one that holds several is read piece by piece."""
        coarse = Coarse(shape[:MAX_LENGTH], keep=_parted_by_blanks(frame))
        known = self._known.get((frame, coarse.shape))
        if known is None:
            known = self._ask(coarse.shape, frame)
            if len(self._known) < MAX_ASKED:
                self._known[frame, coarse.shape] = known
        if not known:
            return None
        if len(known) == 1 and known[0][:2] == (0, len(coarse.shape)):
            _, _, runner, spans = known[0]
            if len(shape) != len(coarse.shape):
                spans = coarse.places(spans)
            return runner.laid_out(spans, len(shape))
        return Glued(_piece(coarse, *one) for one in known)

    def _ask(self, shape: bytes, frame: Frame) -> list[Piece]:
        if self._alike is not None:
            return self._alike.pieces(shape, frame)
        return [(start, end, *ready(plan, shape[start:end])) for start, end, plan in self._plans(shape, frame)]

    def _plans(self, shape: bytes, frame: Frame) -> list[Planned]:
        found: list[Planned] = []
        for start, end in pieces(shape):
            plan = self._plan_for(shape[start:end], frame)
            if plan is not None:
                found.append((start, end, plan))
                frame = plan.frame if plan.frame is not None and not plan.header else frame
        return found


def _parted_by_blanks(frame: Frame) -> bool:
    """Whether the columns of the open table are told by where they stand, for blanks alone part them."""
    return bool(frame.header) and frame.section.startswith("wide")


def own_runner(plan: Plan, shape: bytes) -> Runner:
    """Return what reads the lines of a shape by a plan of the user's own."""
    runner, spans = ready(plan, shape)
    return runner.laid_out(spans, len(shape))


def _piece(coarse: Coarse, start: int, end: int, runner: Runner, spans: Spans) -> tuple[int, int, Runner]:
    """Return where a piece of a coarse shape stands in the shape, and its runner."""
    place = coarse.place
    first, last = place(start), place(end)
    moved = [(place(a + start) - first, place(b + start) - first) for a, b in spans]
    return first, last, runner.laid_out(moved, last - first)
