"""How often the diagnoses look at values that come by the thousand: counted over the log, so that no chunk border matters."""

from __future__ import annotations

from typing import Final

SPACES: Final = ((512, 1), (16_384, 32))
"""Up to so many values, the space between two looks; at most `SPARSE` beyond. A value that is no number is looked at at once."""
SPARSE: Final = 128


class Rhythm:
    """Counts values and says when to look.

    Args:
        first: the smallest space between two looks.
    """

    def __init__(self, *, first: int) -> None:
        self._first = first
        self._count = 0
        self._next = first

    @property
    def until_look(self) -> int:
        """So many more values are to come before the next look."""
        return self._next - self._count

    def add(self, values: int) -> bool:
        """Count values, at most `until_look`; returns whether it is time to look."""
        self._count += values
        if self._count < self._next:
            return False
        space = next((space for most, space in SPACES if self._count < most), SPARSE)
        self._next = self._count + max(space, self._first)
        return True
