"""One sentence on how the run is, and the banner of an alarm that nobody has acknowledged yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tailwatch.tui.paint import EMPTY_ROW, Row, Span, fit, width_of, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    lines = clipped(wrap(text, width - 4), height, width - 4)
    body: Role = "dim" if snapshot.verdict.severity == "none" else "strong"
    return [(Span(f" {sign} " if k == 0 else "   ", role), Span(line, body)) for k, line in enumerate(lines)]


def _nothing_yet(snapshot: Snapshot) -> str:
    source = snapshot.source
    if source.kind == "waiting":
        return f"waiting for {source.detail or snapshot.title}"
    if source.kind == "denied":
        return f"cannot read {snapshot.title}: {source.detail or 'permission denied'}; it is tried again"
    if source.preview or source.kind == "reading":
        return "the log's history is being read; findings come when it is complete"
    if snapshot.lines_read == 0:
        return "the log has no line yet"
    return "no metric yet: no line so far holds a named value"


def banner_rows(alarms: Sequence[FindingView], width: int, height: int) -> list[Row]:
    """Return the newest unacknowledged alarm across the screen, in at most `height` rows, and the key that takes it away."""
    if not alarms:
        return [EMPTY_ROW]
    alarm = alarms[-1]
    role: Role = "alert_critical" if alarm.severity == "critical" else "alert_warning"
    hint = (f"  +{len(alarms) - 1} more" if len(alarms) > 1 else "") + "  a acknowledge "
    room = max(8, width - 4)
    lines = wrap(alarm.title, room)
    if len(lines) < height and width_of((Span(lines[-1]),)) + len(hint) > room:
        lines.append("")
    if len(lines) >= height:
        lines = [*lines[: height - 1], fit(" ".join(lines[height - 1 :]), max(8, room - len(hint)))]
    rows: list[Row] = []
    for k, line in enumerate(lines):
        head = f" {SIGNS[alarm.severity][0]} " if k == 0 else "   "
        end = hint if k == len(lines) - 1 else ""
        filler = " " * max(0, width - width_of((Span(head + line),)) - len(end))
        rows.append((Span(head + line + filler + end, role),))
    return rows


def verdict_repeats(snapshot: Snapshot, alarms: Sequence[FindingView]) -> bool:
    """Whether the banner says what the verdict says."""
    return bool(alarms) and snapshot.verdict.text.startswith(alarms[-1].title)


def clipped(lines: list[str], most: int, width: int) -> list[str]:
    """Return at most `most` lines, the last one with an ellipsis if more would follow."""
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], fit(" ".join(lines[most - 1 :]), width)]
