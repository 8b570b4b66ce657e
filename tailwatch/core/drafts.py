"""Opinions that are not worded yet.

While a run swings or overfits, its figures change with every epoch, and most of the sentences about them are never read: the next
epoch's take their place. A draft knows what it is about and how grave that is, and keeps the facts; it is worded when someone
reads it.
"""

from __future__ import annotations

from tailwatch.core.events import Opinion
from tailwatch.core.series import Point
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tailwatch.core.events import Severity

_WORDED: Final = ("since", "title", "why", "actions", "evidence")


class Draft(Opinion):
    """An opinion whose place, sentences and evidence are made of its facts when one of them is first read.

    Args:
        id: as that of the opinion.
        severity: as that of the opinion.
        word: makes the opinion of the facts; it sees nothing else, as the run has gone on when it is called.
        facts: what was known when this was held: numbers, words and points, nothing that changes afterwards.
    """

    __slots__ = ("facts", "word")
    facts: tuple[object, ...]
    word: Callable[..., Opinion]

    def __init__(self, id: str, severity: Severity, word: Callable[..., Opinion], *facts: object) -> None:  # noqa: A002
        """Keep the facts."""
        keep = object.__setattr__
        keep(self, "id", id)
        keep(self, "severity", severity)
        keep(self, "series", "")
        keep(self, "told", None)
        keep(self, "word", word)
        keep(self, "facts", facts)

    def __getattr__(self, name: str) -> Any:
        """Word the opinion: only parts that have no value yet are looked for here."""
        if name not in _WORDED:
            raise AttributeError(name)
        worded = self.word(*self.facts)
        for part in _WORDED:
            object.__setattr__(self, part, getattr(worded, part))
        return getattr(self, name)

    def rests_on(self, other: Opinion) -> bool:
        """Whether the facts are those of another opinion."""
        if not (isinstance(other, Draft) and self.severity == other.severity and self.id == other.id):
            return False
        return self.facts == other.facts or all(map(_is_same, self.facts, other.facts))


def _is_same(one: object, other: object) -> bool:
    """Whether two facts are one; a point may stand at an epoch that is unknown, and so unlike itself."""
    if isinstance(one, Point) and isinstance(other, Point):
        return one.line == other.line and one.value == other.value
    return one == other


def is_unchanged(old: Opinion, new: Opinion) -> bool:
    """Whether an opinion says what it said before; drafts are told apart by their facts, without wording them."""
    return new is old or (new.rests_on(old) if isinstance(new, Draft) else new == old)
