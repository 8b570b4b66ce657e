"""Reading a whole log for a command."""

from __future__ import annotations

from itertools import chain, islice

from tailwatch.config import DEFAULTS
from tailwatch.core.errors import UsageError
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.config import Settings
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import Reading, SourceEvent
    from tailwatch.report.quotes import Quotes
    from tailwatch.session import Session


def check_readable(log: str) -> None:
    """Refuse a log that cannot be opened, before anything else begins.

    Raises:
        UsageError, LogError: with one sentence that says what to do.
    """
    from tailwatch.sources.whole import check

    check(_path(log))


def baseline_of(log: str | None, settings: Settings) -> Baseline | None:
    """Read the log of the run to compare with; `last` and `none` name no log, one of such a name is `./last`."""
    if log is None or log in ("last", "none"):
        return None
    from tailwatch.core.baseline import Baseline

    return Baseline.of(read(log, settings).run, log)


def read(
    log: str,
    settings: Settings = DEFAULTS,
    *,
    at: str | None = None,
    baseline: Baseline | None = None,
    quotes: Quotes | None = None,
) -> Session:
    """Read a whole log and return what is known of it; `quotes` keeps the text of its lines."""
    from tailwatch.session import Session
    from tailwatch.sources.whole import is_long, read_once

    path, time = _path(log), _time(at)
    session = Session(settings=settings, baseline=baseline)
    if is_long(path) and _read_apart(session, read_once(path, at=time), quotes):
        return session
    session = Session(settings=settings, baseline=baseline, keep_lines=quotes is not None)
    for event in read_once(path, at=time):
        changes = session.feed(event)
        if quotes is not None:
            quotes.keep(changes.lines)
    return session


def _read_apart(session: Session, events: Iterator[SourceEvent], quotes: Quotes | None) -> bool:
    """Read a log with two cores; returns whether that could be done, and went well."""
    from tailwatch.apart import LostError, fed, possible

    if not possible(session.settings):
        return False
    try:
        for _ in fed(session, events, quotes):
            pass
    except LostError:
        return False
    return True


def readings(log: str, settings: Settings = DEFAULTS, *, every_redraw: bool = False) -> Iterator[tuple[int, Reading]]:
    """Yield every reading of a log with the number of its segment; of a long log another process reads it, if that can be."""
    from tailwatch.sources.whole import is_long

    path, given = _path(log), 0
    if is_long(path):
        from tailwatch.apart import LostError, fed, possible

        if possible(settings):
            try:
                for changes in fed(*_exporting(path, settings, every_redraw=every_redraw)):
                    given += len(changes.readings)
                    yield from changes.readings
            except LostError:
                pass
            else:
                return
    session, events = _exporting(path, settings, every_redraw=every_redraw)
    yield from islice(chain.from_iterable(session.feed(event).readings for event in events), given, None)


def _exporting(path: str, settings: Settings, *, every_redraw: bool) -> tuple[Session, Iterator[SourceEvent]]:
    """Return a session that hands on all readings, and what it is to be fed with."""
    from tailwatch.session import Session
    from tailwatch.sources.whole import read_once

    session = Session(keep_readings=True, judged=False, every_redraw=every_redraw, settings=settings)
    return session, read_once(path, matters=lambda: session.intake.waits)


def _path(log: str) -> str:
    if log == "-":
        return "/dev/stdin"
    return log


def _time(text: str | None) -> float | None:
    if text is None:
        return None
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except ValueError:
        raise UsageError("--at {text} is no time; write it like 2026-01-31T12:00:00.", text=repr(text)) from None
