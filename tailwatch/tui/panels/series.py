"""The series of the run: how each went, its last value, its best and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from tailwatch.core.text import compact, phrase
from tailwatch.tui.paint import Row, Span, middle, pad, row
from tailwatch.tui.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import SeriesView, Snapshot

_VALUE: Final = 8
_BEST: Final = 4 + _VALUE
_TELLING: Final = 2
"""So many characters are shown of what tells a name from one that begins and ends like it."""


def series_rows(snapshot: Snapshot, width: int) -> list[Row]:
    """Return one row a series, in the order of importance."""
    if not snapshot.series:
        reading = snapshot.source.kind == "reading"
        why = phrase("none yet: the history is being read")
        why = why if reading else phrase("no series yet: no line so far holds a named value")
        return [row((f" {snapshot.language.of(why)}", "dim"))]
    spark_width = 8 if width < 56 else 12 if width < 72 else 16
    longest = max(_label_width(series) for series in snapshot.series)
    name_width = max(8, min(longest, width - spark_width - _VALUE - _BEST - 4))
    twins = _twins(snapshot.series, name_width)
    rows = [_row(series, width, name_width, spark_width, twins.get((series.name, series.note), 0)) for series in snapshot.series]
    if snapshot.more_series:
        rows.append(row((f" {snapshot.language.say('and {n:,} more', n=snapshot.more_series)}", "dim")))
    return rows


def _label_width(series: SeriesView) -> int:
    return cell_len(series.name) + (1 + cell_len(series.note) if series.note else 0)


def _twins(shown: Sequence[SeriesView], width: int) -> dict[tuple[str, str], int]:
    """Return names and notes that cut in their middle look like others, with the length of what the names begin alike with."""
    alike: dict[tuple[str, str], set[str]] = {}
    for series in shown:
        cut = middle(series.name, width - _note_width(series, width))
        alike.setdefault((cut, series.note), set()).add(series.name)
    groups = [(note, names) for (_, note), names in alike.items() if len(names) > 1]
    return {
        (name, note): max(_common(name, other) for other in names if other != name) for note, names in groups for name in names
    }


def _common(name: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), min(len(name), len(other)))


def _note_width(series: SeriesView, width: int) -> int:
    taken = 1 + cell_len(series.note) if series.note else 0
    return taken if width >= taken + 4 else 0


def _row(series: SeriesView, width: int, name_width: int, spark_width: int, common: int) -> Row:
    role: Role = "val" if series.split in ("val", "test") else "text"
    note = f" {series.note}" if _note_width(series, name_width) else ""
    name = middle(series.name, name_width - cell_len(note), common + _TELLING if common else 0)
    filler = " " * max(0, name_width - cell_len(name) - cell_len(note))
    spans = [Span(" "), Span(name, role), Span(note, "dim"), Span(filler + " ")]
    spans += [Span(pad(sparkline(series.spark, spark_width), spark_width), "rule" if series.running else "info")]
    spans += [
        Span(pad(short(series.last, series.unit), _VALUE + 1, right=True), "critical" if _is_bad(series.last) else "strong")
    ]
    left = width - name_width - spark_width - _VALUE - 3
    if series.best is not None and left >= _BEST:
        where = f" {series.best_where}"
        spans += [Span("  ★ ", "best"), Span(short(series.best, series.unit))]
        spans += [Span(where, "dim")] if left >= _BEST + cell_len(where) else []
    return tuple(spans)


def short(value: float, unit: str = "") -> str:
    """Return a number in at most as many cells as the table has for one."""
    text = compact(value) + unit
    return text if len(text) <= _VALUE else f"{value:.3g}{unit}"


def _is_bad(value: float) -> bool:
    return value - value != 0.0
