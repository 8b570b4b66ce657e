"""Telling the first few messages of a kind: a loop that fails in other words each time must not bury what else is said.

Of one kind a few pass in an interval; the others are counted, and told together when it is over. A kind is what one rule knows
under one label: a message with a rule of its own is one of its own, and never waits behind a flood of others.
"""

from __future__ import annotations

import math

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.messages import Entry

FIRST: Final = 5
"""So many of one kind pass in an interval."""
INTERVAL_S: Final = 60.0


class Held:
    """What of one kind was held back since its interval began.

    Attributes:
        began: when that was.
        passed: how many were told.
        count: how many were not.
        first_line: where the first of these stands.
        last: the last of these.
    """

    __slots__ = ("began", "count", "first_line", "last", "passed")

    def __init__(self, began: float) -> None:
        self.began = began
        self.passed = self.count = self.first_line = 0
        self.last: Entry | None = None


class Flood:
    """Lets the first messages of each kind pass and counts the others."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], Held] = {}

    def passes(self, entry: Entry, at: float) -> bool:
        """Whether a new message is to be told now, at a time in seconds; if not, it is counted."""
        kind = self._kind(entry, at)
        if kind.passed >= FIRST:
            self.hold(entry, 1, at)
            return False
        kind.passed += 1
        return True

    def hold(self, entry: Entry, count: int, at: float) -> None:
        """Count messages that are not told one by one."""
        kind = self._kind(entry, at)
        kind.first_line = kind.first_line if kind.count else entry.first_line
        kind.count += count
        kind.last = entry

    def over(self, at: float = math.inf) -> Iterator[Held]:
        """Yield what was held back in the intervals that are over at a time, which is then told."""
        for key, kind in list(self._kinds.items()):
            if at - kind.began >= INTERVAL_S:
                del self._kinds[key]
                if kind.count:
                    yield kind

    def _kind(self, entry: Entry, at: float) -> Held:
        return self._kinds.setdefault((entry.rule, entry.label), Held(at))
