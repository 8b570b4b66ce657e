"""`tailwatch replay LOG --show-alerts`: when each alert would have come, had someone watched."""

from __future__ import annotations

from tailwatch.config import DEFAULTS
from tailwatch.core.text import ENGLISH
from tailwatch.core.typed import TYPE_CHECKING, TextIO
from tailwatch.report.status import duration
from tailwatch.report.watch import said
from tailwatch.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.config import Settings
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import Place, Severity, SourceEvent
    from tailwatch.core.findings import FindingChange
    from tailwatch.core.text import Language


def show_alerts(
    events: Iterable[SourceEvent],
    out: TextIO,
    settings: Settings = DEFAULTS,
    baseline: Baseline | None = None,
    language: Language = ENGLISH,
) -> int:
    """Write one line an alert, with its place and how long before the end it came; `events` carry the log's own time.

    A finding is told when it is raised, when it becomes critical, and when it is over.
    """
    session = Session(settings=settings, baseline=baseline)
    say = language.say
    alerts: list[tuple[float, Place, str]] = []
    grave: dict[str, Severity] = {}
    at = 0.0
    for event in events:
        at = max(at, event.at)
        for change in session.feed(event).findings:
            text = _told(change, grave, language)
            if text is not None:
                place = change.finding.raised if change.raised else change.finding.closed
                alerts.append((event.at, place or session.run.here, text))
    if not alerts:
        out.write(say("No alert would have been raised.") + "\n")
    for when, place, text in alerts:
        where = say("line {number:,} of {all:,}", number=place.line, all=session.lines)
        if place.epoch is not None:
            where = say("{where}, epoch {epoch:g}", where=where, epoch=place.epoch)
        if at - when >= 1:
            where = say("{where}, {time} before the end", where=where, time=duration(at - when, language))
        out.write(say("{where}: {text}", where=where, text=text) + "\n")
    return 0


def _told(change: FindingChange, grave: dict[str, Severity], language: Language) -> str | None:
    """Return what a change of a finding has to tell, if anything; `grave` remembers how grave each was when it was told last."""
    finding, opinion = change.finding, change.finding.opinion
    if finding.raised is None:
        return None
    title = language.render(opinion.title)
    if change.what == "closed":
        grave.pop(finding.key, None)
        return language.say("over: {title}", title=title)
    graver = opinion.severity == "critical" and grave.get(finding.key) == "warning"
    if not (change.raised or graver):
        return None
    grave[finding.key] = opinion.severity
    return said(opinion.severity, title, language)
