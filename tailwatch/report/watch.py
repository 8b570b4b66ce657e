"""`tailwatch watch`: the events of a run, one line each, flushed; for cron, Slurm and other programs.

As JSON lines every object has `event`, `log`, `at` (seconds since the Unix epoch) and what the event adds: source events
(`opened`, `waiting`, `rotated`, `truncated`, `denied`, `behind`, `lost`, `ended`), findings (`opened`, `updated` when it was
raised, `closed`), `restart`, `mark`, `message` (actionable or fatal ones), `messages` (how many further ones of a kind there were
where it floods the log, see `flood.py`), and `epoch` with the newest values.
"""

from __future__ import annotations

import math
from collections import Counter

from tailwatch.config import DEFAULTS
from tailwatch.core.events import Notice, Tick
from tailwatch.core.messages import FURTHER
from tailwatch.core.sanitise import sanitise
from tailwatch.core.terms import LABELS, SEVERITIES
from tailwatch.core.text import ENGLISH, Text, compact, phrase
from tailwatch.core.typed import TYPE_CHECKING, Any, Final, TextIO
from tailwatch.report.build import place
from tailwatch.report.export import plain, whole
from tailwatch.report.flood import Flood
from tailwatch.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tailwatch.config import Settings
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import SourceEvent
    from tailwatch.core.findings import FindingChange
    from tailwatch.core.messages import Entry
    from tailwatch.core.series import Series, SeriesKey
    from tailwatch.core.text import Language
    from tailwatch.session import Changes

_SOURCE: Final[dict[str, str]] = {
    "opened": phrase("opened"),
    "waiting": phrase("waiting"),
    "rotated": phrase("rotated"),
    "truncated": phrase("truncated"),
    "denied": phrase("denied"),
    "behind": phrase("behind"),
    "lost": phrase("lost"),
    "polling": phrase("polling"),
    "ended": phrase("ended"),
}
_KINDS: Final = {"start": phrase("start"), "resume": phrase("resume"), "restart": phrase("restart")}
_LAST: Final = 4
"""So many points back the results of an epoch are looked for."""
_GONE_AFTER = 2
"""Ticks in a row without a writer, once there was one, after which the writing process has ended."""


def watch(
    events: Iterable[SourceEvent],
    log: str,
    out: TextIO,
    *,
    as_json: bool,
    until_exit: bool,
    settings: Settings = DEFAULTS,
    baseline: Baseline | None = None,
    language: Language = ENGLISH,
) -> Session:
    """Feed a session and write what happens, until the source ends or, with `until_exit`, the writing process has ended."""
    session = Session(live=True, settings=settings, baseline=baseline)
    teller = _Teller(session, language)
    written: Callable[[dict[str, Any]], str] = _json if as_json else lambda row: _line(row, language)
    writer_seen, ticks_without = False, 0
    for event in events:
        changes = session.feed(event)
        for told in teller.tell(event, changes):
            row = {"event": told.pop("event"), "log": log, "at": round(event.at, 3), **told}
            out.write(written(row) + "\n")
        out.flush()
        if isinstance(event, Tick):
            writer_seen = writer_seen or bool(event.writer_alive)
            ticks_without = 0 if event.writer_alive else ticks_without + 1
            if until_exit and writer_seen and ticks_without >= _GONE_AFTER:
                break
    for told in (*teller.tell(Tick(session.run.clock.now), session.finish()), *teller.held_back(math.inf)):
        row = {"event": told.pop("event"), "log": log, "at": round(session.run.clock.now, 3), **told}
        out.write(written(row) + "\n")
    out.flush()
    return session


def _json(row: dict[str, Any]) -> str:
    import json  # noqa: PLC0415 - `check` needs something of this module, and start-up counts

    return json.dumps(row, ensure_ascii=False)


class _Teller:
    """Remembers what was told already."""

    def __init__(self, session: Session, language: Language) -> None:
        self._session = session
        self._language = language
        self._segments = 1
        self._marks = 0
        self._epoch: tuple[int, float] = (0, math.nan)
        self._valued: set[SeriesKey] = set()
        self._messages: dict[tuple[str, str], str] = {}
        self._shared: dict[tuple[str, str], int] = {}
        self._flood = Flood()
        self._told: dict[str, tuple[str, str]] = {}

    def tell(self, event: SourceEvent, changes: Changes) -> Iterator[dict[str, Any]]:
        """Yield what is new, in the order in which a person would say it."""
        if isinstance(event, Notice) and event.kind != "read":
            yield {"event": event.kind, "detail": sanitise(self._language.render(event.detail))}
        run = self._session.run
        if len(run.segments) > self._segments:
            self._segments = len(run.segments)
            self._marks = 0
            yield {"event": "restart", "segment": run.segment.number, "kind": run.segment.kind, "line": run.segment.first_line}
        for mark in run.segment.marks[self._marks :]:
            yield {"event": "mark", "kind": mark.kind, "epoch": whole(mark.epoch), "line": mark.line, "text": mark.text}
        self._marks = len(run.segment.marks)
        yield from self._said(event.at)
        yield from self.held_back(event.at)
        yield from (_finding(change, self._language) for change in changes.findings if self._is_news(change))
        yield from self._epoch_values()

    def _is_news(self, change: FindingChange) -> bool:
        """Whether a finding says something else than it did: its figures may change unseen, its advice when the run is over."""
        key, opinion = change.finding.key, change.finding.opinion
        said = (opinion.severity, self._language.render(opinion.title))
        before, self._told[key] = self._told.get(key), said
        return change.what != "updated" or said != before

    def _said(self, at: float) -> Iterator[dict[str, Any]]:
        for entry in self._session.messages.entries():
            if entry.label not in ("fatal", "actionable"):
                continue
            key = (entry.rule, entry.template)
            if entry.template == FURTHER:  # many kinds in one entry, as there are too many of them to keep
                before, self._shared[key] = self._shared.get(key, 0), entry.count
                if entry.count > before:
                    self._flood.hold(entry, entry.count - before, at)
            elif self._messages.get(key) != entry.label:
                self._messages[key] = entry.label
                if self._flood.passes(entry, at):
                    row = {"event": "message", "label": entry.label, "rule": entry.rule, "line": entry.first_line}
                    yield {**row, "text": _sample(entry), "action": self._language.of(entry.action)}

    def held_back(self, at: float) -> Iterator[dict[str, Any]]:
        """Yield how many messages were not told one by one in the intervals that are over at a time."""
        for held in self._flood.over(at):
            last = held.last
            if last is not None:
                row = {"event": "messages", "label": last.label, "rule": last.rule, "count": held.count}
                yield {**row, "first_line": held.first_line, "last_line": last.last_line, "text": _sample(last)}

    def _epoch_values(self) -> Iterator[dict[str, Any]]:
        """Yield the results of the newest epoch, and of the one told last what came since; of those between, nothing."""
        run = self._session.run
        ended = [s for s in run.series() if s.axis == "epoch" and len(s) and not math.isnan(s.epochs[-1])]
        if not ended:
            return
        newest = run.segment.number, max(s.epochs[-1] for s in ended)
        if self._epoch[0] == newest[0] and self._epoch != newest:
            yield from self._values_of(self._epoch[1], ended)
        if self._epoch != newest:
            self._epoch, self._valued = newest, set()
        yield from self._values_of(newest[1], ended)

    def _values_of(self, epoch: float, ended: list[Series]) -> Iterator[dict[str, Any]]:
        new = {s: value for s in ended if s.key not in self._valued and (value := _at(s, epoch)) is not None}
        if not new:
            return
        self._valued.update(s.key for s in new)
        names = Counter(s.spec.name for s in ended)
        values = {_named(s, alone=names[s.spec.name] == 1): plain(value) for s, value in new.items()}
        epochs = whole(self._session.run.progress.epochs)
        yield {"event": "epoch", "epoch": whole(epoch), "epochs": epochs, "values": values}


def _at(series: Series, epoch: float) -> float | None:
    """Return a series' value at an epoch, if that is one of its last."""
    near = range(len(series) - 1, max(-1, len(series) - 1 - _LAST), -1)
    return next((series.values[i] for i in near if series.epochs[i] == epoch), None)


def _named(series: Series, *, alone: bool) -> str:
    """Return the name of a series; where others have it too, as `loss` under a heading, those of training have it alone."""
    split = series.spec.split
    return series.spec.name if alone or split in (None, "train") else f"{split} {series.spec.name}"


def _sample(entry: Entry) -> str:
    """Return the line of a message that says most."""
    sample = entry.sample
    return sanitise(sample.rstrip().rsplit("\n", 1)[-1] if "Traceback" in sample else sample.split("\n", 1)[0])


def _finding(change: FindingChange, language: Language) -> dict[str, Any]:
    finding, opinion = change.finding, change.finding.opinion
    at = finding.closed if change.what == "closed" and finding.closed else finding.raised or finding.opened
    return {
        "event": "finding",
        "what": change.what,
        "raised": change.raised,
        "id": opinion.id,
        "key": finding.key,
        "severity": opinion.severity,
        "place": place(at),
        "title": language.render(opinion.title),
        "actions": [language.render(a) for a in opinion.actions],
    }


def _line(row: dict[str, Any], language: Language) -> str:
    form = {
        "finding": _finding_line,
        "message": _message_line,
        "messages": _messages_line,
        "mark": _mark_line,
        "epoch": _epoch_line,
        "restart": _restart_line,
    }
    return form.get(row["event"], _source_line)(row, language)


def _finding_line(row: dict[str, Any], language: Language) -> str:
    if row["what"] == "closed":
        return language.say("over: {title}", title=row["title"])
    return said(row["severity"], row["title"], language)


def _message_line(row: dict[str, Any], language: Language) -> str:
    label = Text(LABELS[row["label"]])
    return language.say("{label} (line {line}): {text}", label=label, line=row["line"], text=row["text"])


def _messages_line(row: dict[str, Any], language: Language) -> str:
    label = Text(LABELS[row["label"]])
    values = {"first": row["first_line"], "last": row["last_line"], "text": row["text"]}
    return language.count(
        "{label} (line {last}): one more of the kind: {text}",
        "{label} (lines {first} to {last}): {n:,} more of the kind, such as: {text}",
        row["count"],
        label=label,
        **values,
    )


def _mark_line(row: dict[str, Any], language: Language) -> str:
    return language.say("line {line}: {text}", line=row["line"], text=row["text"])


def _restart_line(row: dict[str, Any], language: Language) -> str:
    what, n = Text(_KINDS[row["kind"]]), row["segment"] + 1
    return language.say("{what} at line {line}: run {n} of this log", what=what, line=row["line"], n=n)


def _source_line(row: dict[str, Any], language: Language) -> str:
    what = Text(_SOURCE[row["event"]])
    return language.say("{what}: {detail}", what=what, detail=row["detail"]) if row["detail"] else language.render(what)


def _epoch_line(row: dict[str, Any], language: Language) -> str:
    values = (f"{k} {compact(v) if isinstance(v, float | int) else v}" for k, v in row["values"].items())
    number, epochs = row["epoch"], row["epochs"]
    place = (
        Text("epoch {number:g}/{all:g}", {"number": number, "all": epochs})
        if epochs
        else Text("epoch {number:g}", {"number": number})
    )
    return language.say("{place}: {values}", place=place, values=language.listed(values))


def said(severity: str, title: str, language: Language) -> str:
    """Return a finding's title after how grave it is."""
    return language.say("{severity}: {title}", severity=Text(SEVERITIES[severity]), title=title)
