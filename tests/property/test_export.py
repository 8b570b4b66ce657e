"""The rows that `export` writes in pieces are those that a writer of JSON or CSV makes of each value."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tailwatch.core.events import Reading, SeriesSpec
from tailwatch.report.export import COLUMNS, plain, whole, write_csv, write_jsonl

TEXT = st.sampled_from(["loss", "val loss", "=SUM(A1)", "-inf", "@x", 'a "b", c', "损失", "τ\t", "-", "it's", "a\nb", "1.5"])
NUMBER = st.one_of(st.floats(), st.integers(-5, 40).map(float))
SPEC = st.builds(SeriesSpec, TEXT, TEXT, st.sampled_from(["train", "val", None]), st.sampled_from(["ms", None, '"']))


@st.composite
def readings(draw: st.DrawFn) -> tuple[int, Reading]:
    """A reading of one of few kinds, with the number of its segment."""
    specs = draw(st.sampled_from(draw(st.shared(st.lists(st.lists(SPEC, min_size=1, max_size=3), min_size=1, max_size=3)))))
    return draw(st.integers(0, 1)), Reading(
        tuple(specs),
        tuple(draw(st.lists(NUMBER, min_size=len(specs), max_size=len(specs)))),
        draw(st.sampled_from(["step", "epoch", "index"])),
        draw(st.one_of(st.none(), NUMBER)),
        draw(st.one_of(st.none(), NUMBER)),
        draw(st.one_of(st.none(), TEXT)),
        draw(st.sampled_from([None, 0, 1])),
        draw(st.integers(1, 9)),
        draw(st.integers(0, 9)),
        draw(st.integers(0, 1)),
        "general",
    )


def values_of(log: str, found: list[tuple[int, Reading]]) -> list[dict[str, object]]:
    """Each value with its place, one by one."""
    own, counts, rows = None, Counter(), []
    for segment, r in found:
        own = r.rank if own is None else own
        for spec, value in zip(r.series, r.values, strict=True):
            name = spec.name if r.rank in (None, own) else f"[rank{r.rank}] {spec.name}"
            counts[segment, spec, r.rank] += r.axis == "index" and r.step is None
            step = counts[segment, spec, r.rank] if r.axis == "index" and r.step is None else whole(r.step)
            before = (log, segment, name, spec.metric, spec.split, r.axis, whole(r.epoch), step, r.time)
            behind = (plain(value), spec.unit, r.rank, r.part, r.line, r.offset)
            rows.append(dict(zip(COLUMNS, before + behind, strict=True)))
    return rows


@settings(deadline=None)
@given(st.lists(readings(), max_size=12), TEXT)
def test_a_row_of_json_is_the_value_encoded_as_a_whole(found: list[tuple[int, Reading]], log: str) -> None:
    """Byte for byte, whatever stands in it."""
    out = io.StringIO()
    write_jsonl(out, [(log, found), ("other.log", found)])
    rows = values_of(log, found) + values_of("other.log", found)
    assert out.getvalue() == "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@settings(deadline=None)
@given(st.lists(readings(), max_size=12), TEXT)
def test_a_row_of_csv_is_the_value_written_as_a_whole(found: list[tuple[int, Reading]], log: str) -> None:
    """Quoted where it must be, and no text looks like a formula."""
    out, whole_rows = io.StringIO(), io.StringIO()
    write_csv(out, [(log, found)])
    writer = csv.writer(whole_rows, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in values_of(log, found):
        formulas = (isinstance(c, str) and c[:1] in ("=", "+", "-", "@", "\t") and c != "-inf" for c in row.values())
        writer.writerow([f"'{c}" if formula else c for c, formula in zip(row.values(), formulas, strict=True)])
    assert out.getvalue() == whole_rows.getvalue()
