"""What is being watched, how far it is, and when it last gave a sign of life."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tailwatch.core.text import ENGLISH, phrase
from tailwatch.tui.paint import Row, Span, middle, row, width_of

if TYPE_CHECKING:
    from tailwatch.core.text import Language
    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import Snapshot

_STATES: Final[dict[str, tuple[str, str, Role]]] = {
    "opening": ("○", phrase("opening"), "dim"),
    "waiting": ("○", phrase("waiting"), "warning"),
    "denied": ("✖", phrase("permission denied"), "critical"),
    "reading": ("○", phrase("reading"), "info"),
    "live": ("●", phrase("live"), "good"),
    "behind": ("●", phrase("behind"), "warning"),
    "lost": ("✖", phrase("link lost"), "critical"),
    "ended": ("■", phrase("ended"), "dim"),
}
_OUTCOMES: Final = {
    "finished": phrase("finished"),
    "early_stopped": phrase("stopped early"),
    "crashed": phrase("crashed"),
    "killed": phrase("killed"),
    "stalled": phrase("stalled"),
}
UNUSUAL_FACTOR: Final = 4.0
UNUSUAL_FLOOR: Final = 20.0


def span_of_time(seconds: float, language: Language = ENGLISH) -> str:
    """Return a length of time in its two greatest units: `4 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    s, say = max(0, round(seconds)), language.say
    if s < 90:
        return say("{seconds} s", seconds=s)
    if s < 5400:
        return say("{minutes} min", minutes=round(s / 60))
    hours, minutes = divmod(round(s / 60), 60)
    if hours < 48:
        return say("{hours} h {minutes:02} min", hours=hours, minutes=minutes) if minutes else say("{hours} h", hours=hours)
    days, hours = divmod(hours, 24)
    return say("{days} d {hours} h", days=days, hours=hours) if hours else say("{days} d", days=days)


def pieces(snapshot: Snapshot, now: float, width: int, height: int) -> list[tuple[Span, ...]]:
    """Return what the status says, most important first; each piece is one thing. An unusual silence is, before how far it is."""
    title = (Span(middle(snapshot.title, max(12, width // 3)), "strong"),)
    room = width - 2 - (width_of(title) + 3 if height == 1 else 0)
    place, silence = _place(snapshot), _silence(snapshot, now)
    found = [
        _state(snapshot, now, room),
        *((silence, place) if silence and silence[0].role == "warning" else (place, silence)),
        _writer(snapshot),
        _speed(snapshot),
        _played(snapshot),
        _framework(snapshot),
    ]
    return [title, *(piece for piece in found if piece)]


def status_rows(snapshot: Snapshot, now: float, width: int, height: int) -> list[Row]:
    """Set the pieces in `height` rows, as many as fit whole."""
    rows: list[list[Span]] = [[]]
    for piece in pieces(snapshot, now, width, height):
        own = width_of(piece)
        used = width_of(rows[-1])
        if used and used + 3 + own > width - 2:
            if len(rows) == height:
                continue
            rows.append([])
            used = 0
        rows[-1] += [Span("   " if used else " "), *piece]
    return [tuple(line) for line in rows]


def _state(snapshot: Snapshot, now: float, room: int) -> tuple[Span, ...]:
    """Say how the log is, and why as far as there is room for that."""
    source, language = snapshot.source, snapshot.language
    sign, name, role = _STATES[source.kind]
    outcome = snapshot.clocks.outcome
    if source.kind == "live" and _has_no_writer(snapshot, now):
        sign, name, role = "■", phrase("the writer is gone"), "dim" if snapshot.source.speed is not None else "warning"
    if source.kind in ("live", "ended") and outcome in _OUTCOMES:
        sign, name, role = "■", _OUTCOMES[outcome], "critical" if outcome in ("crashed", "killed", "stalled") else "good"
    if source.preview or source.kind == "reading":
        known = source.percent is not None
        text = (
            language.say("reading history {percent:.0f} %", percent=source.percent) if known else language.of("reading history")
        )
        return (Span(f"{sign} ", role), Span(text + (f" · {language.of('preview')}" if source.preview else ""), role))
    said = language.of(name)
    if source.detail and source.kind in ("waiting", "denied", "behind", "lost"):
        why = (Span(f"{sign} {said}", role), Span(language.say(": {detail}", detail=source.detail)))
        return why if width_of(why) <= room else why[:1]
    return (Span(f"{sign} {said}", role),)


def _place(snapshot: Snapshot) -> tuple[Span, ...]:
    s, say = snapshot.standing, snapshot.language.say
    parts: list[Span] = []
    if s.epoch is not None and s.epochs:
        parts.append(Span(say("epoch {number:g}/{all:g}", number=s.epoch, all=s.epochs)))
    elif s.epoch is not None:
        parts.append(Span(say("epoch {number:g}", number=s.epoch)))
    elif s.step is not None and s.steps:
        parts.append(Span(say("step {number:,.0f}/{all:,.0f}", number=s.step, all=s.steps)))
    elif s.step is not None:
        parts.append(Span(say("step {number:,.0f}", number=s.step)))
    if s.fraction is not None:
        done = round(s.fraction * 12)
        parts += [Span(" "), Span("━" * done, "train"), Span("─" * (12 - done), "rule"), Span(f" {s.fraction * 100:.0f} %")]
    if s.eta is not None and s.fraction is not None and s.fraction < 1:
        parts.append(Span("  " + say("{time} left", time=span_of_time(s.eta, snapshot.language)), "dim"))
    return tuple(parts)


def is_going_on(snapshot: Snapshot) -> bool:
    """Whether more is to be expected of the run."""
    clocks = snapshot.clocks
    return (
        snapshot.source.kind != "ended" and clocks.outcome in ("running", "unknown") and not _has_no_writer(snapshot, clocks.now)
    )


def _has_no_writer(snapshot: Snapshot, now: float) -> bool:
    """Whether nobody writes the log any more; one that opens it for each line does not hold it between two of them."""
    clocks = snapshot.clocks
    return clocks.writer_alive is False and is_unusual(now - clocks.last_data, clocks.longest_gap)


def is_unusual(silence: float, longest_gap: float) -> bool:
    """Whether a silence is long for this run: four times its longest gap so far, and 20 s at least."""
    return silence > max(UNUSUAL_FLOOR, UNUSUAL_FACTOR * longest_gap)


def _silence(snapshot: Snapshot, now: float) -> tuple[Span, ...]:
    clocks = snapshot.clocks
    silence = now - clocks.last_data
    if math.isnan(silence) or snapshot.source.kind == "ended":
        return ()
    unusual = is_going_on(snapshot) and is_unusual(silence, clocks.longest_gap)
    language = snapshot.language
    ago = span_of_time(silence, language)
    text = language.of("last line just now") if silence < 1 else language.say("last line {time} ago", time=ago)
    return (Span(text, "warning" if unusual else "dim"),)


def _writer(snapshot: Snapshot) -> tuple[Span, ...]:
    return (
        (Span(snapshot.language.of("writer alive"), "dim"),)
        if snapshot.clocks.writer_alive and snapshot.source.speed is None
        else ()
    )


def _speed(snapshot: Snapshot) -> tuple[Span, ...]:
    source = snapshot.source
    if source.speed is None:
        return ()
    say = snapshot.language.say
    return (Span(say("⏸ paused") if source.paused else say("replay ×{speed:g}", speed=source.speed), "info"),)


def _played(snapshot: Snapshot) -> tuple[Span, ...]:
    source = snapshot.source
    if source.speed is None or source.percent is None:
        return ()
    return (Span(snapshot.language.say("{percent:.0f} % of the log", percent=source.percent), "dim"),)


def _framework(snapshot: Snapshot) -> tuple[Span, ...]:
    language = snapshot.language
    parts = [name for name in snapshot.dialects if name != "general"]
    if snapshot.runs > 1:
        parts.append(language.say("run {n} of {all} in this log", n=snapshot.run_number, all=snapshot.runs))
    if snapshot.unread_lines:
        count = snapshot.unread_lines
        parts.append(language.count("{n:,} line not understood: u", "{n:,} lines not understood: u", count))
    return row((" · ".join(parts), "dim"))
