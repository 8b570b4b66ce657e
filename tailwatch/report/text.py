"""The report as plain text of at most 80 columns, for a terminal or a mail."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from tailwatch.core.text import compact
from tailwatch.dialects._draft import as_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.report.build import Report

WIDTH: Final = 80
_SIGNS: Final = {"critical": "!!", "warning": "! ", "info": "i "}
_LABELS: Final = (("fatal", "Fatal"), ("actionable", "Need action"), ("unknown", "Not known"), ("info", "For information"))
_SHOWN_SERIES: Final = 16
_SHOWN_MESSAGES: Final = 12


def write(report: Report) -> str:
    """Return the whole report; every line fits 80 columns."""
    parts = [
        *_head(report),
        *_findings(report),
        *_series(report),
        *_marks(report),
        *_settings(report),
        *_messages(report),
        *_read(report),
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
    for word in text.replace("\n", " ").split(" "):
        rest = word
        while cells(line) + cells(rest) > WIDTH and line != later:
            out.append(line.rstrip())
            line = later
        while cells(line) + cells(rest) > WIDTH:
            piece = cut(rest, WIDTH - cells(line))
            out.append(line + piece)
            line, rest = later, rest[len(piece) :]
        line += rest + " "
    return [*out, line.rstrip()]


def _head(report: Report) -> Iterator[str]:
    yield from _wrap(report["verdict"])
    yield ""
    p = report["progress"]
    facts = [
        f"{report['lines']:,} lines",
        report["outcome"].replace("_", " "),
        ", ".join(report["dialects"]) or "no dialect recognised",
    ]
    if p["epoch"] is not None:
        facts.insert(0, f"epoch {p['epoch']:g}" + (f"/{p['epochs']:g}" if p["epochs"] else ""))
    if len(report["segments"]) > 1:
        facts.append(f"{len(report['segments'])} runs in this file, the last one is judged")
    yield from _wrap(f"{report['log']}: " + ", ".join(facts))


def _findings(report: Report) -> Iterator[str]:
    found = report["findings"]
    if not found:
        return
    yield from ("", "FINDINGS")
    for f in sorted(found, key=lambda f: (f["status"] == "closed", ("critical", "warning", "info").index(f["severity"]))):
        closed = " (over)" if f["status"] == "closed" else ""
        yield from _wrap(f["title"] + closed, f" {_SIGNS[f['severity']]} ")
        yield from _wrap(f["why"], "    ")
        for action in f["actions"]:
            yield from _wrap(action, "    -> ")
        for e in f["evidence"][:4]:
            yield cut(f"    {e['line']:>6}: {e['text']}")


def _series(report: Report) -> Iterator[str]:
    last = len(report["segments"]) - 1
    shown = [s for s in report["series"] if s["segment"] == last]
    if not shown:
        yield from ("", "No training values were found in this log.")
        return
    yield from ("", f"{'SERIES':<28} {'SPLIT':<6}{'POINTS':>8} {'LAST':>12}  BEST")
    for s in shown[:_SHOWN_SERIES]:
        name = s["series"] if len(s["series"]) <= 28 else s["series"][:13] + "…" + s["series"][-14:]
        name = cut(name, 28) + " " * (28 - cells(cut(name, 28)))
        yield f"{name} {s['split'] or '-':<6}{s['points']:>8,} {_shown(s['last']):>12}  {_best(s['best'])}".rstrip()
    if len(shown) > _SHOWN_SERIES:
        yield f"... and {len(shown) - _SHOWN_SERIES} more (tailwatch export has them all)"


def _shown(value: Any) -> str:
    return compact(value) if isinstance(value, int | float) else str(value)


def _best(best: dict[str, Any] | None) -> str:
    if best is None:
        return ""
    place = (
        f"epoch {best['epoch']:g}"
        if best["epoch"] is not None
        else f"step {best['step']:,}"
        if best["step"] is not None
        else f"line {best['line']:,}"
    )
    return f"{_shown(best['value'])} at {place}"


def _marks(report: Report) -> Iterator[str]:
    kept = [m for m in report["marks"] if m["kind"] in ("early_stop", "restored", "lr_drop", "checkpoint", "resume")]
    if not kept:
        return
    yield from ("", "WHAT THE RUN DID")
    for m in kept[-10:]:
        yield cut(f"{m['line']:>7}: {m['text']}")
    if len(kept) > 10:
        yield f"         and {len(kept) - 10} earlier ones"


def _settings(report: Report) -> Iterator[str]:
    if report["settings"]:
        yield from ("", "SETTINGS")
        yield from _wrap(", ".join(f"{k.replace('_', ' ')} {_shown(v)}" for k, v in report["settings"].items()), " ", " ")


def _messages(report: Report) -> Iterator[str]:
    messages = report["messages"]
    if not messages:
        return
    yield from ("", "MESSAGES")
    for label, title in _LABELS:
        kinds = [m for m in messages if m["label"] == label]
        if not kinds:
            continue
        yield f" {title}:"
        for m in kinds[:_SHOWN_MESSAGES]:
            headline = (
                m["sample"].rstrip().rsplit("\n", 1)[-1] if "Traceback" in m["sample"] else m["sample"].split("\n", 1)[0]
            ).strip()
            yield cut(f"  {m['count']:>5}x line {m['first_line']}: {headline}")
            if m["action"] and label in ("fatal", "actionable"):
                yield from _wrap(m["action"], "         -> ")
        if len(kinds) > _SHOWN_MESSAGES:
            yield f"         and {len(kinds) - _SHOWN_MESSAGES} more kinds"
    harmless = [m for m in messages if m["label"] == "harmless"]
    if harmless:
        yield f" Harmless: {sum(m['count'] for m in harmless):,} messages of {len(harmless)} kinds."


def _read(report: Report) -> Iterator[str]:
    """Which dialect read how much, and what none of them understood, with a pattern for it."""
    if report["read"]:
        yield from ("", "READ BY")
        for r in report["read"]:
            yield cut(f"{r['lines']:>9,} lines {r['points']:>10,} values  {r['dialect']}")
    unread = report["unread"]
    if not unread["lines"]:
        return
    yield from ("", f"{unread['lines']:,} lines with numbers were not understood, such as:")
    for kind in unread["kinds"][:3]:
        yield cut(f"{kind['count']:>8,}x line {kind['first_line']}: {kind['text'].strip()}")
    first = unread["kinds"][0]
    pattern = first["pattern"] if first["count"] > 1 or not report["series"] else None
    if pattern:
        yield from _wrap(
            "To have the first of them read, put this into ~/.config/tailwatch/config.toml, with names that say what it is:"
        )
        yield from as_toml(pattern, WIDTH).splitlines()
