"""The messages of the log, folded by kind: what needs an action first, the harmless ones as one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tailwatch.core.terms import LABELS
from tailwatch.core.text import ENGLISH, phrase
from tailwatch.tui.paint import Row, fit, row, wrap
from tailwatch.tui.panels.log import squeezed

if TYPE_CHECKING:
    from tailwatch.core.text import Language
    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import MessageView, Snapshot

_SIGNS: Final[dict[str, tuple[str, Role]]] = {
    "fatal": ("✖", "critical"),
    "actionable": ("▲", "warning"),
    "unknown": ("?", "info"),
    "info": ("·", "dim"),
    "harmless": ("·", "dim"),
}


def messages_title(snapshot: Snapshot) -> str:
    """Return the pane's title with the number of messages that need someone."""
    count = sum(1 for m in snapshot.messages if m.label in ("fatal", "actionable") and not m.hidden)
    return f"{snapshot.language.of('Messages')} {count or ''}".strip()


def shown_messages(snapshot: Snapshot, *, unfolded: bool) -> list[MessageView | None]:
    """Return the messages that have a row; None is the one row of all harmless ones."""
    loud = [m for m in snapshot.messages if m.label != "harmless" and not m.hidden]
    quiet = _quiet(snapshot)
    if not quiet:
        return list(loud)
    return [*loud, None, *quiet] if unfolded else [*loud, None]


def _quiet(snapshot: Snapshot) -> list[MessageView]:
    return [m for m in snapshot.messages if m.label == "harmless" or m.hidden]


def messages_rows(snapshot: Snapshot, width: int, *, unfolded: bool = False) -> list[Row]:
    """Return one row a kind of message with its count."""
    shown = shown_messages(snapshot, unfolded=unfolded)
    if not shown:
        return [row((f" {snapshot.language.of(_why_none(snapshot))}", "dim"))]
    return [_fold(snapshot, unfolded=unfolded) if m is None else _row(m, width) for m in shown]


def _why_none(snapshot: Snapshot) -> str:
    if snapshot.source.kind == "reading":
        return phrase("none yet: the history is being read")
    return phrase("none: the log holds no warning and no error") if snapshot.lines_read else phrase("no line yet")


def _row(message: MessageView, width: int) -> Row:
    sign, role = _SIGNS[message.label]
    count = f" ×{message.times:,}" if message.times > 1 else ""
    body: Role = "dim" if message.label in ("harmless", "info") else "text"
    return row((f" {sign} ", role), (squeezed(message.title, width - 4 - len(count)), body), (count, "dim"))


def _fold(snapshot: Snapshot, *, unfolded: bool) -> Row:
    quiet = _quiet(snapshot)
    hidden = sum(m.hidden for m in quiet)
    count = sum(m.times for m in quiet)
    language = snapshot.language
    told = language.count("{n:,} message", "{n:,} messages", count)
    parts = [language.say("{n} kinds", n=len(quiet)), told] if len(quiet) > 1 else [told]
    parts += [language.say("{n} hidden", n=hidden)] if hidden else []
    text = language.say("harmless: {what}", what=language.listed(parts))
    return row((f" {'▾' if unfolded else '▸'} {text}", "dim"))


def message_detail(message: MessageView, width: int, language: Language = ENGLISH) -> list[Row]:
    """Return all about a kind of message: what it means, what to do, where it stands, and how it was written."""
    say = language.say
    sign, role = _SIGNS[message.label]
    lines = wrap(message.title, width - 4)
    rows = [row((f" {sign if k == 0 else ' '} ", role), (line, "strong")) for k, line in enumerate(lines)]
    first, last, n = message.first_line, message.last_line, message.times
    where = say("line {number:,}", number=first)
    if n > 1:
        where = say("{n:,} times, lines {first:,} to {last:,}", n=n, first=first, last=last)
    rows.append(row("   ", (language.of(LABELS[message.label]), role), (f" · {where}", "dim")))
    rows += [row("   ", (line, "dim")) for note in message.notes for line in wrap(note, width - 4)]
    for title, text in (
        (phrase("Why"), message.why or say("no rule knows this message")),
        (phrase("What to do"), message.action),
        (phrase("Source"), message.source),
    ):
        if text:
            rows += [row(), row((f" {say(title)}", "title")), *(row("   ", line) for line in wrap(text, width - 4))]
    rows += [row(), row((f" {say('In the log')}", "title"))]
    rows += [row("   ", (fit(line, width - 4), "dim")) for line in message.sample.splitlines()[:60]]
    return rows
