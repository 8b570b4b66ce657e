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

from tailwatch.catalogue.reading import read_rule
from tailwatch.core.conditions import When
from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from tailwatch.catalogue.reading import Table
    from tailwatch.core.conditions import Context, Phase
    from tailwatch.core.events import Label


_DIGIT = lazy("[0-9]")
_COUNTED = lazy(r"\{\d{0,9},?\d{0,9}\}|\\u[0-9a-fA-F]{4}")


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
        return _DIGIT.search(" ".join(literals)) is not None


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
        pattern=lazy(str(pattern)) if pattern else None,
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
