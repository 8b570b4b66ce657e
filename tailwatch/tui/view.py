"""Makes snapshots: copies from a session what the screen shows, and only what has changed since the last one."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

from tailwatch.core.importance import by_importance, trouble_lines
from tailwatch.core.messages import literal_of
from tailwatch.core.pace import steps_of
from tailwatch.core.sanitise import sanitise
from tailwatch.core.series import SeriesKey
from tailwatch.core.terms import LABELS, SPLITS
from tailwatch.core.text import ENGLISH, phrase, render
from tailwatch.core.verdict import has_worsened, stands_still, told_by, verdict
from tailwatch.tui.curves import ChartData, chart_data, place_label, running_series
from tailwatch.tui.snapshot import (
    Clocks,
    EvidenceView,
    FindingView,
    MessageView,
    SeriesView,
    Snapshot,
    SourceState,
    Standing,
    UnreadView,
    Verdict,
)
from tailwatch.tui.sparkline import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.core.events import Finding, Text
    from tailwatch.core.messages import Entry
    from tailwatch.core.run import Run
    from tailwatch.core.segment import Pair, Segment
    from tailwatch.core.series import Series
    from tailwatch.core.text import Language
    from tailwatch.session import Session

MAX_CHARTS: Final = 24
MAX_SERIES_ROWS: Final = 200
MAX_UNREAD: Final = 30
SPARK_COLUMNS: Final = 16
_GRAVE: Final = {"critical": 0, "warning": 1, "info": 2}
_RANK: Final = {"fatal": 0, "actionable": 1, "unknown": 2, "info": 3, "harmless": 4}


class SnapshotMaker:
    """Remembers what it copied, by the version of each series, so that a quiet series costs nothing."""

    def __init__(self, title: str, language: Language = ENGLISH) -> None:
        self._title = title
        self._language = language
        self._charts: dict[str, tuple[object, ChartData]] = {}
        self._rows: dict[Series, tuple[int, SeriesView]] = {}

    def make(self, session: Session, source: SourceState) -> Snapshot:
        """Copy the present state; the caller holds the lock. Of a preview only the last values are true."""
        run = session.run
        clocks = Clocks(run.clock.now, run.clock.last_data, run.clock.longest_gap, run.clock.writer_alive, run.outcome())
        ordered = for_table(run.series())
        names = Counter(s.spec.name for s in ordered)
        unfinished = _unfinished(run)
        shown = [
            self._row(s, unfinished.get(s.key))._replace(note=self._language.of(_note(s)) if names[s.spec.name] > 1 else "")
            for s in ordered[:MAX_SERIES_ROWS]
        ]
        more = max(0, len(ordered) - MAX_SERIES_ROWS) + run.segment.dropped_series
        if source.preview or source.kind == "reading":
            last_values = tuple(row._replace(best=None, spark=()) for row in shown)
            return Snapshot(
                self._title,
                source,
                Verdict("none", ""),
                Standing(),
                clocks,
                series=last_values,
                more_series=more,
                language=self._language,
            )
        chain = resumed_chain(run)
        return Snapshot(
            title=self._title,
            source=source,
            verdict=self._verdict(session, source),
            standing=_standing(run),
            clocks=clocks,
            dialects=tuple(name for name, _ in run.dialects.most_common(2)),
            charts=tuple(self._chart(pair, chain, run) for pair in for_charts(run.pairs())[:MAX_CHARTS]),
            series=tuple(shown),
            more_series=more,
            findings=tuple(self._finding(f) for f in _by_gravity(session.findings.findings)),
            messages=tuple(_message(e, self._language) for e in _by_label(session)),
            lines_read=run.line,
            unread=tuple(UnreadView(k.count, k.first_line, k.last_line, k.example) for k in session.unread.kinds()[:MAX_UNREAD]),
            unread_lines=session.unread.lines,
            run_number=len(run.segments),
            runs=len(run.segments),
            language=self._language,
        )

    def _chart(self, pair: Pair, chain: list[Segment], run: Run) -> ChartData:
        series = (pair.train, pair.val, running_series(pair, chain[-1]))
        version = (
            run.baseline is not None,
            chain[-1].number,
            len(chain[-1].marks),
            *(s.version if s is not None else -1 for s in series),
        )
        held = self._charts.get(pair.metric)
        if held is None or held[0] != version:
            held = self._charts[pair.metric] = (version, chart_data(pair, chain, run.baseline))
        return held[1]

    def _row(self, series: Series, unfinished: float | None) -> SeriesView:
        held = self._rows.get(series)
        if held is None or held[0] != series.version:
            if len(self._rows) > 4 * MAX_SERIES_ROWS:
                self._rows.clear()
            held = self._rows[series] = (series.version, _series_view(series, self._language))
        return held[1] if unfinished is None else held[1]._replace(last=unfinished)

    def _finding(self, finding: Finding) -> FindingView:
        opinion = finding.opinion

        def say(text: Text | str) -> str:
            return render(text, self._language)

        return FindingView(
            finding.key,
            opinion.id,
            opinion.severity,
            finding.closed is None,
            say(opinion.title),
            say(opinion.why),
            tuple(say(a) for a in opinion.actions),
            tuple(EvidenceView(e.line, say(e.text)) for e in opinion.evidence),
            opinion.since,
            finding.raised,
        )

    def _verdict(self, session: Session, source: SourceState) -> Verdict:
        if source.preview or source.kind in ("opening", "waiting", "denied", "reading") or not session.run.line:
            return Verdict("none", "")
        grave = next((f.opinion.severity for f in session.findings.open if f.opinion.severity != "info"), None)
        text = render(verdict(session.run, session.findings), self._language)
        if grave is not None:
            return Verdict(grave, text)
        run = session.run
        if not source.looked and run.outcome() == "unknown":
            return Verdict("none", self._language.of("the log is read; in a moment it is known whether the run goes on"))
        if run.outcome() in ("unknown", "crashed", "killed") and (run.clock.ended or run.clock.is_over or run.clock.may_be_over):
            return Verdict("info", text)  # nobody knows whether it is well
        pair = told_by(run.pairs())
        main = None if pair is None else pair.val or pair.train
        if main is not None and (stands_still(main) or _has_worsened(main)):
            return Verdict("info", text)
        return Verdict("good" if run.series() else "none", text)


def _has_worsened(series: Series) -> bool:
    last, best = series.last(), series.best_at
    return last is not None and best is not None and has_worsened(last, best)


def for_table(series: list[Series]) -> list[Series]:
    """Put last what repeats another series: running values that a summary follows, a lone value of a metric that has a curve."""
    curves = {(s.spec.metric, s.spec.split) for s in series if s.points > 1 and s.axis != "step"}
    summed = {s.spec.metric for s in series if s.points > 1 and s.axis == "epoch"}

    def repeats(s: Series) -> bool:
        return s.spec.metric in summed if s.axis == "step" else s.points < 2 and (s.spec.metric, s.spec.split) in curves

    return sorted(series, key=repeats)


def for_charts(pairs: list[Pair]) -> list[Pair]:
    """Put the losses first: they are what is trained on, and what most findings speak of."""
    return sorted(pairs, key=lambda pair: "loss" not in pair.metric)


def _note(series: Series) -> str:
    return phrase("by step") if series.axis == "step" else SPLITS.get(series.spec.split or "", "")


def _unfinished(run: Run) -> dict[SeriesKey, float]:
    """Return the values of the unfinished last line."""
    return {
        SeriesKey(spec.name, spec.split, r.axis): v for r in run.provisional for spec, v in zip(r.series, r.values, strict=True)
    }


def resumed_chain(run: Run) -> list[Segment]:
    """Return the present segment after those that it resumed: one training, in pieces."""
    chain = [run.segments[-1]]
    for segment in reversed(run.segments[:-1]):
        if chain[0].kind != "resume":
            break
        chain.insert(0, segment)
    return chain


def _by_gravity(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (f.closed is not None, _GRAVE[f.opinion.severity], -f.opened.part, -f.opened.line))


def _by_label(session: Session) -> list[Entry]:
    """The messages by gravity; of those that no rule knows what most likely matters first, of others what came most often."""
    troubles = trouble_lines(session.findings.findings)
    entries = session.messages.entries()
    unknown = by_importance((e for e in entries if e.label == "unknown"), troubles)
    rank = {id(e): n for n, e in enumerate(unknown)}
    return sorted(entries, key=lambda e: (_RANK[e.label], rank.get(id(e), -e.count)))


def _message(entry: Entry, language: Language) -> MessageView:
    return MessageView(
        entry.rule,
        entry.label,
        sanitise(entry.title)[:300],
        entry.count,
        entry.first_line,
        entry.last_line,
        entry.sample[:4000],
        language.of(entry.why),
        language.of(entry.action),
        entry.source,
        literal_of(entry.sample) if entry.general or not entry.rule else "",
        tuple(_notes(entry, language)),
        entry.hidden,
    )


def _notes(entry: Entry, language: Language) -> Iterator[str]:
    """Say what is to be known of a message beside its verdict."""
    for change in entry.changes[-3:]:
        yield language.say("was {label} until line {line}", label=language.of(LABELS[change.label]), line=change.line)
    if entry.effect_of:
        yield language.say("an effect of the failure on line {line}", line=entry.effect_of)
    if entry.ranks:
        shown = ", ".join(map(str, sorted(entry.ranks)[:8])) + (", ..." if len(entry.ranks) > 8 else "")
        first = shown if entry.first_rank is None else entry.first_rank
        yield language.say("said first by rank {first}; by ranks {ranks}", first=first, ranks=shown)
    if entry.frame:
        yield language.say("raised from {frame}", frame=sanitise(entry.frame))


def _series_view(series: Series, language: Language) -> SeriesView:
    best = series.best_at
    return SeriesView(
        series.spec.name[:200],
        "",
        series.spec.split,
        series.axis == "step",
        columns(series.values, SPARK_COLUMNS),
        series.values[-1] if len(series) else math.nan,
        best.value if best is not None else None,
        language.render(place_label(best.epoch, best.step, series.axis)) if best is not None else "",
        series.points,
        series.spec.unit or "",
    )


def _standing(run: Run) -> Standing:
    """Say how far the run is; the unfinished last line moves it too."""
    p = run.progress
    epoch, step = p.epoch, p.step
    for reading in run.provisional:
        epoch = reading.epoch if reading.epoch is not None else epoch
        step = reading.step if reading.step is not None else step
    return Standing(epoch, p.epochs, step, steps_of(p), run.done, run.eta())
