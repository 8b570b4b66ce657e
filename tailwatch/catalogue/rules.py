"""One rule of the catalogue: the message it knows, and what it says of it.

A `[[rule]]` table holds:

- `id`, `label` (harmless | info | actionable | fatal), `why`, `action`, `source`
- `anchors`: literal texts, any of which makes the rule a candidate; `{}` in an anchor stands for any text in between.
  They are compared with the line's *shape* (digits are 0, runs of blanks are one blank), so `Xid 79` finds every two-digit
  Xid: what depends on the digits belongs into `pattern` or `when`. This is what allows candidates to be cached by shape.
- `classes`: names of exceptions or warnings that make it a candidate when a message is headed by them; `*Error` is any
  name with that ending, and `warning`, `error`, `fatal` are levels. For the general rules, with a negative `priority`.
- `pattern`: a linear regular expression that must be found too; its named groups are numbers.
- `unless`: literals that exclude the rule.
- `priority`: the higher one wins; among equals the rule whose anchor matched more text.
- `samples` (at least two, which differ in their variable parts) and `not` (lines it must not match): read by the tests.
- `[[rule.when]]`: conditions, all of which must hold, that change `label` (and `why`, `action`); the first one that holds
  wins. See `When`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from tailwatch.catalogue.reading import read_rule
from tailwatch.core.lazily import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from tailwatch.catalogue.reading import Table
    from tailwatch.core.events import Label

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


_COUNTED = lazy(r"\{\d{0,9},?\d{0,9}\}|\\u[0-9a-fA-F]{4}")

Phase = Literal["start", "training", "exit", "unknown"]


class FreshContext:
    """The context of a message judged on its own: nothing else is known."""

    phase: Phase = "unknown"
    framework = ""
    went_on = False

    def seen(self, rule_id: str) -> bool:
        """Nothing was seen before."""
        del rule_id
        return False

    def count(self, rule_id: str) -> int:
        """The message itself is the first."""
        del rule_id
        return 1


class Verdict(NamedTuple):
    """What the catalogue says of one message. `numbers` are those named in the rule's pattern."""

    rule: str
    label: Label
    why: str
    action: str
    source: str
    numbers: Mapping[str, float]


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


class Rule(NamedTuple):
    """One message of the catalogue. Fields are described at the top of this file."""

    id: str
    label: Label
    anchors: tuple[str, ...]
    classes: tuple[str, ...]
    pattern: re.Pattern[str] | None
    unless: tuple[str, ...]
    priority: int
    why: str
    action: str
    source: str
    when: tuple[When, ...]
    samples: tuple[str, ...]
    non_samples: tuple[str, ...]

    def verdict(self, text: str, context: Context, *, wrapped: bool = False) -> Verdict | None:
        """What the rule says of `text` (blanks folded), or None where its pattern or an exclusion says that it is another."""
        if any(literal in text for literal in self.unless):
            return None
        numbers: dict[str, float] = {}
        if self.pattern is not None:
            found = self.pattern.search(text)
            if found is None:
                return None
            numbers = {name: value for name, group in found.groupdict().items() if (value := number(group)) is not None}
        for when in self.when:
            if when.holds(self.id, text, numbers, context, wrapped=wrapped):
                return Verdict(self.id, when.label, when.why or self.why, when.action or self.action, self.source, numbers)
        return Verdict(self.id, self.label, self.why, self.action, self.source, numbers)

    @property
    def depends_on_context(self) -> bool:
        """Whether the verdict on one and the same text may change as the run goes on."""
        return any(when.depends_on_context for when in self.when)

    @property
    def asks_for(self) -> frozenset[str]:
        """The rules whose presence in the log its conditions ask for."""
        return frozenset(other for when in self.when for other in (when.seen, when.unseen) if other)

    @property
    def depends_on_digits(self) -> bool:
        """Whether two lines of one shape may get different verdicts: digits are named somewhere, or a number is compared.

        A pattern that only says where digits stand finds the same in every line of a shape.
        """
        if any(when.number for when in self.when):
            return True
        literals = [*self.unless, *(literal for when in self.when for literal in (*when.has, *when.lacks))]
        if self.pattern is not None:
            literals.append(_COUNTED.sub("", self.pattern.pattern))
        return any(character in "0123456789" for literal in literals for character in literal)


def rule_from_toml(toml: str) -> Rule:
    """Build a rule from the TOML text of its table.

    Raises:
        KeyError: a key that every rule has is missing.
        ValueError: the text is not as the catalogue's files are written.
    """
    table, conditions = read_rule(toml)
    pattern = table.get("pattern")
    return Rule(
        id=str(table["id"]),
        label=cast("Label", table["label"]),
        anchors=_texts(table, "anchors"),
        classes=_texts(table, "classes"),
        pattern=re.compile(str(pattern)) if pattern else None,
        unless=_texts(table, "unless"),
        priority=cast("int", table.get("priority", 0)),
        why=str(table["why"]),
        action=str(table["action"]),
        source=str(table["source"]),
        when=tuple(When(**cast("dict[str, Any]", condition)) for condition in conditions),
        samples=_texts(table, "samples"),
        non_samples=_texts(table, "not"),
    )


def _texts(table: Table, key: str) -> tuple[str, ...]:
    return cast("tuple[str, ...]", table.get(key, ()))


def number(group: str | None) -> float | None:
    """Read a number as logs write it, `1,024` included; None where the group is empty or no number."""
    try:
        return float(group.replace(",", "")) if group else None
    except ValueError:
        return None
