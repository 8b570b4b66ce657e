"""The run around a message, as the conditions of rules ask for it."""

from __future__ import annotations

from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.catalogue.listener import Listener
    from tailwatch.core.conditions import Phase

Place = tuple[int, int]
"""Part and line."""


class Around(NamedTuple):
    """The run around the message at `place`, for the rules' conditions."""

    listener: Listener
    place: Place
    phase: Phase

    @property
    def framework(self) -> str:
        """The framework whose dialect the log speaks, or an empty string."""
        return self.listener.framework

    @property
    def went_on(self) -> bool:
        """Whether training values came after the message."""
        return self.listener.outlived(self.place)

    def seen(self, rule_id: str) -> bool:
        """Whether the log holds a message of that rule so far."""
        return self.listener.book.count(rule_id) > 0

    def count(self, rule_id: str) -> int:
        """How many messages of that rule the log holds so far."""
        return self.listener.book.count(rule_id)
