"""What was not understood: lines that carried numbers and that nothing claimed, by kind, each with a pattern that reads it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tailwatch.core.sanitise import visible
from tailwatch.core.text import phrase
from tailwatch.tui.paint import Row, clipped, row, wrap

if TYPE_CHECKING:
    from tailwatch.core.text import Language
    from tailwatch.tui.snapshot import Snapshot, UnreadView

_ROWS = 2
"""Rows that an example may take."""


def unread_rows(snapshot: Snapshot, width: int, settings_file: str) -> list[Row]:
    """Return the kinds of lines that were not understood, likely measurements first; without any, that all was understood.

    `settings_file` is where a pattern belongs, as it is shown.
    """
    language = snapshot.language
    if not snapshot.unread:
        nothing = (
            phrase("every line that carries numbers was understood") if snapshot.lines_read else phrase("no line was read yet")
        )
        return [row(f" {language.of(nothing)}")]
    about = language.say(
        "These lines carry numbers and were not understood. Put a pattern into {path}, "
        "with names that say what the numbers are, and they are read from the next start on.",
        path=settings_file,
    )
    rows = [row(" ", line) for line in wrap(about, width - 2)]
    for kind in snapshot.unread:
        rows += [row(), *_kind(kind, width, language)]
    return rows


def unread_title(snapshot: Snapshot) -> str:
    """Return the heading of the page."""
    count, language = snapshot.unread_lines, snapshot.language
    if not count:
        return language.of("Not understood")
    return language.count("Not understood: {n:,} line", "Not understood: {n:,} lines", count)


def _kind(kind: UnreadView, width: int, language: Language) -> list[Row]:
    first, last = kind.first_line, kind.last_line
    one = kind.times == 1
    where = (
        language.say("line {number:,}", number=first)
        if one
        else language.say("lines {first:,} to {last:,}", first=first, last=last)
    )
    shown = clipped(visible(kind.example).strip(), width - 4, _ROWS)  # what a logger begins each line with may fill the first row
    rows = [row((f" ×{kind.times:,} ", "warning"), (where, "dim")), *(row("   ", line) for line in shown)]
    return rows + [row("   ", (line, "good")) for line in _pattern(kind.example, width - 4)]


@lru_cache(maxsize=256)
def _pattern(example: bytes, width: int) -> list[str]:
    from tailwatch.dialects._draft import as_toml, draft  # noqa: PLC0415  # when the page is opened

    template = draft(example)
    return as_toml(template, max(30, width)).splitlines() if template else []
