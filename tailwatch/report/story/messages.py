"""What the log said, by verdict: what to act on, what is unknown, and how many lines may be forgotten, each with why."""

from __future__ import annotations

from tailwatch.core.events import Text
from tailwatch.core.importance import by_importance, trouble_lines
from tailwatch.core.sanitise import sanitise
from tailwatch.core.terms import listed
from tailwatch.core.text import phrase
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.core.wording import wording
from tailwatch.report.document import Claim, Item, Items, Paragraph, Tone
from tailwatch.report.hygiene import hygiene

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tailwatch.core.messages import Entry
    from tailwatch.report.document import Block
    from tailwatch.report.facts import Facts
    from tailwatch.report.hygiene import Hygiene

key: Final = "messages"
TITLE: Final = Text("Messages, by verdict")

GROUPS: Final[tuple[tuple[str, str, Tone, int], ...]] = (
    ("fatal", phrase("Fatal: the run died of it, or its results are worthless from there on."), "bad", 8),
    ("actionable", phrase("To act on: training went on, but speed, quality or correctness suffers."), "warn", 12),
    ("unknown", phrase("Unknown: messages that no rule of the catalogue knows."), "", 6),
    ("info", phrase("Information: no problem."), "mute", 8),
    ("harmless", phrase("Harmless: nothing to do."), "mute", 8),
)
TIMES = "{n} times."
WHY = "Why: {why}"
DO = "Do: {action}"
MORE = "{n} more kinds."
ALIKE = "The same holds for {n} more kinds, {total} times."
EFFECT = "An effect of the failure on line {line}."
WAS = "It was {label} until line {line}."
RAISED_FROM = "Raised from {frame}."
_QUIET: Final = ("info", "harmless")
HIDDEN = "Hidden by your configuration: {total} messages."
SAID_BEFORE = "{share} % of this file says nothing new:"
REDRAWS = "{count} redraws of progress bars ({share} %)"
COPIES = "{count} copies of messages ({share} %)"
OF_ONE = "{count} copies of one message ({share} %)"
TRACEBACKS = "{count} tracebacks that further ranks printed too ({share} %)"
BLANKS = "{count} blank lines ({share} %)"
_MUCH: Final = 0.1
"""The share of the bytes from which on it is worth a sentence, and from which on a part of it is named."""

_NAMED: Final = 0.01


def blocks(facts: Facts) -> Iterator[Block]:
    """Yield one list a verdict, the gravest first."""
    entries = facts.session.messages.entries()
    troubles = trouble_lines(facts.session.findings.findings)
    for label, title, tone, most in GROUPS:
        held = [e for e in entries if e.label == label and not e.hidden]
        if not held:
            continue
        yield Paragraph((Claim(Text(title), tone=tone),))
        shown = (by_importance(held, troubles) if label == "unknown" else held)[:most]
        if label in _QUIET:
            alike = _alike(held)
            items, left = [_items_alike(group, tone) for group in alike[:most]], sum(map(len, alike[most:]))
        else:
            items, left = [_item(e, tone) for e in shown], len(held) - most
        if left > 0:
            items.append(Item(Claim(Text(MORE, {"n": left}), tone="mute")))
        yield Items(tuple(items))
    filled = [*_hidden(entries), *_filled(hygiene(facts.session))]
    if filled:
        yield Paragraph(tuple(filled))


def _hidden(entries: Sequence[Entry]) -> Iterator[Claim]:
    hidden = sum(e.count for e in entries if e.hidden)
    if hidden:
        yield Claim(Text(HIDDEN, {"total": f"{hidden:,}"}))


def _filled(found: Hygiene) -> Iterator[Claim]:
    """Say what fills the log, where a good part of it says nothing new; the most wasteful first."""
    if found.share < _MUCH:
        return
    most = found.most
    alone = most is not None and most.count - 1 == found.copies.times
    named = (
        (REDRAWS, found.redraws),
        (OF_ONE if alone else COPIES, found.copies),
        (TRACEBACKS, found.tracebacks),
        (BLANKS, found.blanks),
    )
    told = sorted(((found.share_of(part), sentence, part.times) for sentence, part in named), reverse=True)
    parts = [
        Text(sentence, {"count": f"{count:,}", "share": _percent(share)}) for share, sentence, count in told if share >= _NAMED
    ]
    yield Claim(Text(SAID_BEFORE, {"share": _percent(found.share)}))
    yield Claim(Text("{parts}.", {"parts": listed(parts)}), _lines_of(most if alone else None))


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def _lines_of(entry: Entry | None) -> tuple[int, ...]:
    return () if entry is None else (entry.first_line, entry.last_line)


def _item(entry: Entry, tone: Tone) -> Item:
    lines = (entry.first_line,) if entry.first_line == entry.last_line else (entry.first_line, entry.last_line)
    details = [*_known(entry)]
    if entry.why:
        details.append(Claim(Text(WHY, {"why": Text(entry.why)})))
    if entry.action and entry.label in ("fatal", "actionable") and not entry.effect_of:
        details.append(Claim(Text(DO, {"action": Text(entry.action)})))
    count = Text(TIMES, {"n": f"{entry.count:,}"}) if entry.count > 1 else ""
    return Item(Claim(count, lines, quote=headline(entry)), tuple(details), sign=tone)


def _alike(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Put quiet messages together of which the same is to be said."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.why or entry.sample, []).append(entry)
    return [*groups.values()]


def _items_alike(entries: Sequence[Entry], tone: Tone) -> Item:
    item = _item(entries[0], tone)
    if len(entries) == 1:
        return item
    others = {"n": len(entries) - 1, "total": f"{sum(e.count for e in entries[1:]):,}"}
    lines = (min(e.first_line for e in entries[1:]), max(e.last_line for e in entries[1:]))
    return item._replace(details=(*item.details, Claim(Text(ALIKE, others), lines, tone="mute")))


def _known(entry: Entry) -> Iterator[Claim]:
    """Say what a message follows from, or how its verdict changed and what code of the user raised it."""
    if entry.effect_of:
        yield Claim(Text(EFFECT, {"line": entry.effect_of}), (entry.effect_of,))
        return
    if entry.changes:
        last = entry.changes[-1]
        yield Claim(Text(WAS, {"label": Text(last.label), "line": f"{last.line:,}"}), (last.line,))
    if entry.frame:
        yield Claim(Text(RAISED_FROM, {"frame": sanitise(entry.frame)}))


def headline(entry: Entry) -> str:
    """Return the line of a message that says what it is: the last one of a traceback, else the first."""
    lines = [line for line in entry.sample.rstrip().split("\n") if line.strip()] or [""]
    return wording(lines[-1] if "Traceback" in entry.sample else lines[0], 300)
