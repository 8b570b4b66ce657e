"""The report of a log as plain data, in the form that `--format json` promises; every other format is made from it."""

from __future__ import annotations

from tailwatch.core.importance import by_importance, trouble_lines
from tailwatch.core.pace import steps_of
from tailwatch.core.sanitise import sanitise, visible
from tailwatch.core.text import ENGLISH, render
from tailwatch.core.typed import TYPE_CHECKING, Any
from tailwatch.core.verdict import verdict
from tailwatch.dialects._draft import draft
from tailwatch.report.against import against
from tailwatch.report.export import plain, whole
from tailwatch.report.hygiene import hygiene

if TYPE_CHECKING:
    from tailwatch.core.events import Finding, Mark, Place
    from tailwatch.core.messages import Entry
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point, Series
    from tailwatch.core.text import Language
    from tailwatch.core.unread import UnreadBook
    from tailwatch.session import Session

SCHEMA = 1
_UNREAD_KINDS = 20
Report = dict[str, Any]


def build(session: Session, log: str, language: Language = ENGLISH) -> Report:
    """Return the report on everything the session has read, its sentences in a language."""
    run = session.run
    return {
        "schema": SCHEMA,
        "log": log,
        "bytes": session.bytes,
        "lines": session.lines,
        "dialects": [name for name, _ in run.dialects.most_common()],
        "read": [
            {"dialect": name, "lines": n, "points": run.points[name]} for name, n in session.lines_read.most_common() if name
        ],
        "outcome": run.outcome(),
        "verdict": render(verdict(run, session.findings), language),
        "segments": [_segment(run, n) for n in range(len(run.segments))],
        "progress": _progress(run),
        "settings": {key: _value(s.value) for key, s in sorted(run.settings.items())},
        "series": [_series(s, segment.number) for segment in run.segments for s in segment.ordered()],
        "marks": [_mark(m) for segment in run.segments for m in segment.marks],
        "findings": [_finding(f, language) for f in session.findings.findings],
        "messages": [_message(e, language) for e in _ordered(session)],
        "baseline": against(session),
        "unread": _unread(session.unread),
        "hygiene": hygiene(session).as_json(),
    }


def _unread(book: UnreadBook) -> dict[str, object]:
    """What was not understood, what may hold measurements first, each with a pattern for the user's settings."""
    kinds = book.kinds()
    return {
        "lines": book.lines,
        "examples": [{"line": k.first_line, "text": visible(k.example)} for k in kinds[:_UNREAD_KINDS]],
        "kinds": [
            {
                "count": k.count,
                "first_line": k.first_line,
                "last_line": k.last_line,
                "text": visible(k.example),
                "pattern": draft(k.example) or None,
            }
            for k in kinds[:_UNREAD_KINDS]
        ],
    }


def _ordered(session: Session) -> list[Entry]:
    """The messages in the order of the log; behind them the unknown ones, what most likely matters first."""
    entries = session.messages.entries()
    unknown = by_importance((e for e in entries if e.label == "unknown"), trouble_lines(session.findings.findings))
    return [*(e for e in entries if e.label != "unknown"), *unknown]


def _segment(run: Run, number: int) -> dict[str, object]:
    segment = run.segments[number]
    last = segment.last_line if number < len(run.segments) - 1 else run.line
    outcome = segment.outcome if number < len(run.segments) - 1 else run.outcome()
    return {"n": number, "kind": segment.kind, "first_line": segment.first_line, "last_line": last, "outcome": outcome}


def _progress(run: Run) -> dict[str, object]:
    p = run.progress
    eta = run.eta()
    return {
        "epoch": _number(p.epoch),
        "epochs": _number(p.epochs),
        "step": _number(p.step),
        "steps": _number(steps_of(p)),
        "eta_s": None if eta is None else round(eta, 1),
    }


def _series(series: Series, segment: int) -> dict[str, object]:
    last = series.last()
    return {
        "series": series.spec.name,
        "metric": series.spec.metric,
        "split": series.spec.split,
        "axis": series.axis,
        "segment": segment,
        "goal": series.goal,
        "points": series.points,
        "last": None if last is None else plain(last.value),
        "best": _best(series.best_at),
    }


def _best(best: Point | None) -> dict[str, object] | None:
    if best is None:
        return None
    return {"value": plain(best.value), "epoch": _number(best.epoch), "step": _number(best.step), "line": best.line}


def _mark(mark: Mark) -> dict[str, object]:
    return {"kind": mark.kind, "epoch": _number(mark.epoch), "step": _number(mark.step), "line": mark.line, "text": mark.text}


def _finding(finding: Finding, language: Language) -> dict[str, object]:
    opinion = finding.opinion
    return {
        "key": finding.key,
        "id": opinion.id,
        "segment": finding.segment,
        "series": opinion.series or None,
        "severity": opinion.severity,
        "status": finding.status,
        "since": place(opinion.since),
        "raised": None if finding.raised is None else place(finding.raised),
        "closed": None if finding.closed is None else place(finding.closed),
        "title": render(opinion.title, language),
        "why": render(opinion.why, language),
        "actions": [render(a, language) for a in opinion.actions],
        "evidence": [{"line": e.line, "text": render(e.text, language)} for e in opinion.evidence],
    }


def _message(entry: Entry, language: Language) -> dict[str, object]:
    return {
        "rule": entry.rule or None,
        "label": entry.label,
        "count": entry.count,
        "first_line": entry.first_line,
        "last_line": entry.last_line,
        "sample": "\n".join(sanitise(line) for line in entry.sample.split("\n")),
        "why": language.of(entry.why),
        "action": language.of(entry.action),
        "source": entry.source,
        "frame": sanitise(entry.frame) or None,
        "ranks": sorted(entry.ranks)[:64],
        "first_rank": entry.first_rank,
        "effect_of": entry.effect_of or None,
        "changed": [{"label": change.label, "line": change.line} for change in entry.changes],
        "hidden": entry.hidden,
    }


def place(at: Place) -> dict[str, object]:
    """Return a place as the contracts write it."""
    return {"epoch": _number(at.epoch), "step": _number(at.step), "line": at.line, "part": at.part}


def _number(value: float | None) -> float | None:
    if value is None or value != value:
        return None
    return whole(value)


def _value(value: float | str) -> float | str | None:
    return sanitise(value) if isinstance(value, str) else _number(value)
