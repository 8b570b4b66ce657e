"""The findings: what is held true of the run now, then what was and has passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailwatch.core.text import ENGLISH, phrase
from tailwatch.tui.paint import Row, Span, clipped, fit, row, wrap
from tailwatch.tui.panels.verdict import SIGNS

if TYPE_CHECKING:
    from tailwatch.core.events import Place
    from tailwatch.core.text import Language
    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import FindingView, Snapshot


def findings_title(snapshot: Snapshot) -> str:
    """Return the pane's title with the number of findings that hold."""
    now = sum(1 for finding in snapshot.findings if finding.open)
    past = len(snapshot.findings) - now
    language = snapshot.language
    title = f"{language.of('Findings')} {now or ''}".strip()
    return f"{title} · {language.say('{n} past', n=past)}" if past else title


def findings_rows(snapshot: Snapshot, width: int, lines: int) -> list[list[Row]]:
    """Return each finding in at most `lines` rows; without any, the reason."""
    if not snapshot.findings:
        return [[row((f" {snapshot.language.of(_why_none(snapshot))}", "dim"))]]
    return [_rows(finding, width, lines, snapshot.language) for finding in snapshot.findings]


def fitted_findings(snapshot: Snapshot, width: int, height: int) -> list[list[Row]]:
    """Return each finding in one row, and as many as there is room for in two or three, the first ones first."""
    shown, *longer = (findings_rows(snapshot, width, lines) for lines in (1, 2, 3))
    left = height - sum(map(len, shown))
    for items in longer:
        for k, rows in enumerate(items):
            more = len(rows) - len(shown[k])
            if 0 < more <= left:
                shown[k] = rows
                left -= more
    return shown


def rows_wanted(snapshot: Snapshot, width: int) -> int:
    """Return how many rows all findings would fill."""
    return sum(map(len, findings_rows(snapshot, width, 3)))


def _why_none(snapshot: Snapshot) -> str:
    if snapshot.source.preview or snapshot.source.kind == "reading":
        return phrase("none yet: the history is being read")
    if not snapshot.series:
        return phrase("none yet: nothing to judge")
    return phrase("none: nothing to act on")


def _rows(finding: FindingView, width: int, lines: int, language: Language) -> list[Row]:
    sign, role = SIGNS[finding.severity]
    if not finding.open:
        return [row((" · ", "dim"), (fit(language.say("passed: {title}", title=finding.title), width - 4), "dim"))]
    shown = clipped(finding.title, width - 4, lines)
    return [row((f" {sign} " if k == 0 else "   ", role), line) for k, line in enumerate(shown)]


def advice_rows(finding: FindingView, width: int, height: int, language: Language = ENGLISH) -> list[Row]:
    """Return what to do first, then why, as far as there is room; of what has passed, what there was to do."""
    passed = language.of("It has passed; while it held, the advice was:")
    rows = [] if finding.open or not finding.actions else [row("   ", (line, "dim")) for line in wrap(passed, width - 4)]
    body: Role = "text" if finding.open else "dim"
    for action in finding.actions:
        rows += [row((" ▸ " if k == 0 else "   ", "good"), (line, body)) for k, line in enumerate(wrap(action, width - 4))]
    rows += [row("   ", (line, "dim")) for line in wrap(finding.why, width - 4)]
    if len(rows) > height:
        rows = [*rows[: height - 1], row((f"   … {language.of('Enter on the finding shows all')}", "dim"))]
    return rows


def place_text(place: Place, language: Language = ENGLISH) -> str:
    """Say where in the run and in the log a place is."""
    say = language.say
    parts = [say("epoch {number:g}", number=place.epoch)] if place.epoch is not None else []
    parts += [say("step {number:,.0f}", number=place.step)] if place.step is not None else []
    return language.listed([*parts, say("line {number:,}", number=place.line)])


def finding_detail(finding: FindingView, width: int, language: Language = ENGLISH) -> list[Row]:
    """Return all about a finding: why, since when, what to do, and the lines of the log that show it."""
    sign, role = SIGNS[finding.severity]
    rows = [
        row((f" {sign} ", role), (line, "strong")) if k == 0 else row("   ", (line, "strong"))
        for k, line in enumerate(wrap(finding.title, width - 4))
    ]
    say = language.say
    since, raised = place_text(finding.since, language), finding.raised and place_text(finding.raised, language)
    held = say("since {since}; raised at {raised}", since=since, raised=raised) if raised else say("since {since}", since=since)
    held = held if finding.open else say("passed; {held}", held=held)
    rows += _block("", wrap(held, width - 4), width, "dim")
    rows += _block(say("Why"), wrap(finding.why, width - 4), width)
    for k, action in enumerate(finding.actions):
        rows += [row(), row((f" {say('What to do')}", "title"))] if k == 0 else []
        rows += [row((" ▸ " if n == 0 else "   ", "good"), line) for n, line in enumerate(wrap(action, width - 4))]
    if finding.evidence:
        rows += [row(), row((f" {say('In the log')}", "title"))]
        rows += [row((f"{e.line:>8,} ", "dim"), fit(e.text, width - 10)) for e in finding.evidence]
    return rows


def _block(title: str, lines: list[str], width: int, role: str = "text") -> list[Row]:
    head = [row(), row((f" {title}", "title"))] if title else []
    return [*head, *(row("   ", Span(fit(line, width - 4), role)) for line in lines)]  # type: ignore[arg-type]
