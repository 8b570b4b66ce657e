"""The report as plain text of at most 80 columns, for a terminal or a mail."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from tailwatch.core.terms import SETTINGS
from tailwatch.core.text import ENGLISH, compact, phrase
from tailwatch.dialects._draft import as_toml
from tailwatch.report.said import LABELS, headline_of, hygiene, known_of, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.text import Language
    from tailwatch.report.build import Report

WIDTH: Final = 80
_SIGNS: Final = {"critical": "!!", "warning": "! ", "info": "i "}
_OUTCOMES: Final = {
    "running": phrase("running"),
    "finished": phrase("finished"),
    "early_stopped": phrase("early stopped"),
    "crashed": phrase("crashed"),
    "killed": phrase("killed"),
    "stalled": phrase("stalled"),
    "unknown": phrase("unknown"),
}
_NEVER_FIRST: Final = "，。、；：？！）】》”’…％%,.;:?!)]"
_NEVER_LAST: Final = "（【《“‘(["
_SHOWN_SERIES: Final = 16
_SHOWN_MESSAGES: Final = 12


def write(report: Report, language: Language = ENGLISH) -> str:
    """Return the whole report, in the language its sentences are in; every line fits 80 columns."""
    parts = [
        *_head(report, language),
        *_findings(report, language),
        *_series(report, language),
        *_marks(report, language),
        *_settings(report, language),
        *_messages(report, language),
        *_read(report, language),
    ]
    return "\n".join(parts).rstrip() + "\n"


def cells(text: str) -> int:
    """Return the columns that text takes on a terminal: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, width: int = WIDTH) -> str:
    """Return as much of the text as fits `width` columns."""
    text = text.expandtabs(4)
    while cells(text) > width:
        text = text[: min(len(text) - 1, width)]
    return text


def _wrap(text: str, first: str = "", later: str | None = None) -> list[str]:
    """Break text at spaces into lines of 80 columns; a word that is too long is cut into pieces."""
    later = " " * len(first) if later is None else later
    out: list[str] = []
    line = first
    for word, blank in _words(text.replace("\n", " ")):
        rest = word
        while cells(line) + cells(rest) > WIDTH and line != later:
            out.append(line.rstrip())
            line = later
        while cells(line) + cells(rest) > WIDTH:
            piece = cut(rest, WIDTH - cells(line))
            out.append(line + piece)
            line, rest = later, rest[len(piece) :]
        line += rest + blank
    return [*out, line.rstrip()]


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield what must stay on one line, and the blank after it: words; wide characters, with the punctuation beside them."""
    for word in text.split(" "):
        start = 0
        for i in range(1, len(word)):
            before, after = word[i - 1], word[i]
            if (cells(before) == 2 or cells(after) == 2) and before not in _NEVER_LAST and after not in _NEVER_FIRST:
                yield word[start:i], ""
                start = i
        yield word[start:], " "


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return the text with blanks up to `width` columns."""
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks


def _head(report: Report, language: Language) -> Iterator[str]:
    yield from _wrap(report["verdict"])
    yield ""
    p = report["progress"]
    say = language.say
    facts = [
        say("{lines:,} lines", lines=report["lines"]),
        language.of(_OUTCOMES[report["outcome"]]),
        ", ".join(report["dialects"]) or say("no dialect recognised"),
    ]
    if p["epoch"] is not None and p["epochs"]:
        facts.insert(0, say("epoch {number:g}/{all:g}", number=p["epoch"], all=p["epochs"]))
    elif p["epoch"] is not None:
        facts.insert(0, say("epoch {number:g}", number=p["epoch"]))
    if len(report["segments"]) > 1:
        facts.append(say("{runs} runs in this file, the last one is judged", runs=len(report["segments"])))
    yield from _wrap(say("{log}: {facts}", log=report["log"], facts=language.listed(facts)))


def _findings(report: Report, language: Language) -> Iterator[str]:
    found = report["findings"]
    if not found:
        return
    yield from ("", language.say("FINDINGS"))
    for f in sorted(found, key=lambda f: (f["status"] == "closed", ("critical", "warning", "info").index(f["severity"]))):
        closed = language.say(" (over)") if f["status"] == "closed" else ""
        yield from _wrap(f["title"] + closed, f" {_SIGNS[f['severity']]} ")
        yield from _wrap(f["why"], "    ")
        for action in f["actions"]:
            yield from _wrap(action, "    -> ")
        for e in f["evidence"][:4]:
            yield cut(f"    {e['line']:>6}: {e['text']}")


def _series(report: Report, language: Language) -> Iterator[str]:
    last = len(report["segments"]) - 1
    shown = [s for s in report["series"] if s["segment"] == last]
    if not shown:
        yield from ("", language.say("No training values were found in this log."))
        return
    say = language.say
    head = (pad(say("SERIES"), 28), pad(say("SPLIT"), 6) + pad(say("POINTS"), 8, right=True), pad(say("LAST"), 12, right=True))
    yield from ("", " ".join((*head, " " + say("BEST"))))
    for s in shown[:_SHOWN_SERIES]:
        name = s["series"] if len(s["series"]) <= 28 else s["series"][:13] + "…" + s["series"][-14:]
        name = cut(name, 28) + " " * (28 - cells(cut(name, 28)))
        yield f"{name} {s['split'] or '-':<6}{s['points']:>8,} {_shown(s['last']):>12}  {_best(s['best'], language)}".rstrip()
    if len(shown) > _SHOWN_SERIES:
        yield say("... and {more} more (tailwatch export has them all)", more=len(shown) - _SHOWN_SERIES)


def _shown(value: Any) -> str:
    return compact(value) if isinstance(value, int | float) else str(value)


def _best(best: dict[str, Any] | None, language: Language) -> str:
    if best is None:
        return ""
    say = language.say
    place = (
        say("epoch {number:g}", number=best["epoch"])
        if best["epoch"] is not None
        else say("step {number:,.0f}", number=best["step"])
        if best["step"] is not None
        else say("line {number:,}", number=best["line"])
    )
    return say("{value} at {where}", value=_shown(best["value"]), where=place)


def _marks(report: Report, language: Language) -> Iterator[str]:
    kept = [m for m in report["marks"] if m["kind"] in ("early_stop", "restored", "lr_drop", "checkpoint", "resume")]
    if not kept:
        return
    yield from ("", language.say("WHAT THE RUN DID"))
    for m in kept[-10:]:
        yield cut(f"{m['line']:>7}: {m['text']}")
    if len(kept) > 10:
        yield "         " + language.say("and {more} earlier ones", more=len(kept) - 10)


def _settings(report: Report, language: Language) -> Iterator[str]:
    if report["settings"]:
        yield from ("", language.say("SETTINGS"))
        names = {k: language.of(SETTINGS[k]) if k in SETTINGS else k.replace("_", " ") for k in report["settings"]}
        facts = [language.say("{setting} {this}", setting=names[k], this=_shown(v)) for k, v in report["settings"].items()]
        yield from _wrap(language.listed(facts), " ", " ")


def _messages(report: Report, language: Language) -> Iterator[str]:
    if report["messages"]:
        yield from ("", language.say("MESSAGES"))
    for label, title in LABELS:
        kinds = [m for m in report["messages"] if m["label"] == label and not m["hidden"]]
        if not kinds:
            continue
        yield " " + language.say("{heading}:", heading=language.of(title))
        for m in kinds[:_SHOWN_MESSAGES]:
            text = headline_of(m)
            yield cut(language.say("  {times:>5}x line {line}: {text}", times=m["count"], line=m["first_line"], text=text))
            for note in known_of(m, language):
                yield cut(f"         {note}")
            if m["action"] and label in ("fatal", "actionable") and not m["effect_of"]:
                yield from _wrap(m["action"], "         -> ")
        if len(kinds) > _SHOWN_MESSAGES:
            yield "         " + language.say("and {more} more kinds", more=len(kinds) - _SHOWN_MESSAGES)
    yield from (f" {line}" for line in quiet(report, language))
    filled = hygiene(report, language)
    if filled:
        yield from ("", *_wrap(filled))


def _read(report: Report, language: Language) -> Iterator[str]:
    """Which dialect read how much, and what none of them understood, with a pattern for it."""
    if report["read"]:
        yield from ("", language.say("READ BY"))
        for r in report["read"]:
            yield cut(language.say("{lines:>9,} lines {points:>10,} values  {dialect}", **r))
    unread = report["unread"]
    if not unread["lines"]:
        return
    heading = language.count(
        "{n:,} line with numbers was not understood, such as:",
        "{n:,} lines with numbers were not understood, such as:",
        unread["lines"],
    )
    yield from ("", heading)
    for kind in unread["kinds"][:3]:
        text = kind["text"].strip()
        yield cut(language.say("{times:>8,}x line {line}: {text}", times=kind["count"], line=kind["first_line"], text=text))
    first = unread["kinds"][0]
    pattern = first["pattern"] if first["count"] > 1 or not report["series"] else None
    if pattern:
        yield from _wrap(
            language.say(
                "To have the first of them read, put this into ~/.config/tailwatch/config.toml, with names that say what it is:"
            )
        )
        yield from as_toml(pattern, WIDTH).splitlines()
