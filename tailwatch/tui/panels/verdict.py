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
    lines = wrap(text, width - 4)
    if len(lines) > height:
        lines[height - 1] = fit(" ".join(lines[height - 1 :]), width - 4)
    body: Role = "dim" if snapshot.verdict.severity == "none" else "strong"
    return [(Span(f" {sign} " if k == 0 else "   ", role), Span(line, body)) for k, line in enumerate(lines[:height])]


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


def banner_rows(alarms: Sequence[FindingView], width: int) -> list[Row]:
    """Return the newest unacknowledged alarm as one row across the screen."""
    if not alarms:
        return [EMPTY_ROW]
    alarm = alarms[-1]
    role: Role = "alert_critical" if alarm.severity == "critical" else "alert_warning"
    more = f"  +{len(alarms) - 1} more" if len(alarms) > 1 else ""
    hint = f"{more}  a acknowledge "
    text = fit(alarm.title, max(8, width - len(hint) - 5))
    spans = (Span(f" {SIGNS[alarm.severity][0]} ", role), Span(text, role))
    filler = width - width_of(spans) - len(hint)
    return [(*spans, Span(" " * max(0, filler) + hint, role))]
