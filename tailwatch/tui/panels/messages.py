"""The messages of the log, folded by kind: what needs an action first, the harmless ones as one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tailwatch.tui.paint import Row, fit, row, wrap
from tailwatch.tui.panels.log import squeezed

if TYPE_CHECKING:
    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import MessageView, Snapshot

_SIGNS: Final[dict[str, tuple[str, Role, str]]] = {
    "fatal": ("✖", "critical", "fatal"),
    "actionable": ("▲", "warning", "act"),
    "unknown": ("?", "info", "unknown"),
    "info": ("·", "dim", "info"),
    "harmless": ("·", "dim", "harmless"),
}


def messages_title(snapshot: Snapshot) -> str:
    """Return the pane's title with the number of messages that need someone."""
    count = sum(1 for m in snapshot.messages if m.label in ("fatal", "actionable") and not m.hidden)
    return f"Messages {count or ''}".strip()


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
        return [row((f" {_why_none(snapshot)}", "dim"))]
    return [_fold(snapshot, unfolded=unfolded) if m is None else _row(m, width) for m in shown]


def _why_none(snapshot: Snapshot) -> str:
    if snapshot.source.kind == "reading":
        return "none yet: the history is being read"
    return "none: the log holds no warning and no error" if snapshot.lines_read else "no line yet"


def _row(message: MessageView, width: int) -> Row:
    sign, role, _ = _SIGNS[message.label]
    count = f" ×{message.times:,}" if message.times > 1 else ""
    body: Role = "dim" if message.label in ("harmless", "info") else "text"
    return row((f" {sign} ", role), (squeezed(message.title, width - 4 - len(count)), body), (count, "dim"))


def _fold(snapshot: Snapshot, *, unfolded: bool) -> Row:
    quiet = _quiet(snapshot)
    hidden = sum(m.hidden for m in quiet)
    count = sum(m.times for m in quiet)
    kinds = f"{len(quiet)} kinds, " if len(quiet) > 1 else ""
    return row(
        (f" {'▾' if unfolded else '▸'} ", "dim"),
        (f"harmless: {kinds}{count:,} message{'s' * (count != 1)}", "dim"),
        (f", {hidden} hidden" if hidden else "", "dim"),
    )


def message_detail(message: MessageView, width: int) -> list[Row]:
    """Return all about a kind of message: what it means, what to do, where it stands, and how it was written."""
    sign, role, label = _SIGNS[message.label]
    rows = [
        row((f" {sign} {label} ", role), (line, "strong")) if k == 0 else row("   ", (line, "strong"))
        for k, line in enumerate(wrap(message.title, width - 14))
    ]
    where = (
        f"line {message.first_line:,}"
        if message.times == 1
        else f"{message.times:,} times, lines {message.first_line:,} to {message.last_line:,}"
    )
    rows.append(row("   ", (where, "dim")))
    rows += [row("   ", (line, "dim")) for note in message.notes for line in wrap(note, width - 4)]
    for title, text in (
        ("Why", message.why or "no rule knows this message"),
        ("What to do", message.action),
        ("Source", message.source),
    ):
        if text:
            rows += [row(), row((f" {title}", "title")), *(row("   ", line) for line in wrap(text, width - 4))]
    rows += [row(), row((" In the log", "title"))]
    rows += [row("   ", (fit(line, width - 4), "dim")) for line in message.sample.splitlines()[:60]]
    return rows
