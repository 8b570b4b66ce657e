"""Which words mean something to the dialects: what `core.alike` asks."""

from __future__ import annotations

import os
from functools import cache

from tailwatch.core.found import module_of
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import Final
from tailwatch.kept import kept, key_of

FORMAT: Final = 1
"""What is kept of the literals has this form."""


class Fragments(NamedTuple):
    """Parts of what dialects look for, lower-case: a word in which none of them stands means nothing to any of them.

    `threes` are the literals of three letters, `fours` what longer ones begin with; `twos` stand in words of capitals only.
    """

    threes: frozenset[bytes]
    fours: frozenset[bytes]
    twos: frozenset[bytes]


class Words:
    """The dialects' own: modules that only logs need which invent words are loaded when they do."""

    def mean(self, word: bytes) -> bool:
        """Whether a word may mean something to any of them; one that is written in no common way may."""
        low, size, known = word.lower(), len(word), _fragments()
        if low != word and not word.isupper() and not word.istitle():
            return True
        if not known.threes.isdisjoint([low[i : i + 3] for i in range(size - 2)]):
            return True
        if not known.fours.isdisjoint([low[i : i + 4] for i in range(size - 3)]):
            return True
        return word.isupper() and not known.twos.isdisjoint([low[i : i + 2] for i in range(size - 1)])

    def matter(self, shape: bytes) -> bool:
        """Whether any word of a shape does; a shape where none does is soon asked about."""
        from tailwatch.dialects._gate import matters  # noqa: PLC0415 - start-up counts

        return matters(shape)


@cache
def _fragments() -> Fragments:
    """Return the parts of all literals that any dialect looks for; they are gathered once after each change."""
    from tailwatch.core import metrics  # noqa: PLC0415 - start-up counts

    key = (key_of(os.path.dirname(__file__), ".py", FORMAT), key_of(os.path.dirname(metrics.__file__), ".py", FORMAT))  # noqa: PTH120
    gather = module_of(__package__, "_fragments").gather
    return Fragments(*map(frozenset, kept("fragments", key, gather)))
