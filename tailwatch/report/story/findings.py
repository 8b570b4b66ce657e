"""What is wrong, each finding with its why, since when it holds, and from when on it could have been known."""

from __future__ import annotations

from tailwatch.core.events import Text
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.document import Claim, Item, Items, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import Finding, Place
    from tailwatch.report.document import Block
    from tailwatch.report.facts import Facts

key: Final = "findings"
TITLE: Final = Text("Findings")

SINCE = "Since {since}; the alarm came at {raised}."
RAISED = "The alarm came at {raised}."
SINCE_ONLY = "Since {since}."
BEFORE = "Findings of earlier runs in this log: {count}; `--format json` holds them."
OVER = "Over since {closed}."
_SIGNS: Final[dict[str, Tone]] = {"critical": "bad", "warning": "warn", "info": "mute"}


def blocks(facts: Facts) -> Iterator[Block]:
    """Yield all findings, those that hold first."""
    items = [_item(f) for f in facts.findings if f.segment == facts.segment.number]
    before = sum(f.segment != facts.segment.number for f in facts.findings)
    if before:
        items.append(Item(Claim(Text(BEFORE, {"count": before}), tone="mute"), sign="mute"))
    if items:
        yield Items(tuple(items))


def _item(finding: Finding) -> Item:
    opinion = finding.opinion
    details = [Claim(opinion.why)]
    if finding.closed is not None:
        details.append(Claim(Text(OVER, {"closed": at(finding.closed)})))
    elif finding.raised is not None and finding.raised.line < opinion.since.line:
        details.append(Claim(Text(RAISED, {"raised": at(finding.raised)})))
    elif opinion.since.epoch is not None or opinion.since.step is not None:
        values = {"since": at(opinion.since), "raised": at(finding.raised) if finding.raised else ""}
        details.append(Claim(Text(SINCE if finding.raised is not None else SINCE_ONLY, values)))
    lines = tuple(dict.fromkeys(e.line for e in opinion.evidence))[:6]
    return Item(Claim(opinion.title, lines), tuple(details), sign="mute" if finding.closed else _SIGNS[opinion.severity])


def at(place: Place) -> Text:
    """Say where a place is."""
    if place.epoch is not None:
        return Text("epoch {n}", {"n": f"{place.epoch:g}"})
    if place.step is not None:
        return Text("step {n}", {"n": f"{place.step:,.0f}"})
    return Text("line {n}", {"n": f"{place.line:,}"})
