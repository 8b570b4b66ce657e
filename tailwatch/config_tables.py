"""The `[[table]]`s of the configuration file: what an entry of `[[pattern]]` and `[[message]]` holds, and the check of each key.

To add a key: one field with its default and docstring in the table's tuple, and one entry in `TABLES`; for a key of
`[[message.when]]` a field in `core/conditions.py` and an entry in `WHEN`.
"""

from __future__ import annotations

from tailwatch.core.checks import amount, check_of, checked, one_of, some_of, text, texts, times, truth
from tailwatch.core.conditions import When
from tailwatch.core.named import NamedTuple
from tailwatch.core.text import phrase
from tailwatch.core.typed import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Pattern(NamedTuple):
    """One `[[pattern]]`: how a line that the user's own script prints is read."""

    line: str = ""
    """A template: the line with `{name}` where a number stands."""

    regex: str = ""
    """Or a regular expression with a named group for each number."""

    split: str = ""
    """Which split its values belong to, where the names do not say: train, val or test."""

    axis: str = ""
    """What its values belong to, where place and split do not tell: epoch (results) or step (running values)."""

    name: str = ""
    """What the report calls it."""

    where: str = ""
    """File and table, for a sentence about it."""


class OwnMessage(NamedTuple):
    """One `[[message]]`: the user's own verdict on a message."""

    text: str = ""
    """What stands in the line, letter by letter; `{}` stands for anything, `{name}` for a number."""

    pattern: str = ""
    """Or a regular expression found in the line, with named groups for numbers."""

    rule: str = ""
    """Or the catalogue's rule that knows it, as `tailwatch explain` names it."""

    verdict: str = ""
    """hide, alert (be told each time it begins), or the label it deserves: harmless, info, actionable, fatal."""

    unless: tuple[str, ...] = ()
    """Texts that exclude a line."""

    when: tuple[tuple[str, When], ...] = ()
    """Other verdicts, each with the conditions under which it is given; the first one that holds wins."""

    why: str = ""
    """Why, for whoever reads it later."""

    action: str = ""
    """What to do about it."""

    where: str = ""
    """File and table, for a sentence about it."""


VERDICTS: Final = ("hide", "alert", "harmless", "info", "actionable", "fatal")
WHEN: Final[Mapping[str, Callable[[object], Any]]] = {
    "verdict": one_of(*VERDICTS),
    "why": text,
    "action": text,
    "number": text,
    "below": amount,
    "above": amount,
    "equals": amount,
    "seen": text,
    "unseen": text,
    "repeats": times,
    "phases": some_of("start", "training", "exit"),
    "frameworks": some_of("keras", "huggingface", "lightning", "boosting"),
    "has": texts,
    "lacks": texts,
    "went_on": truth,
    "wrapped": truth,
}
"""The check of each key of a `[[message.when]]`."""


def conditions(value: object) -> tuple[tuple[str, When], ...]:
    """Take the tables under `[[message.when]]`: the verdict of each, "" where it gives none, and its conditions.

    Raises:
        UsageError: names the number of the table and its key.
    """
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ValueError(phrase("a list of tables, with [[message.when]] above each"))
    found = []
    for n, entry in enumerate(value, 1):
        where = f"number {n}"
        given = {k: checked(check_of(WHEN, k, where, WHEN), v, f"{where}: {k}") for k, v in entry.items()}
        found.append((given.pop("verdict", ""), When("unknown", **given)))
    return tuple(found)


TABLES: Final[Mapping[str, tuple[type[Any], Mapping[str, Callable[[object], Any]]]]] = {
    "pattern": (
        Pattern,
        {"line": text, "regex": text, "split": one_of("train", "val", "test"), "axis": one_of("epoch", "step"), "name": text},
    ),
    "message": (
        OwnMessage,
        {
            "text": text,
            "rule": text,
            "pattern": text,
            "verdict": one_of(*VERDICTS),
            "unless": texts,
            "when": conditions,
            "why": text,
            "action": text,
        },
    ),
}
"""For each `[[table]]`: the tuple an entry becomes, and the check of each of its keys."""
