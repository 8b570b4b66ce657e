"""`tailwatch replay LOG --show-alerts`: when each alert would have come, had someone watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from tailwatch.config import DEFAULTS
from tailwatch.core.text import render
from tailwatch.report.status import duration
from tailwatch.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.config import Settings
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import SourceEvent


def show_alerts(
    events: Iterable[SourceEvent], out: TextIO, settings: Settings = DEFAULTS, baseline: Baseline | None = None
) -> int:
    """Write one line an alert, with its place and how long before the end it came; `events` carry the log's own time."""
    session = Session(settings=settings, baseline=baseline)
    raised: list[tuple[float, int, str]] = []
    at = 0.0
    for event in events:
        at = max(at, event.at)
        for change in session.feed(event).findings:
            if change.raised and change.finding.raised is not None:
                raised.append(
                    (
                        event.at,
                        change.finding.raised.line,
                        f"{change.finding.opinion.severity}: {render(change.finding.opinion.title)}",
                    )
                )
            elif change.what == "closed" and change.finding.raised is not None:
                raised.append((event.at, session.run.line, f"over: {render(change.finding.opinion.title)}"))
    if not raised:
        out.write("No alert would have been raised.\n")
    for when, line, text in raised:
        before = f", {duration(at - when)} before the end" if at - when >= 1 else ""
        out.write(f"line {line:,} of {session.lines:,}{before}: {text}\n")
    return 0
