"""Thinning a column keeps its picture: every extreme of what was seen stays, in order, however the values came."""

from __future__ import annotations

import math
from array import array

from hypothesis import given
from hypothesis import strategies as st

from tailwatch.core.events import SeriesSpec
from tailwatch.core.series import Series
from tailwatch.core.thinning import Thinning, _extremes, _of_buckets

FEW = st.lists(st.one_of(st.integers(0, 5).map(float), st.floats(-1e9, 1e9), st.just(math.nan)), min_size=1, max_size=30)
VALUES = st.builds(lambda few, count: (few * count)[:count], FEW, st.integers(300, 900))


def thinned(values: list[float], cap: int) -> tuple[array[float], array[int]]:
    places = array("d", range(len(values)))
    columns = (array("d", values), places, array("d", places), array("q", range(len(values))))
    Thinning(cap).thin(columns)
    assert list(columns[1]) == list(columns[3])
    return columns[0], columns[3]


@given(VALUES, st.integers(8, 300))
def test_thinning_keeps_the_order_and_what_stays_is_what_was_there(values: list[float], cap: int) -> None:
    kept, places = thinned(values, cap)
    assert list(places) == sorted(set(places))
    assert all(math.isnan(k) if math.isnan(values[at]) else k == values[at] for k, at in zip(kept, places, strict=True))


@given(VALUES, st.integers(8, 300))
def test_thinning_averages_no_extreme_away(values: list[float], cap: int) -> None:
    finite = [v for v in values if not math.isnan(v)]
    kept = [v for v in thinned(values, cap)[0] if not math.isnan(v)]
    if len(finite) == len(values):
        assert (min(kept), max(kept)) == (min(finite), max(finite))
    assert any(map(math.isnan, values)) == any(map(math.isnan, thinned(values, cap)[0]))


@given(st.lists(st.floats(0, 9), min_size=1, max_size=40), st.integers(1, 7))
def test_a_series_is_the_same_whether_points_come_one_by_one_or_together(values: list[float], size: int) -> None:
    spec = SeriesSpec("loss", "loss", "train")
    alone, together = Series(spec, "step"), Series(spec, "step")
    many = values * 250
    for i, value in enumerate(many):
        alone.add(value, 1.0, float(i), i)
    for start in range(0, len(many), size * 100):
        part = many[start : start + size * 100]
        places = range(start, start + len(part))
        together.extend(array("d", part), array("d", [1.0] * len(part)), array("d", places), array("q", places))
    assert (alone.values, alone.steps, alone.lines) == (together.values, together.steps, together.lines)
    assert alone.best_at == together.best_at


@given(
    st.lists(st.sampled_from((0.0, 1.0, -1.0, 2.5, 1e9, math.nan)), max_size=40), st.integers(0, 5), st.sampled_from((4, 8, 16))
)
def test_buckets_thinned_together_keep_what_each_keeps_by_itself(values: list[float], start: int, size: int) -> None:
    column, end = array("d", [0.0] * start + values), start + len(values)
    alone = [at for first in range(start, end, size) for at in _extremes(column, first, min(first + size, end))]
    assert _of_buckets(column, start, end, size) == alone
