"""`tailwatch export`: every value of a log as JSON lines or CSV, in file order, with the place it came from."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.core.events import Reading, SeriesSpec

COLUMNS: Final = (
    "log",
    "segment",
    "series",
    "metric",
    "split",
    "axis",
    "epoch",
    "step",
    "time",
    "value",
    "unit",
    "rank",
    "part",
    "line",
    "offset",
)


def rows(log: str, readings: Iterable[tuple[int, Reading]]) -> Iterator[dict[str, object]]:
    """Yield the points of all readings, each with the number of its segment, as plain rows.

    The first rank that prints gives the series their names; those of other ranks are other curves, and named so.
    Where the log names neither epoch nor step (axis `index`), `step` counts the values of the series in its segment, from 1,
    so that its curve can be drawn.
    """
    first: int | None = None
    counts: Counter[tuple[int, SeriesSpec, int | None]] = Counter()
    for segment, reading in readings:
        first = reading.rank if first is None else first
        prefix = f"[rank{reading.rank}] " if reading.rank is not None and reading.rank != first else ""
        for row, spec in zip(_points(log, segment, reading, prefix), reading.series, strict=True):
            if reading.axis == "index" and reading.step is None:
                counts[segment, spec, reading.rank] += 1
                row["step"] = counts[segment, spec, reading.rank]
            yield row


def _points(log: str, segment: int, reading: Reading, prefix: str) -> Iterator[dict[str, object]]:
    for spec, value in zip(reading.series, reading.values, strict=True):
        yield {
            "log": log,
            "segment": segment,
            "series": prefix + spec.name,
            "metric": spec.metric,
            "split": spec.split,
            "axis": reading.axis,
            "epoch": whole(reading.epoch),
            "step": whole(reading.step),
            "time": reading.time,
            "value": plain(value),
            "unit": spec.unit,
            "rank": reading.rank,
            "part": reading.part,
            "line": reading.line,
            "offset": reading.offset,
        }


def whole(number: float | None) -> float | None:
    """Return 3 for 3.0: epochs and steps as the log prints them."""
    return int(number) if number is not None and math.isfinite(number) and number == int(number) else number


def plain(value: float) -> float | str:
    """Return a value that JSON can hold: not-a-number and infinities are words."""
    if math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def write_jsonl(out: TextIO, found: Iterable[dict[str, object]]) -> None:
    """Write one JSON object a line."""
    import json  # noqa: PLC0415 - start-up counts

    encode = json.JSONEncoder(ensure_ascii=False).encode
    out.writelines(encode(row) + "\n" for row in found)


def write_csv(out: TextIO, found: Iterable[dict[str, object]]) -> None:
    """Write a CSV table; text that a spreadsheet would take for a formula gets a leading apostrophe."""
    import csv  # noqa: PLC0415 - start-up counts

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in found:
        writer.writerow([_safe(row[name]) for name in COLUMNS])


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t" and cell != "-inf" else cell
