"""Where the rows of boxes count that are read together: at the line that closes their box, for another row may name its place.

A box of an unusual form is read row by row (see `boxes.py`): one without a step, with too many rows, or with values of other
lines among its rows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import chain, pairwise, repeat

from tailwatch.core.boxes import MAX_BOX
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.columns import Strand


class Boxes:
    """The boxes in a stretch of lines that begins at `start`: `spans` says where each is closed, and where its first row stands.

    `odd` are the places of the first rows of those that are read row by row; the first row of one that is not closed stands at
    `unclosed`.
    """

    def __init__(self, strands: list[Strand], start: int) -> None:
        rows = _places(s for s in strands if s.family.in_box)
        closings = _places(s for s in strands if s.family.kind == "boxed" and s.family.closes)
        borders = [bisect_right(rows, at) for at in closings]
        self.unclosed = rows[borders[-1] if borders else 0] if (borders[-1] if borders else 0) < len(rows) else None
        self.spans = [(at, rows[i]) for at, (i, j) in zip(closings, pairwise((0, *borders)), strict=True) if i < j]
        self.odd = self._odd(strands)
        self._count(strands, closings, start)

    def _odd(self, strands: list[Strand]) -> list[int]:
        values = _places(s for s in strands if s.family.waits)
        placing = _places(s for s in strands if s.family.in_box and not s.family.waits)
        others = _places(s for s in strands if s.family.specs and s.family.kind != "boxed")
        odd = []
        for end, first in self.spans:
            size = bisect_right(values, end) - bisect_left(values, first)
            if size > MAX_BOX or (size and not _any_between(placing, first, end)) or _any_between(others, first, end):
                odd.append(first)
        return odd

    def _count(self, strands: list[Strand], closings: list[int], start: int) -> None:
        """Let the rows that wait count where their boxes are closed."""
        if not closings:
            return
        lengths = [end - before for before, end in pairwise((start - 1, *closings))]
        closed_at = list(chain.from_iterable(map(repeat, closings, lengths)))
        for strand in strands:
            if strand.family.waits:
                closed = bisect_right(strand.lines, closings[-1])
                strand.places = [closed_at[at - start] for at in strand.lines[:closed]]


def _places(strands: Iterable[Strand]) -> list[int]:
    """Return where the lines of some strands stand, in order."""
    return sorted(chain.from_iterable(strand.lines for strand in strands))


def _any_between(places: list[int], first: int, end: int) -> bool:
    at = bisect_left(places, first)
    return at < len(places) and places[at] <= end
