"""Looking for any of many literals at once.

`re` skips to the next place where one of a set of characters stands faster than it tries an alternative. So each literal is
looked for by its rarest character, with what stands before that looked back at: a hundred literals cost three microseconds for
a line of 140 bytes, instead of thirty when each is looked for in turn.
"""

from __future__ import annotations

from tailwatch.core.lazily import escape, lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterable

_FROM_COMMON_TO_RARE: Final = " 0etaonisrlcdmu./_:=-,hpgfb"
"""The characters that logs are made of, by how often they stand in the shapes of their lines; all others are rarer."""


def any_of(literals: Collection[str]) -> re.Pattern[str]:
    """Return a pattern that finds a text in which one of the literals stands; it is compiled when it is first used."""
    return lazy(lambda: _expression(literals))


def any_of_bytes(literals: Collection[bytes]) -> re.Pattern[bytes]:
    """Return the same for bytes."""
    return lazy(lambda: _expression(literal.decode("latin-1") for literal in literals).encode("latin-1"))


class Owned:
    """Literals of several owners, to tell in one pass of whom any stands in a text."""

    def __init__(self, literals: Collection[tuple[bytes, int]]) -> None:
        """Look for pairs of a literal and the number of its owner."""
        self._literals = literals
        self._any = any_of_bytes([literal for literal, _ in literals])
        self._by_pivot: dict[int, list[tuple[int, bytes, int]]] = {}

    def owners_in(self, text: bytes) -> set[int]:
        """Return whose literals stand in a text."""
        by_pivot = self._by_pivot or self._filed()
        found: set[int] = set()
        for place in self._any.finditer(text):  # finds every pivot, for nothing around it is taken up
            pivot = place.start()
            for at, literal, owner in by_pivot[text[pivot]]:
                if pivot >= at and text.startswith(literal, pivot - at):
                    found.add(owner)
        return found

    def _filed(self) -> dict[int, list[tuple[int, bytes, int]]]:
        """File the literals by their pivots, when they are first looked for: start-up counts."""
        for literal, owner in self._literals:
            at = _pivot(literal.decode("latin-1"))
            self._by_pivot.setdefault(literal[at], []).append((at, literal, owner))
        return self._by_pivot


def _expression(literals: Iterable[str]) -> str:
    by_pivot: dict[str, list[str]] = {}
    for literal in literals:
        at = _pivot(literal)
        back = f"(?<={escape(literal[: at + 1])})" if at else ""
        ahead = f"(?={escape(literal[at + 1 :])})" if at + 1 < len(literal) else ""
        by_pivot.setdefault(literal[at], []).append(back + ahead)
    return "|".join(f"{escape(pivot)}(?:{'|'.join(around)})" for pivot, around in by_pivot.items())


def _pivot(literal: str) -> int:
    """Return where the rarest character of a literal stands."""
    return max((_rarity(character), i) for i, character in enumerate(literal))[1]


def _rarity(character: str) -> int:
    at = _FROM_COMMON_TO_RARE.find(character)
    return at if at >= 0 else len(_FROM_COMMON_TO_RARE)
