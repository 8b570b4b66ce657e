"""Which specialists may read a shape: those of whose anchors one stands in it."""

from __future__ import annotations

from tailwatch.core.literals import any_of_bytes
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.dialects import Dialect

LOOKUPS_WITHOUT_PATTERNS: Final = 64
"""A small log is read sooner than the patterns are compiled."""


class Anchors:
    """The anchors of some dialects, looked for all at once.

    Those that consist of blanks and bars only stand in many lines: the dialects that have such ones are asked by themselves.
    """

    def __init__(self, dialects: Sequence[Dialect]) -> None:
        self._dialects = tuple(dialects)
        self._each = tuple((d, any_of_bytes(d.ANCHORS)) for d in dialects)
        rest = [d for d in dialects if all(anchor.strip(b" |") for anchor in d.ANCHORS)]
        self._frequent = tuple(each for each in self._each if each[0] not in rest)
        self._any = any_of_bytes([anchor for d in rest for anchor in d.ANCHORS])
        self._lookups = 0

    def of(self, shape: bytes) -> list[Dialect]:
        """Return the dialects one of whose anchors stands in the shape, in their order."""
        if self._lookups < LOOKUPS_WITHOUT_PATTERNS:
            self._lookups += 1
            return [d for d in self._dialects if any(map(shape.__contains__, d.ANCHORS))]
        asked = self._each if self._any.search(shape) is not None else self._frequent
        return [dialect for dialect, anchors in asked if anchors.search(shape) is not None]
