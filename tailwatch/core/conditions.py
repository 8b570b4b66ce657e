"""What a verdict on a message may depend on besides its words: numbers in it, and the run around it."""

from __future__ import annotations

from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from tailwatch.core.events import Label

Phase = Literal["start", "training", "exit", "unknown"]

if TYPE_CHECKING:

    class Context(Protocol):
        """What a rule may ask about the run around a message."""

        @property
        def phase(self) -> Phase:
            """Where the run stood when the message came."""

        @property
        def framework(self) -> str:
            """The framework whose dialect the log speaks, or an empty string."""

        @property
        def went_on(self) -> bool:
            """Whether training values came after the message."""

        def seen(self, rule_id: str) -> bool:
            """Whether the log holds a message of that rule so far."""

        def count(self, rule_id: str) -> int:
            """How many messages of that rule the log holds so far."""


class When(NamedTuple):
    """Conditions under which a rule's label is another one; those not given hold.

    `number` names a number of the pattern, compared with `below`, `above` (both exclusive) and `equals`; a number that is
    `nan` is equal to nothing. `seen` and `unseen` name rules, `repeats` is the least count of this rule in the log,
    `phases` and `frameworks` are alternatives, `has` and `lacks` literal texts of the message (any of them, none of them),
    `went_on` tells whether training values came after it, `wrapped` whether a script caught and printed it.
    """

    label: Label
    why: str = ""
    action: str = ""
    number: str = ""
    below: float | None = None
    above: float | None = None
    equals: float | None = None
    seen: str = ""
    unseen: str = ""
    repeats: int = 0
    phases: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    went_on: bool | None = None
    wrapped: bool | None = None

    def holds(self, rule_id: str, text: str, numbers: Mapping[str, float], context: Context, *, wrapped: bool) -> bool:
        """Whether every condition given is met by the message `text` in its context."""
        return (
            self._number_fits(numbers)
            and self._text_fits(text, wrapped=wrapped)
            and (not self.seen or context.seen(self.seen))
            and (not self.unseen or not context.seen(self.unseen))
            and (not self.repeats or context.count(rule_id) >= self.repeats)
            and (not self.phases or context.phase in self.phases)
            and (not self.frameworks or context.framework in self.frameworks)
            and (self.went_on is None or context.went_on == self.went_on)
        )

    def _number_fits(self, numbers: Mapping[str, float]) -> bool:
        if not self.number:
            return True
        value = numbers.get(self.number)
        if value is None:
            return False
        if self.equals is not None and value != self.equals:
            return False
        if self.below is not None and not value < self.below:
            return False
        return self.above is None or value > self.above

    def _text_fits(self, text: str, *, wrapped: bool) -> bool:
        if self.has and not any(literal in text for literal in self.has):
            return False
        if any(literal in text for literal in self.lacks):
            return False
        return self.wrapped is None or self.wrapped == wrapped

    @property
    def depends_on_context(self) -> bool:
        """Whether the answer may change as the run goes on."""
        return bool(self.seen or self.unseen or self.repeats or self.phases or self.frameworks) or self.went_on is not None
