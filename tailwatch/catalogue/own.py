"""The user's own verdicts on messages, from the `[[message]]` tables of the configuration.

They are asked after the catalogue, because they may name one of its rules: `rule = "torch.lr_scheduler_order"` is every message
of that rule. `text` is a literal of the line, in which `{}` stands for anything; with both, both must fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from tailwatch.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.catalogue.rules import Verdict
    from tailwatch.config import OwnMessage
    from tailwatch.core.events import Label

HOLE = "{}"
WHY = "You said so: {where}."
ALERT_ACTION = "You asked to be told of it; take the table out of the configuration if it should be quiet again."
_MILD = ("harmless", "info", "unknown")


class Own(NamedTuple):
    """One of the user's verdicts, ready to be compared. `pieces` are the literals of its text, in their order."""

    pieces: tuple[str, ...]
    rule: str
    verdict: str
    unless: tuple[str, ...]
    why: str
    action: str
    where: str

    def fits(self, form: str, rule_id: str) -> bool:
        """Whether it speaks of the message `form` (blanks folded), of which the catalogue's rule is `rule_id` or none."""
        if self.rule and self.rule != rule_id:
            return False
        return self.stands_in(form) and not any(literal in form for literal in self.unless)

    def stands_in(self, form: str) -> bool:
        """Whether its text is found; one that has no text is found everywhere."""
        position = 0
        for piece in self.pieces:
            position = form.find(piece, position)
            if position < 0:
                return False
            position += len(piece)
        return True


class OwnVerdict(NamedTuple):
    """What the user says of a message, with the catalogue's words where the user has none."""

    label: Label
    why: str
    action: str
    source: str
    hidden: bool
    alert: bool


class OwnRules:
    """All of the user's verdicts; the last one that fits a message holds."""

    def __init__(self, messages: Iterable[OwnMessage] = ()) -> None:
        """Take the tables of the configuration, in their order."""
        self.rules = [own_rule(message) for message in messages]

    def concern(self, form: str) -> bool:
        """Whether a line is to be heard because the user named its words, message or not."""
        return any(rule.pieces and rule.stands_in(form) for rule in self.rules)

    def verdict(self, form: str, known: Verdict | None) -> OwnVerdict | None:
        """What the user says of a message, given what the catalogue says of it; None where the user says nothing."""
        rule_id = known.rule if known else ""
        found = next((rule for rule in reversed(self.rules) if rule.fits(form, rule_id)), None)
        if found is None:
            return None
        label: Label = known.label if known else "unknown"
        if found.verdict == "alert":
            label = "actionable" if label in _MILD else label
        elif found.verdict != "hide":
            label = cast("Label", found.verdict)
        return OwnVerdict(
            label=label,
            why=found.why or (known.why if known and label == known.label else WHY.format(where=found.where)),
            action=found.action or (ALERT_ACTION if found.verdict == "alert" else known.action if known else ""),
            source=found.where,
            hidden=found.verdict == "hide",
            alert=found.verdict == "alert",
        )


def own_rule(message: OwnMessage) -> Own:
    """Make a rule of one table of the configuration.

    Raises:
        UsageError: the table names no message, or no verdict.
    """
    if not message.verdict or not (message.text or message.rule):
        raise UsageError(f"{message.where or '[[message]]'} needs a verdict, and a text or a rule that says of which message.")
    pieces = tuple(filter(None, (" ".join(piece.split()) for piece in message.text.split(HOLE))))
    where = message.where or "your configuration"
    return Own(pieces, message.rule, message.verdict, message.unless, message.why, message.action, where)
