"""The part of the text report on messages: each kind, what is to be known of it, and how much of the log they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tailwatch.core.text import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.text import Language
    from tailwatch.report.build import Report

LABELS: Final = (
    ("fatal", phrase("Fatal")),
    ("actionable", phrase("Need action")),
    ("unknown", phrase("Not known")),
    ("info", phrase("For information")),
)


def headline_of(m: dict[str, Any]) -> str:
    """Return the line that says what happened: the last one of a traceback, else the first."""
    lines = m["sample"].rstrip().split("\n")
    return str(lines[-1] if "Traceback" in m["sample"] else lines[0]).strip()


def known_of(m: dict[str, Any], language: Language) -> Iterator[str]:
    """Say what a message follows from, or how its verdict changed and what code of the user raised it."""
    if m["effect_of"]:
        yield language.say("an effect of the failure on line {line}", line=m["effect_of"])
        return
    if m["changed"]:
        last = m["changed"][-1]
        yield language.say("was {label} until line {line}", label=last["label"], line=last["line"])
    if m["frame"]:
        yield language.say("raised from {frame}", frame=m["frame"])


def quiet(report: Report, language: Language) -> Iterator[str]:
    """Count the harmless messages, and those that the user does not want to see."""
    harmless = [m for m in report["messages"] if m["label"] == "harmless" and not m["hidden"]]
    hidden = sum(m["count"] for m in report["messages"] if m["hidden"])
    if harmless:
        total = sum(m["count"] for m in harmless)
        yield language.say("Harmless: {total:,} messages of {kinds} kinds.", total=total, kinds=len(harmless))
    if hidden:
        yield language.say("Hidden by your configuration: {total:,} messages.", total=hidden)


def hygiene(report: Report, language: Language) -> str:
    """Say what fills the log, where redraws or copies of one message do; otherwise nothing."""
    found = report["hygiene"]
    parts = []
    if found["redraws"] * 5 > found["states"]:
        share = 100 * found["redraws"] / found["states"]
        parts.append(language.say("{share:.0f} % of its lines and redraws are redraws of progress bars.", share=share))
    most = found["most_repeated"]
    if most is not None and most["count"] >= 10:
        parts.append(language.say("It holds {count:,} copies of the message on line {line:,}.", **most))
    return " ".join((language.of("What fills this log:"), *parts)) if parts else ""
