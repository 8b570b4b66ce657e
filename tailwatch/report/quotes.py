"""The text of a log's lines, kept while it is read, so that a report can show what it cites."""

from __future__ import annotations

from tailwatch.core.sanitise import visible
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tailwatch.core.events import Line

_MOST_BYTES: Final = 16 * 1024 * 1024
_MOST_OF_A_LINE: Final = 400


class Quotes:
    """Keeps the beginnings of all lines while they are few; a log of more than 16 MB is cited by number only."""

    def __init__(self) -> None:
        self._raw: dict[int, bytes] = {}
        self._size = 0

    def keep(self, lines: Iterable[Line]) -> None:
        """Take in lines as they were read."""
        if self._size > _MOST_BYTES:
            return
        for line in lines:
            self._raw[line.number] = line.raw[:_MOST_OF_A_LINE]
            self._size += len(line.raw)
        if self._size > _MOST_BYTES:
            self._raw.clear()

    def text(self, numbers: Iterable[int]) -> Mapping[int, str]:
        """Return the text of some lines, of those that are known and not blank."""
        found = ((n, visible(self._raw[n]).strip()) for n in sorted(set(numbers)) if n in self._raw)
        return {n: text for n, text in found if text}
