"""The user's own verdicts on messages, all together. What one is, and how it is compared, is told in `own_rule.py`."""

from __future__ import annotations

from tailwatch.core.digits import TEXT_DIGITS_TO_ZERO
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tailwatch.catalogue.own_rule import Own, OwnVerdict
    from tailwatch.catalogue.rules import Verdict
    from tailwatch.config_tables import OwnMessage
    from tailwatch.core.conditions import Context


class OwnRules:
    """All of the user's verdicts; the last one that fits a message holds. Pickled as their tables, from which they are made."""

    def __init__(self, messages: Iterable[OwnMessage] = (), knows: Callable[[str], bool] | None = None) -> None:
        """Take the tables of the configuration, in their order; `knows` tells whether there is a rule of a name.

        Raises:
            UsageError: a table cannot be used; names file and key.
        """
        self._messages: tuple[OwnMessage, ...] = ()
        self.rules: list[Own] = []
        for message in messages:
            self.adopt(message, knows)

    def __reduce__(self) -> tuple[type[OwnRules], tuple[tuple[OwnMessage, ...]]]:
        return OwnRules, (self._messages,)

    def adopt(self, message: OwnMessage, knows: Callable[[str], bool] | None = None) -> None:
        """Add a verdict, such as one that the user gives now."""
        from tailwatch.catalogue.own_rule import own_rule  # noqa: PLC0415 - most users give none, and start-up counts

        self.rules.append(own_rule(message, knows))
        self._messages += (message,)

    @property
    def depends_on_context(self) -> bool:
        """Whether a verdict may change as the run goes on."""
        return any(when.depends_on_context for rule in self.rules for _, when in rule.when)

    def concern(self, form: str) -> bool:
        """Whether lines of this shape are to be heard because the user named their words, messages or not."""
        shape = form.translate(TEXT_DIGITS_TO_ZERO)
        return any(rule.stands_in(shape) for rule in self.rules)

    def counted(self, form: str, known: Verdict | None) -> tuple[str, ...]:
        """The names under which a message is counted for the conditions of the verdicts that fit it."""
        rule_id = known.rule if known else ""
        return tuple(rule.where for rule in self.rules if rule.when and not rule_id and rule.fits(form, rule_id) is not None)

    def verdict(self, form: str, known: Verdict | None, context: Context, *, wrapped: bool = False) -> OwnVerdict | None:
        """What the user says of a message, given what the catalogue says of it; None where the user says nothing."""
        rule_id = known.rule if known else ""
        for rule in reversed(self.rules):
            numbers = rule.fits(form, rule_id)
            if numbers is not None:
                return rule.judge(form, numbers, known, context, wrapped=wrapped)
        return None
