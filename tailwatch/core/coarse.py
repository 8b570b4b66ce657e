"""Shapes without the lengths of their numbers: `step 9 loss 0.5` and `step 120 loss 0.48123` are read by one plan.

Numbers that are printed as they are have another length in nearly every line. What a plan says does not hang on it, so that
the dialects are asked once for all of them, and the plan is moved to where the numbers stand. Lengths that do tell something
stay: those of dates, clocks, versions, percentages and grouped thousands. How far a bar is drawn tells nothing either.
"""

from __future__ import annotations

from bisect import bisect_right

from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LENGTH: Final = lazy(  # begins with two digits, which `re` looks for faster than for what may stand before them
    rb"00(?:(?<=\.00)(0*)"
    rb"|(?<=[ \[(=|#]00)(?:0?(?!0)|0000+)"  # two or three digits as one, more than five as five; four may be a year
    rb"(?=[ \])|;]|/0(?!0[ T/]0)|,(?!0)|$))"
)
_BAR: Final = lazy(rb"%\|(?:\xe2\x96[\x80-\xbf]|[ #])((?:\xe2\x96[\x80-\xbf]|[ #0]){1,600})\|")
_NO_ENDS: Final[list[int]] = []
_NO_SHIFTS: Final = [0]


class Coarse:
    """A shape with numbers of one length, and the way back from its places to those of the shape."""

    __slots__ = ("_ends", "_shifts", "shape")

    def __init__(self, shape: bytes, *, keep: bool = False) -> None:
        """Cut the numbers of `shape`, or `keep` them where columns are found by their place."""
        cuts = () if keep else _cuts(shape)
        if not cuts:
            self._ends, self._shifts, self.shape = _NO_ENDS, _NO_SHIFTS, shape
            return
        ends: list[int] = []
        shifts = [0]
        kept: list[bytes] = []
        at = shift = 0
        for start, end in cuts:
            kept.append(shape[at:start])
            ends.append(start - shift)
            shift += end - start
            shifts.append(shift)
            at = end
        self._ends, self._shifts = ends, shifts
        self.shape = b"".join((*kept, shape[at:]))

    def places(self, spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        """Return where in the shape the places of some spans of the coarse one are."""
        ends, shifts = self._ends, self._shifts
        return tuple([(a + shifts[bisect_right(ends, a)], b + shifts[bisect_right(ends, b)]) for a, b in spans])

    def place(self, at: int) -> int:
        """Return where in the shape a place of the coarse one is."""
        return at + self._shifts[bisect_right(self._ends, at)]


def _cuts(shape: bytes) -> list[tuple[int, int]]:
    """Return what to leave out, in order."""
    cuts = []
    for found in _LENGTH.finditer(shape):
        start, end = found.span()
        cuts.append((start + (1 if found.lastindex or end - start < 6 else 5), end))
    if b"%|" in shape and (bar := _BAR.search(shape)) is not None:
        start, end = bar.span(1)
        cuts = [*(c for c in cuts if c[1] <= start), (start, end), *(c for c in cuts if c[0] >= end)]
    return cuts
