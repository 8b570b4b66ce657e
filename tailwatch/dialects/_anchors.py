"""Which specialists may read a shape: those of whose anchors one stands in it."""

from __future__ import annotations

from tailwatch.core.literals import Owned
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.dialects import Dialect

LOOKUPS_WITHOUT_PATTERN: Final = 64
"""A small log is read sooner than the pattern is compiled."""


class Anchors:
    """The anchors of some dialects, looked for all at once, but for those of blanks and bars only, which stand in many lines."""

    def __init__(self, dialects: Sequence[Dialect]) -> None:
        self._dialects = tuple(dialects)
        owned = [(anchor, i) for i, d in enumerate(dialects) for anchor in d.ANCHORS]
        self._frequent = [(anchor, i) for anchor, i in owned if not anchor.strip(b" |")]
        self._rest = Owned([(anchor, i) for anchor, i in owned if anchor.strip(b" |")])
        self._lookups = 0

    def of(self, shape: bytes) -> list[Dialect]:
        """Return the dialects one of whose anchors stands in the shape, in their order."""
        if self._lookups < LOOKUPS_WITHOUT_PATTERN:
            self._lookups += 1
            return [d for d in self._dialects if any(map(shape.__contains__, d.ANCHORS))]
        found = self._rest.owners_in(shape)
        for anchor, i in self._frequent:
            if anchor in shape:
                found.add(i)
        return [self._dialects[i] for i in sorted(found)] if found else []
