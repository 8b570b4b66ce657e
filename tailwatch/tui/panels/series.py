"""The series of the run: how each went, its last value, its best and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailwatch.core.text import compact
from tailwatch.tui.paint import Row, Span, middle, pad, row
from tailwatch.tui.sparkline import sparkline

if TYPE_CHECKING:
    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import SeriesView, Snapshot


def series_rows(snapshot: Snapshot, width: int) -> list[Row]:
    """Return one row a series, in the order of importance."""
    if not snapshot.series:
        return [row((" no series yet: no line so far holds a named value", "dim"))]
    name_width = _name_width(snapshot, width)
    rows = [_row(series, width, name_width) for series in snapshot.series]
    if snapshot.more_series:
        rows.append(row((f" and {snapshot.more_series:,} more", "dim")))
    return rows


def _name_width(snapshot: Snapshot, width: int) -> int:
    longest = max(len(series.name) for series in snapshot.series)
    return max(8, min(longest, width - 32 if width >= 44 else width - 20))


def _row(series: SeriesView, width: int, name_width: int) -> Row:
    role: Role = "val" if series.split in ("val", "test") else "text"
    spans = [Span(" "), Span(pad(middle(series.name, name_width), name_width), role)]
    left = width - 1 - name_width
    spark_width = 8 if left < 34 else 12 if left < 44 else 16
    last = compact(series.last) + series.unit
    spans += [Span(" "), Span(pad(sparkline(series.spark, spark_width), spark_width), "rule" if series.running else "info")]
    spans += [Span(pad(last, 9, right=True), "critical" if series.last - series.last != 0 else "strong")]
    left -= spark_width + 10
    if series.best is not None and left >= 9:
        where = f" {series.best_where}" if left >= 12 + len(series.best_where) else ""
        spans += [Span("  ★ ", "best"), Span(compact(series.best)), Span(where, "dim")]
    return tuple(spans)
