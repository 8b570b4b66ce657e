r"""The user's own verdicts on messages, from the `[[message]]` tables of the configuration: rules of the catalogue's form.

They are asked after the catalogue, because they may name one of its rules: `rule = "torch.lr_scheduler_order"` is every message
of that rule. `text` is a literal of the line, in which `{}` stands for anything and `{name}` for a number; `pattern` a regular
expression whose named groups are numbers, run by RE2. What is given must all fit. `[[message.when]]` changes the verdict by
numbers and by the run around the message, as `[[rule.when]]` does.

A template is cut at its `{}` into pieces of literals and bounded numbers, which are looked for one after the other: the time is
linear in the line's length.
"""

from __future__ import annotations

from tailwatch.catalogue.rules import number
from tailwatch.core.digits import TEXT_DIGITS_TO_ZERO
from tailwatch.core.errors import UsageError, words
from tailwatch.core.lazily import escape, lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Mapping

    from tailwatch.catalogue.rules import Verdict
    from tailwatch.config_tables import OwnMessage
    from tailwatch.core.conditions import Context, When
    from tailwatch.core.events import Label
    from tailwatch.core.regexes import Regex

WHY: Final = "You said so: {where}."
ALERT_ACTION: Final = "You asked to be told of it; take the table out of the configuration if it should be quiet again."
_MILD: Final = ("harmless", "info", "unknown")
_HOLE: Final = lazy(r"\{\*?\}")
_NAMED: Final = lazy(r"\{([A-Za-z_]\w{0,40})\}")
_NUMBER: Final = r"[-+]?(?:\d{1,20}(?:,\d{3}){0,6}(?:\.\d{0,20})?(?:[eE][-+]?\d{1,4})?|nan|NaN|inf|Inf)"


class Own(NamedTuple):
    """One of the user's verdicts, ready to be compared. `pieces` are those of its text, `loose` the same with digits as 0."""

    pieces: tuple[re.Pattern[str], ...]
    loose: tuple[re.Pattern[str], ...]
    regex: Regex | None
    rule: str
    verdict: str
    when: tuple[tuple[str, When], ...]
    unless: tuple[str, ...]
    why: str
    action: str
    where: str

    def fits(self, form: str, rule_id: str) -> dict[str, float] | None:
        """The numbers it names in the message `form` (blanks folded) of a rule, or of none; None where it is another one."""
        if self.rule and self.rule != rule_id:
            return None
        found = _found(self.pieces, form)
        if found is None or any(literal in form for literal in self.unless):
            return None
        if self.regex is not None:
            groups = self.regex.search(form)
            if groups is None:
                return None
            found |= groups
        return {name: value for name, group in found.items() if (value := number(group)) is not None}

    def stands_in(self, shape: str) -> bool:
        """Whether it may speak of lines of a shape, by its own words; one that only names a rule speaks of none by itself."""
        if not self.pieces and self.regex is None:
            return False
        return _found(self.loose, shape) is not None and (self.regex is None or self.regex.spans(shape.encode()) is not None)

    def says(
        self, form: str, numbers: Mapping[str, float], rule_id: str, context: Context, *, wrapped: bool
    ) -> tuple[str, str, str]:
        """The verdict, why and action: those of the first `when` that holds, else its own."""
        for verdict, when in self.when:
            if when.holds(rule_id or self.where, form, numbers, context, wrapped=wrapped):
                return verdict, when.why or self.why, when.action or self.action
        return self.verdict, self.why, self.action

    def judge(
        self, form: str, numbers: Mapping[str, float], known: Verdict | None, context: Context, *, wrapped: bool
    ) -> OwnVerdict:
        """The verdict with all that is told of it, given what the catalogue says of the message."""
        rule_id = known.rule if known else ""
        return _verdict(self.where, self.says(form, numbers, rule_id, context, wrapped=wrapped), known)


class OwnVerdict(NamedTuple):
    """What the user says of a message, with the catalogue's words where the user has none."""

    label: Label
    why: str
    action: str
    source: str
    hidden: bool
    alert: bool


def _verdict(where: str, said: tuple[str, str, str], known: Verdict | None) -> OwnVerdict:
    verdict, why, action = said
    label: Label = known.label if known else "unknown"
    if verdict == "alert":
        label = "actionable" if label in _MILD else label
    elif verdict != "hide":
        label = cast("Label", verdict)
    return OwnVerdict(
        label=label,
        why=why or (known.why if known and label == known.label else WHY.format(where=where)),
        action=action or (ALERT_ACTION if verdict == "alert" else known.action if known else ""),
        source=where,
        hidden=verdict == "hide",
        alert=verdict == "alert",
    )


def own_rule(message: OwnMessage, knows: Callable[[str], bool] | None = None) -> Own:
    """Make a rule of one table of the configuration.

    Raises:
        UsageError: the table names no message, no verdict, or what there is not.
    """
    where = message.where or "your configuration"
    if not message.verdict or not (message.text or message.pattern or message.rule):
        raise UsageError(
            "{where} needs a verdict, and a text or a rule or a pattern that says of which message.",
            where=message.where or "[[message]]",
        )
    if message.rule and knows is not None and not knows(message.rule):
        raise UsageError(
            "{where}: rule: the catalogue has no rule {rule}; `tailwatch messages WORD` lists them.",
            where=where,
            rule=repr(message.rule),
        )
    regex = None
    if message.pattern:
        from tailwatch.core.regexes import Regex  # noqa: PLC0415 - start-up counts

        try:
            regex = Regex(message.pattern, "text")
        except ValueError as error:
            raise UsageError("{where}: {key} cannot be used: {error}.", where=where, key="pattern", error=words(error)) from None
    pieces = _pieces(message.text, where)
    names = {name for piece in pieces for name in piece.groupindex} | set(regex.names if regex else ())
    when = tuple(_when(verdict, when, f"{where}: when number {n}", names) for n, (verdict, when) in enumerate(message.when, 1))
    loose = _pieces(message.text.translate(TEXT_DIGITS_TO_ZERO), where)
    return Own(pieces, loose, regex, message.rule, message.verdict, when, message.unless, message.why, message.action, where)


def _when(verdict: str, condition: When, where: str, names: set[str]) -> tuple[str, When]:
    if not verdict:
        raise UsageError("{where} needs a verdict.", where=where)
    if condition.number and condition.number not in names:
        raise UsageError(
            "{where}: number: neither text nor pattern names {name}; write {hole} in text.",
            where=where,
            name=repr(condition.number),
            hole=f"{{{condition.number}}}",
        )
    return verdict, condition


def _pieces(text: str, where: str) -> tuple[re.Pattern[str], ...]:
    import re  # noqa: PLC0415 - start-up counts; what users write is not kept with the compiled patterns

    pieces = filter(None, (" ".join(piece.split()) for piece in _HOLE.split(text)))
    names = _NAMED.findall(text)
    if len(names) != len(set(names)):
        raise UsageError("{where}: text names a number twice; give each number a name of its own.", where=where)
    return tuple(re.compile(_expression(piece)) for piece in pieces)


def _expression(piece: str) -> str:
    parts = _NAMED.split(piece)
    return "".join(f"(?P<{part}>{_NUMBER})" if n % 2 else escape(part) for n, part in enumerate(parts))


def _found(pieces: Iterable[re.Pattern[str]], form: str) -> dict[str, str | None] | None:
    """What the named numbers of the pieces are, found in their order; None where one is missing."""
    position = 0
    groups: dict[str, str | None] = {}
    for piece in pieces:
        found = piece.search(form, position)
        if found is None:
            return None
        position = found.end()
        groups |= found.groupdict()
    return groups
