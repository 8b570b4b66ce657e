"""Logs in the form of each framework, and every value that they hold: none is missed and none is made up."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from casebook import Case, cases, points_of

BOOKS = Path(__file__).parents[1] / "data" / "casebook"
CASES = [case for book in sorted(BOOKS.glob("*.txt")) for case in cases(book)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_log_gives_the_values_it_holds_and_no_others(case: Case) -> None:
    """Each value has its metric, split, axis, epoch and step; headers, settings and summaries give none."""
    assert case.points
    assert Counter(f"{place}: {value}" for place, value in points_of(case.log)) == case.points
