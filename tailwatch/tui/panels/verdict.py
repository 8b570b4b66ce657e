"""One sentence on how the run is, and the banner of an alarm that nobody has acknowledged yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tailwatch.core.text import ENGLISH, Text
from tailwatch.tui.paint import EMPTY_ROW, Row, Span, clipped, fit, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.core.text import Language
    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import FindingView, Snapshot

SIGNS: Final[dict[str, tuple[str, Role]]] = {
    "critical": ("✖", "critical"),
    "warning": ("▲", "warning"),
    "info": ("·", "info"),
    "good": ("✔", "good"),
    "none": ("○", "dim"),
}


def verdict_rows(snapshot: Snapshot, width: int, height: int) -> list[Row]:
    """Return the verdict in at most `height` rows; what is cut ends with an ellipsis."""
    text = snapshot.verdict.text or _nothing_yet(snapshot)
    sign, role = SIGNS[snapshot.verdict.severity]
    lines = clipped(text, width - 4, height)
    body: Role = "dim" if snapshot.verdict.severity == "none" else "strong"
    return [(Span(f" {sign} " if k == 0 else "   ", role), Span(line, body)) for k, line in enumerate(lines)]


def _nothing_yet(snapshot: Snapshot) -> str:
    source, say = snapshot.source, snapshot.language.say
    if source.kind == "waiting":
        return say("waiting for {log}", log=source.detail or snapshot.title)
    if source.kind == "denied":
        why = source.detail or Text("permission denied")
        return say("cannot read {log}: {why}; it is tried again", log=snapshot.title, why=why)
    if source.preview or source.kind == "reading":
        return say("the log's history is being read; findings come when it is complete")
    if snapshot.lines_read == 0:
        return say("the log has no line yet; Python holds back what it prints into a file, unless started as `python -u`")
    return say("no metric yet: no line so far holds a named value")


def banner_rows(alarms: Sequence[FindingView], width: int, height: int, language: Language = ENGLISH) -> list[Row]:
    """Return the newest unacknowledged alarm across the screen, in at most `height` rows, and the key that takes it away.

    One that is over, as after a restart, is called so, and gives way to one that holds.
    """
    if not alarms:
        return [EMPTY_ROW]
    alarm = _foremost(alarms)
    role: Role = "alert_critical" if alarm.severity == "critical" and alarm.open else "alert_warning"
    title = alarm.title if alarm.open else language.say("over: {title}", title=alarm.title)
    more = f"  {language.say('+{n} more', n=len(alarms) - 1)}" if len(alarms) > 1 else ""
    hint = f"{more}  a {language.of('acknowledge')} "
    taken = width_of((Span(hint),))
    room = max(8, width - 4)
    lines = clipped(title, room, height)
    if width_of((Span(lines[-1]),)) + taken > room:
        if len(lines) < height:
            lines.append("")
        else:
            lines[-1] = fit(lines[-1], max(8, room - taken))
    rows: list[Row] = []
    for k, line in enumerate(lines):
        head = f" {SIGNS[alarm.severity][0]} " if k == 0 else "   "
        end = hint if k == len(lines) - 1 else ""
        filler = " " * max(0, width - width_of((Span(head + line),)) - width_of((Span(end),)))
        rows.append((Span(head + line + filler + end, role),))
    return rows


def verdict_repeats(snapshot: Snapshot, alarms: Sequence[FindingView]) -> bool:
    """Whether the banner says what the verdict says."""
    return bool(alarms) and snapshot.verdict.text.startswith(_foremost(alarms).title)


def _foremost(alarms: Sequence[FindingView]) -> FindingView:
    return next((alarm for alarm in reversed(alarms) if alarm.open), alarms[-1])
