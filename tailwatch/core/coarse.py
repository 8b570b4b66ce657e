"""Shapes without the lengths of their numbers: `step 9 loss 0.5` and `step 120 loss 0.48123` are read by one plan.

Numbers that are printed as they are have another length in nearly every line. What a plan says does not hang on it, so that
the dialects are asked once for all of them, and the plan is moved to where the numbers stand. Lengths that do tell something
stay: those of dates, clocks, versions, percentages and grouped thousands.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tailwatch.core.events import Field
from tailwatch.core.lazily import lazy

if TYPE_CHECKING:
    from tailwatch.core.events import Plan

_LENGTH: Final = lazy(
    rb"(?<=\.0)0+"
    rb"|(?<=[ \[(=|#]0)0{1,2}(?=[ \])|;]|/0(?!0[ T/]0)|,(?!0)|$)"  # two or three digits as one; four may be a year
    rb"|(?<=[ \[(=|#]00000)0+(?=[ \])|;]|/0(?!0[ T/]0)|,(?!0)|$)"
)


class Coarse:
    """A shape with numbers of one length, and the way back from its places to those of the shape."""

    __slots__ = ("_ends", "_shifts", "shape")

    def __init__(self, shape: bytes, *, keep: bool = False) -> None:
        """Cut the numbers of `shape`, or `keep` them where columns are found by their place."""
        ends: list[int] = []
        shifts = [0]
        kept: list[bytes] = []
        at = 0
        for found in () if keep else _LENGTH.finditer(shape):
            start, end = found.span()
            kept.append(shape[at:start])
            ends.append(start - shifts[-1])
            shifts.append(shifts[-1] + end - start)
            at = end
        self._ends, self._shifts = ends, shifts
        self.shape = b"".join((*kept, shape[at:])) if ends else shape

    def place(self, at: int) -> int:
        """Return where in the shape a place of the coarse one is."""
        return at + self._shifts[bisect_right(self._ends, at)]

    def moved(self, plan: Plan, start: int = 0) -> Plan:
        """Return the plan, made for what begins at `start` of the coarse shape, with its fields where they are in the shape."""
        if not self._ends or not plan.fields:
            return plan
        first = self.place(start)
        place = self.place
        moved = [  # made anew: `replace` takes three times as long
            Field(f.role, place(f.start + start) - first, place(f.end + start) - first, f.series, f.key, f.form, f.name_field)
            for f in plan.fields
        ]
        return replace(plan, fields=tuple(moved))
