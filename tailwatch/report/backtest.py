"""`tailwatch replay LOG --show-alerts`: when each alert would have come, had someone watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from tailwatch.config import DEFAULTS
from tailwatch.core.text import ENGLISH
from tailwatch.report.status import duration
from tailwatch.report.watch import said
from tailwatch.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.config import Settings
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import SourceEvent
    from tailwatch.core.text import Language


def show_alerts(
    events: Iterable[SourceEvent],
    out: TextIO,
    settings: Settings = DEFAULTS,
    baseline: Baseline | None = None,
    language: Language = ENGLISH,
) -> int:
    """Write one line an alert, with its place and how long before the end it came; `events` carry the log's own time."""
    session = Session(settings=settings, baseline=baseline)
    say = language.say
    raised: list[tuple[float, int, str]] = []
    at = 0.0
    for event in events:
        at = max(at, event.at)
        for change in session.feed(event).findings:
            place, title = change.finding.raised, language.render(change.finding.opinion.title)
            if change.raised and place is not None:
                raised.append((event.at, place.line, said(change.finding.opinion.severity, title, language)))
            elif change.what == "closed" and place is not None:
                raised.append((event.at, session.run.line, say("over: {title}", title=title)))
    if not raised:
        out.write(say("No alert would have been raised.") + "\n")
    for when, line, text in raised:
        where = say("line {number:,} of {all:,}", number=line, all=session.lines)
        if at - when >= 1:
            where = say("{where}, {time} before the end", where=where, time=duration(at - when, language))
        out.write(say("{where}: {text}", where=where, text=text) + "\n")
    return 0
