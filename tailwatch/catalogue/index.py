"""Which rules may concern a line: one look-up for all anchors of all rules.

Every anchor is filed under the longest of its words, which few lines hold; it therefore begins and ends at a word's border
(words are letters and underscores; one Chinese character is a word). A line is cut into words once, the words that head an
entry are found by one set intersection, and only the anchors filed there are looked for. With 5,274 anchors this takes 22 us for
a message of 169 characters and is built in 12 ms, without a compiled dependency; ARCHITECTURE.md compares it with an Aho-Corasick
automaton, google-re2's set, hyperscan and `re`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HOLE = "{}"
LOOKUPS_WITHOUT_INDEX = 8
_WORD = re.compile(r"[A-Za-z_]{2,}|[^\x00-\x7f]")


class AnchorIndex:
    """All anchors, each filed under its longest word.

    The first few look-ups go through all anchors, because one message is explained sooner than the index is built.
    """

    def __init__(self, anchors: Iterable[tuple[str, int]]) -> None:
        """Take `(anchor, owner)` pairs; the anchors are shapes already, with single blanks."""
        self._anchors = tuple(anchors)
        self._filed: dict[str, list[tuple[str, int]]] = {}
        self._lookups = 0

    def matches(self, shape: str) -> Iterator[tuple[int, int]]:
        """Give `(owner, characters matched)` for every anchor found in the shape.

        Raises:
            ValueError: an anchor holds no word to file it under.
        """
        self._lookups += 1
        if self._lookups <= LOOKUPS_WITHOUT_INDEX:
            yield from _found(self._anchors, shape)
            return
        if not self._filed:
            self._file()
        for word in self._filed.keys() & set(_WORD.findall(shape)):
            yield from _found(self._filed[word], shape)

    def _file(self) -> None:
        for anchor, owner in self._anchors:
            words = _WORD.findall(anchor)
            if not words:
                raise ValueError(f"the anchor {anchor!r} holds no word of two letters")
            self._filed.setdefault(max(words, key=len), []).append((anchor, owner))


def _found(anchors: Iterable[tuple[str, int]], shape: str) -> Iterator[tuple[int, int]]:
    for anchor, owner in anchors:
        length = _length_in(anchor, shape) if HOLE in anchor else len(anchor) if anchor in shape else 0
        if length:
            yield owner, length


def _length_in(anchor: str, shape: str) -> int:
    """How many characters of the shape an anchor with holes accounts for: its pieces, in their order."""
    position = length = 0
    for piece in map(str.strip, anchor.split(HOLE)):
        position = shape.find(piece, position)
        if position < 0:
            return 0
        position += len(piece)
        length += len(piece)
    return length
