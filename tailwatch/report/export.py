"""`tailwatch export`: every value of a log as JSON lines or CSV, in file order, with the place it came from.

A long log has millions of values and few series, so all of a row that does not change from value to value is written once.
"""

from __future__ import annotations

import math
from collections import Counter

from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tailwatch.core.events import Reading, SeriesSpec

    Numbered = Iterable[tuple[int, Reading]]
    """Readings, each with the number of its segment."""

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


MOST_KNOWN: Final = 4096
"""So many kinds of readings are remembered with what does not change in their rows."""


_ESCAPES: Final = {code: f"\\u{code:04x}" for code in range(32)} | {
    ord(sign): f"\\{short}" for sign, short in zip('"\\\b\f\n\r\t', '"\\bfnrt', strict=True)
}
_NO_NUMBERS: Final = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_QUOTED: Final = frozenset(',"\r\n')
_FORMULA: Final = "=+-@\t"


class Form(NamedTuple):
    """How a row is written: each cell's text, what stands before the cell of each column, and what ends the row."""

    cell: Callable[[object], str]
    before: tuple[str, ...]
    end: str


def whole(number: float | None) -> float | None:
    """Return 3 for 3.0: epochs and steps as the log prints them."""
    return int(number) if number is not None and math.isfinite(number) and number == int(number) else number


def plain(value: float) -> float | str:
    """Return a value that JSON can hold: not-a-number and infinities are words."""
    if math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def write_jsonl(out: TextIO, logs: Iterable[tuple[str, Numbered]]) -> None:
    """Write one JSON object a line."""
    before = tuple(f"{', ' if i else '{'}{json_cell(name)}: " for i, name in enumerate(COLUMNS))
    form = Form(json_cell, before, "}\n")
    for log, found in logs:
        out.writelines(rows(log, found, form))


def write_csv(out: TextIO, logs: Iterable[tuple[str, Numbered]]) -> None:
    """Write a CSV table; text that a spreadsheet would take for a formula gets a leading apostrophe."""
    form = Form(csv_cell, tuple("," if i else "" for i in range(len(COLUMNS))), "\n")
    out.write(",".join(COLUMNS) + form.end)
    for log, found in logs:
        out.writelines(rows(log, found, form))


def json_cell(content: object) -> str:
    """Return a text, a number or None as `json` writes it, which takes as long to load as a small log to read."""
    if isinstance(content, str):
        return f'"{content.translate(_ESCAPES)}"'
    return "null" if content is None else _NO_NUMBERS.get(text := repr(content), text)


def csv_cell(content: object) -> str:
    """Return a text, a number or None as `csv` writes it, which takes as long to load."""
    text = "" if content is None else str(content)
    if isinstance(content, str) and text[:1] in _FORMULA and text and text != "-inf":
        text = f"'{text}"
    return text if _QUOTED.isdisjoint(text) else '"{}"'.format(text.replace('"', '""'))


def rows(log: str, readings: Numbered, form: Form) -> Iterator[str]:
    """Yield the rows of all values.

    The first rank that prints gives the series their names; those of other ranks are other curves, and named so.
    Where the log names neither epoch nor step (axis `index`), `step` counts the values of the series in its segment, from 1,
    so that its curve can be drawn.
    """
    own: int | None = None
    counts: Counter[tuple[int, SeriesSpec, int | None]] = Counter()
    known: dict[object, list[tuple[str, str]]] = {}
    last: tuple[float | None, str | None] | None = None
    cell, before_step, before_time, before_value, before_offset, end = form.cell, *form.before[7:10], form.before[14], form.end
    epoch_text = time_text = ""
    for segment, reading in readings:
        specs, values, axis, epoch, step, time, rank, line, offset, part, _ = reading
        own = rank if own is None else own
        kind = segment, specs, axis, rank, part
        parts = known.get(kind)
        if parts is None:
            if len(known) >= MOST_KNOWN:
                known.clear()
            parts = known[kind] = list(_unchanging(form, log, segment, reading, other=rank != own))
        if last != (epoch, time):
            last = epoch, time
            epoch_text, time_text = _place(epoch, cell) + before_step, before_time + cell(time) + before_value
        place, where = f"{epoch_text}{_place(step, cell)}{time_text}", f"{line}{before_offset}{offset}{end}"
        total = sum(values)
        texts = map(repr, values) if total - total == 0.0 else [cell(plain(value)) for value in values]
        if axis == "index" and step is None:
            for spec, (head, tail), value in zip(specs, parts, texts, strict=True):
                counts[segment, spec, rank] += 1
                yield f"{head}{epoch_text}{counts[segment, spec, rank]}{time_text}{value}{tail}{where}"
        else:
            for (head, tail), value in zip(parts, texts, strict=True):
                yield f"{head}{place}{value}{tail}{where}"


def _unchanging(form: Form, log: str, segment: int, reading: Reading, *, other: bool) -> Iterator[tuple[str, str]]:
    """Yield what stands before the epoch of each value's row, and between its value and its line."""
    cell, before, rank = form.cell, form.before, reading.rank
    prefix = f"[rank{rank}] " if other and rank is not None else ""
    for spec in reading.series:
        head = (log, segment, prefix + spec.name, spec.metric, spec.split, reading.axis)
        tail = (spec.unit, rank, reading.part)
        yield (
            "".join([before[i] + cell(content) for i, content in enumerate(head)]) + before[6],
            "".join([before[i] + cell(content) for i, content in enumerate(tail, 10)]) + before[13],
        )


def _place(number: float | None, cell: Callable[[object], str]) -> str:
    """Return an epoch or a step as a cell."""
    return str(int(number)) if number is not None and number % 1 == 0 else cell(number)
