"""What is being watched, how far it is, and when it last gave a sign of life."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tailwatch.tui.paint import Row, Span, middle, row, width_of

if TYPE_CHECKING:
    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import Snapshot

_STATES: Final[dict[str, tuple[str, str, Role]]] = {
    "opening": ("○", "opening", "dim"),
    "waiting": ("○", "waiting", "warning"),
    "denied": ("✖", "permission denied", "critical"),
    "reading": ("○", "reading", "info"),
    "live": ("●", "live", "good"),
    "behind": ("●", "behind", "warning"),
    "lost": ("✖", "link lost", "critical"),
    "ended": ("■", "ended", "dim"),
}
_OUTCOMES: Final = {
    "finished": "finished",
    "early_stopped": "stopped early",
    "crashed": "crashed",
    "killed": "killed",
    "stalled": "stalled",
}
UNUSUAL_FACTOR: Final = 4.0
UNUSUAL_FLOOR: Final = 20.0


def span_of_time(seconds: float) -> str:
    """Return a length of time in its two greatest units: `4 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    s = max(0, round(seconds))
    if s < 90:
        return f"{s} s"
    if s < 5400:
        return f"{round(s / 60)} min"
    hours, minutes = divmod(round(s / 60), 60)
    if hours < 48:
        return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def pieces(snapshot: Snapshot, now: float, width: int) -> list[tuple[Span, ...]]:
    """Return what the status says, most important first; each piece is one thing."""
    found = [
        _state(snapshot),
        _place(snapshot),
        _silence(snapshot, now),
        _writer(snapshot),
        _speed(snapshot),
        _framework(snapshot),
    ]
    title = (Span(middle(snapshot.title, max(12, width // 3)), "strong"),)
    return [title, *(piece for piece in found if piece)]


def status_rows(snapshot: Snapshot, now: float, width: int, height: int) -> list[Row]:
    """Set the pieces in `height` rows, as many as fit whole."""
    rows: list[list[Span]] = [[]]
    for piece in pieces(snapshot, now, width):
        own = width_of(piece)
        used = width_of(rows[-1])
        if used and used + 3 + own > width - 2:
            if len(rows) == height:
                continue
            rows.append([])
            used = 0
        rows[-1] += [Span("   " if used else " "), *piece]
    return [tuple(line) for line in rows]


def _state(snapshot: Snapshot) -> tuple[Span, ...]:
    source = snapshot.source
    sign, name, role = _STATES[source.kind]
    outcome = snapshot.clocks.outcome
    if source.kind == "live" and snapshot.clocks.writer_alive is False:
        sign, name, role = "■", "the writer is gone", "dim" if snapshot.source.speed is not None else "warning"
    if source.kind in ("live", "ended") and outcome in _OUTCOMES:
        sign, name, role = "■", _OUTCOMES[outcome], "critical" if outcome in ("crashed", "killed", "stalled") else "good"
    if source.preview or source.kind == "reading":
        percent = f" {source.percent:.0f} %" if source.percent is not None else ""
        return (Span(f"{sign} ", role), Span(f"reading history{percent}" + (" · preview" if source.preview else ""), role))
    detail = f": {source.detail}" if source.detail and source.kind in ("waiting", "denied", "behind", "lost") else ""
    return (Span(f"{sign} {name}", role), *((Span(detail),) if detail else ()))


def _place(snapshot: Snapshot) -> tuple[Span, ...]:
    s = snapshot.standing
    parts: list[Span] = []
    if s.epoch is not None:
        parts.append(Span(f"epoch {s.epoch:g}" + (f"/{s.epochs:g}" if s.epochs else "")))
    elif s.step is not None:
        parts.append(Span(f"step {s.step:,.0f}" + (f"/{s.steps:,.0f}" if s.steps else "")))
    if s.fraction is not None:
        done = round(s.fraction * 12)
        parts += [Span(" "), Span("━" * done, "train"), Span("─" * (12 - done), "rule"), Span(f" {s.fraction * 100:.0f} %")]
    if s.eta is not None and s.fraction is not None and s.fraction < 1:
        parts.append(Span(f"  {span_of_time(s.eta)} left", "dim"))
    return tuple(parts)


def is_going_on(snapshot: Snapshot) -> bool:
    """Whether more is to be expected of the run."""
    clocks = snapshot.clocks
    return snapshot.source.kind != "ended" and clocks.outcome in ("running", "unknown") and clocks.writer_alive is not False


def is_unusual(silence: float, longest_gap: float) -> bool:
    """Whether a silence is long for this run: four times its longest gap so far, and 20 s at least."""
    return silence > max(UNUSUAL_FLOOR, UNUSUAL_FACTOR * longest_gap)


def _silence(snapshot: Snapshot, now: float) -> tuple[Span, ...]:
    clocks = snapshot.clocks
    silence = now - clocks.last_data
    if math.isnan(silence) or snapshot.source.kind == "ended":
        return ()
    unusual = is_going_on(snapshot) and is_unusual(silence, clocks.longest_gap)
    text = "last line just now" if silence < 1 else f"last line {span_of_time(silence)} ago"
    return (Span(text, "warning" if unusual else "dim"),)


def _writer(snapshot: Snapshot) -> tuple[Span, ...]:
    return (Span("writer alive", "dim"),) if snapshot.clocks.writer_alive and snapshot.source.speed is None else ()


def _speed(snapshot: Snapshot) -> tuple[Span, ...]:
    source = snapshot.source
    if source.speed is None:
        return ()
    return (Span("⏸ paused" if source.paused else f"replay ×{source.speed:g}", "info"),)


def _framework(snapshot: Snapshot) -> tuple[Span, ...]:
    parts = [name for name in snapshot.dialects if name != "general"]
    if snapshot.runs > 1:
        parts.append(f"run {snapshot.run_number} of {snapshot.runs} in this log")
    if snapshot.unread_lines:
        parts.append(f"{snapshot.unread_lines:,} line{'s' * (snapshot.unread_lines != 1)} not understood: u")
    return row((" · ".join(parts), "dim"))
