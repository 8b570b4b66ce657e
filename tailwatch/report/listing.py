"""`tailwatch messages`: the catalogue as a list that can be searched."""

from __future__ import annotations

import sys

from tailwatch.catalogue.engine import Catalogue
from tailwatch.core.errors import UsageError
from tailwatch.core.terms import LABELS
from tailwatch.core.text import ENGLISH
from tailwatch.core.typed import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.catalogue.rules import Rule
    from tailwatch.core.text import Language


def list_messages(
    words: Sequence[str],
    labels: Sequence[str],
    families: Sequence[str],
    format: str,  # noqa: A002
    out: IO[str],
    language: Language = ENGLISH,
) -> int:
    """Write the rules that hold all of the words, in any case, and have one of the labels and families.

    Returns:
        The exit code: 0, or 1 when no rule fits, as grep does.

    Raises:
        UsageError: there is no such family.
    """
    catalogue = Catalogue.load()
    unknown = sorted(set(families) - set(catalogue.families()))
    if unknown:
        raise UsageError(
            "there is no family {name}; the families are {names}.", name=repr(unknown[0]), names=", ".join(catalogue.families())
        )
    wanted = [word.casefold() for word in words]
    found = [rule for rule in catalogue.rules if _fits(rule, wanted, labels, families, language)]
    if format == "json":
        import json  # noqa: PLC0415 - only this format needs it

        out.write(json.dumps([_as_json(rule, language) for rule in found], ensure_ascii=False, indent=2) + "\n")
    else:
        out.writelines(f"{_as_text(rule, language)}\n" for rule in found)
        sys.stderr.write(language.say("{n:,} of {all:,} rules", n=len(found), all=len(catalogue.rules)) + "\n")
    return 0 if found else 1


def _fits(rule: Rule, words: Sequence[str], labels: Sequence[str], families: Sequence[str], language: Language) -> bool:
    if families and rule.id.partition(".")[0] not in families:
        return False
    if labels and rule.label not in labels and not any(when.label in labels for when in rule.when):
        return False
    if not words:
        return True
    said = (rule.why, rule.action, language.of(rule.why), language.of(rule.action))
    text = "\n".join((rule.id, *said, *rule.anchors, *rule.classes, *rule.samples)).casefold()
    return all(word in text for word in words)


def _as_text(rule: Rule, language: Language) -> str:
    say = language.say
    others = sorted({when.label for when in rule.when} - {rule.label})
    label = say(LABELS[rule.label])
    if others:
        label = say("{label} (or {others})", label=label, others=language.listed(say(LABELS[o]) for o in others))
    sample = rule.samples[0].strip().splitlines()
    return "\n".join(
        (
            f"{rule.id}: {label}",
            f"    {sample[-1].strip()[:160]}",
            "    " + say("Why: {why}", why=language.of(rule.why)),
            "    " + say("Do:  {action}", action=language.of(rule.action)),
        )
    )


def _as_json(rule: Rule, language: Language) -> dict[str, object]:
    return {
        "rule": rule.id,
        "label": rule.label,
        "labels": sorted({rule.label, *(when.label for when in rule.when)}),
        "why": language.of(rule.why),
        "action": language.of(rule.action),
        "source": rule.source,
        "samples": list(rule.samples),
    }
