"""What was not understood: lines that carried numbers and that nothing claimed, by kind, each with a pattern that reads it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tailwatch.core.sanitise import visible
from tailwatch.tui.paint import Row, fit, row, wrap

if TYPE_CHECKING:
    from tailwatch.tui.snapshot import Snapshot, UnreadView


def unread_rows(snapshot: Snapshot, width: int) -> list[Row]:
    """Return the kinds of lines that were not understood, likely measurements first; without any, that all was understood."""
    if not snapshot.unread:
        nothing = "every line that carries numbers was understood" if snapshot.lines_read else "no line was read yet"
        return [row(f" {nothing}")]
    about = (
        "These lines carry numbers and were not understood. Put a pattern into ~/.config/tailwatch/config.toml, "
        "with names that say what the numbers are, and they are read from the next start on."
    )
    rows = [row(" ", line) for line in wrap(about, width - 2)]
    for kind in snapshot.unread:
        rows += [row(), *_kind(kind, width)]
    return rows


def unread_title(snapshot: Snapshot) -> str:
    """Return the heading of the page."""
    count = snapshot.unread_lines
    return f"Not understood: {count:,} line{'s' * (count != 1)}" if count else "Not understood"


def _kind(kind: UnreadView, width: int) -> list[Row]:
    where = f"line {kind.first_line:,}" if kind.times == 1 else f"lines {kind.first_line:,} to {kind.last_line:,}"
    rows = [row((f" ×{kind.times:,} ", "warning"), (where, "dim")), row("   ", fit(visible(kind.example).strip(), width - 4))]
    return rows + [row("   ", (line, "good")) for line in _pattern(kind.example, width - 4)]


@lru_cache(maxsize=256)
def _pattern(example: bytes, width: int) -> list[str]:
    from tailwatch.dialects._draft import as_toml, draft  # noqa: PLC0415  # when the page is opened

    template = draft(example)
    return as_toml(template, max(30, width)).splitlines() if template else []
