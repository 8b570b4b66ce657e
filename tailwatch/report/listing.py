"""`tailwatch messages`: the catalogue as a list that can be searched."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING

from tailwatch.catalogue import Catalogue
from tailwatch.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.catalogue import Rule


def list_messages(words: Sequence[str], labels: Sequence[str], families: Sequence[str], format: str, out: IO[str]) -> int:  # noqa: A002
    """Write the rules that hold all of the words, in any case, and have one of the labels and families.

    Returns:
        The exit code: 0, or 1 when no rule fits, as grep does.

    Raises:
        UsageError: there is no such family.
    """
    catalogue = Catalogue.load()
    unknown = sorted(set(families) - set(catalogue.families()))
    if unknown:
        raise UsageError(f"there is no family {unknown[0]!r}; the families are {', '.join(catalogue.families())}.")
    wanted = [word.casefold() for word in words]
    found = [rule for rule in catalogue.rules if _fits(rule, wanted, labels, families)]
    if format == "json":
        import json  # noqa: PLC0415 - only this format needs it

        out.write(json.dumps([_as_json(rule) for rule in found], ensure_ascii=False, indent=2) + "\n")
    else:
        out.writelines(f"{_as_text(rule)}\n" for rule in found)
        sys.stderr.write(f"{len(found):,} of {len(catalogue.rules):,} rules\n")
    return 0 if found else 1


def _fits(rule: Rule, words: Sequence[str], labels: Sequence[str], families: Sequence[str]) -> bool:
    if families and rule.id.partition(".")[0] not in families:
        return False
    if labels and rule.label not in labels and not any(when.label in labels for when in rule.when):
        return False
    if not words:
        return True
    text = "\n".join((rule.id, rule.why, rule.action, *rule.anchors, *rule.classes, *rule.samples)).casefold()
    return all(word in text for word in words)


def _as_text(rule: Rule) -> str:
    others = sorted({when.label for when in rule.when} - {rule.label})
    label = rule.label + (f" (or {', '.join(others)})" if others else "")
    sample = rule.samples[0].strip().splitlines()
    return "\n".join(
        (
            f"{rule.id}: {label}",
            f"    {sample[-1].strip()[:160]}",
            f"    Why: {rule.why}",
            f"    Do:  {rule.action}",
        )
    )


def _as_json(rule: Rule) -> dict[str, object]:
    return {
        "rule": rule.id,
        "label": rule.label,
        "labels": sorted({rule.label, *(when.label for when in rule.when)}),
        "why": rule.why,
        "action": rule.action,
        "source": rule.source,
        "samples": list(rule.samples),
    }
