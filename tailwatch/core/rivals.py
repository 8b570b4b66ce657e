"""Strands that say the same series: no two may be read together, lest its values lose their order."""

from __future__ import annotations

from collections import Counter

from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.columns import Strand
    from tailwatch.core.events import Split

    Said = tuple[str, Split | None]
    """Name and split of a series."""


def note_rivals(strands: Iterable[Strand]) -> None:
    """Let each strand know which of its series others say, too; a log may have thousands of strands, and all say the same."""
    strands = tuple(strands)
    saying = Counter((spec.name, spec.split) for strand in strands for spec in strand.family.specs)
    for strand in strands:
        strand.contested = tuple([said for spec in strand.family.specs if saying[said := (spec.name, spec.split)] > 1])


class Taken:
    """What the strands say that are read together."""

    __slots__ = ("_ranks",)

    def __init__(self) -> None:
        self._ranks: dict[Said, list[float | None]] = {}

    def has_rival_of(self, strand: Strand) -> bool:
        """Whether something that a strand says is said already, for the same rank; if not, it is said from now on."""
        rank = strand.rank
        for said in strand.contested:
            ranks = self._ranks.get(said)
            if ranks is not None and (rank is None or None in ranks or rank in ranks):
                return True
        for said in strand.contested:
            self._ranks.setdefault(said, []).append(rank)
        return False
