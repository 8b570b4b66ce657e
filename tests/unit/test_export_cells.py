"""Cells of an export are written as the standard library writes them."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from tailwatch.report.export import csv_cell, json_cell

CONTENTS = st.none() | st.integers() | st.floats() | st.text() | st.text('"\\,\n\r\t\0\x1b\x7f é损', max_size=8)


@given(CONTENTS)
def test_a_cell_of_json_is_that_of_json(content):
    """Texts with their escapes, numbers, and nothing."""
    assert json_cell(content) == json.dumps(content, ensure_ascii=False)


@given(CONTENTS)
def test_a_cell_of_csv_is_read_back_as_it_was(content):
    """But for the apostrophe before what a spreadsheet would take for a formula."""
    read = next(csv.reader(io.StringIO(f"{csv_cell(content)},0\n", newline="")))
    plain = "" if content is None else str(content)
    is_formula = isinstance(content, str) and content[:1] in ("=", "+", "-", "@", "\t") and content != "-inf"
    assert read == [f"'{plain}" if is_formula else plain, "0"]


@given(st.none() | st.integers() | st.floats() | st.text('"\\, \nabcé损', min_size=1, max_size=8))
def test_a_cell_of_csv_is_that_of_csv(content):
    """Quoted only where it must be."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow((content, 0))
    assert f"{csv_cell(content)},0\n" == out.getvalue()
