"""Curves on a character canvas, and what they are made of: thinning, smoothing, axes."""

from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from panels import snapshot_of

from tailwatch.core.text import render
from tailwatch.tui.curves import ChartData, Curve, Moment, common_axis, reading_at
from tailwatch.tui.plot import Stroke, Window, draw, overlay
from tailwatch.tui.scale import labels, log_ticks, on_steps, room_ahead, ticks
from tailwatch.tui.sparkline import sparkline
from tailwatch.tui.thinning import smooth, thin

UNIT = Window(0.0, 1.0, 0.0, 1.0)
finite = st.floats(-1e9, 1e9)


def drawn(rows: tuple[str, ...]) -> list[tuple[int, int]]:
    return [(x, y) for y, row in enumerate(rows) for x, char in enumerate(row) if char != " "]


def test_a_line_from_corner_to_corner_begins_and_ends_in_the_corners() -> None:
    rows = draw(Stroke((0.0, 1.0), (0.0, 1.0)), UNIT, 20, 10)
    assert rows[-1][0] != " "
    assert rows[0][-1] != " "
    assert len(rows) == 10
    assert {len(row) for row in rows} == {20}


@given(st.floats(0, 1), st.floats(0, 1), st.integers(2, 60), st.integers(1, 30))
def test_a_point_lies_in_the_cell_that_the_window_names(x: float, y: float, width: int, height: int) -> None:
    """Signs such as the best star are put by `Window.column` and `row`; they must meet the curve."""
    assert drawn(draw(Stroke((x,), (y,)), UNIT, width, height)) == [(UNIT.column(x, width), UNIT.row(y, height))]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=12))
def test_a_line_passes_through_the_cells_of_its_points(points: list[tuple[float, float]]) -> None:
    points.sort()
    cells = drawn(draw(Stroke(tuple(x for x, _ in points), tuple(y for _, y in points)), UNIT, 30, 12))
    for x, y in points:
        assert (UNIT.column(x, 30), UNIT.row(y, 12)) in cells


def test_a_slow_fall_is_as_even_as_a_slow_rise() -> None:
    """A line that falls by one dot over the canvas falls in its middle, not beside its first point."""
    low = 1.0 / (4 * 10 - 1)
    falls = draw(Stroke((0.0, 1.0), (low, 0.0)), UNIT, 40, 10)[-1]
    assert falls == "".join(reversed(draw(Stroke((0.0, 1.0), (0.0, low)), UNIT, 40, 10)[-1]))


def test_a_nan_is_a_gap_in_the_line() -> None:
    rows = draw(Stroke((0.0, 0.25, 0.5, 0.75, 1.0), (0.5, 0.5, math.nan, 0.5, 0.5)), UNIT, 41, 3)
    assert rows[1][20] == " "
    assert rows[1][2] != " "
    assert rows[1][38] != " "


def test_a_point_far_outside_costs_no_walk_there_and_draws_nothing_outside() -> None:
    rows = draw(Stroke((0.0, 0.5, 1.0), (0.5, 1e300, 0.5)), UNIT, 20, 10)
    assert len(rows) == 10


def test_plain_characters_are_drawn_where_there_is_no_braille() -> None:
    rows = draw(Stroke((0.0, 1.0), (0.0, 1.0), "*"), UNIT, 10, 10)
    assert {char for row in rows for char in row} == {" ", "*"}


def test_dots_of_two_curves_in_one_cell_are_both_shown() -> None:
    assert overlay("⠁", "⠈") == "⠉"
    assert overlay("⠁", "★") == "★"
    assert overlay(" ", "⠁") == "⠁"


@given(st.lists(st.one_of(finite, st.sampled_from([math.nan, math.inf])), min_size=1, max_size=400), st.integers(2, 20))
def test_thinning_keeps_every_extreme(ys: list[float], columns: int) -> None:
    """The highest and the lowest value are among what is drawn, however few columns there are."""
    xs = [float(k) for k in range(len(ys))]
    _, kept = thin(xs, ys, xs[0], xs[-1], columns)
    whole = [y for y in ys if math.isfinite(y)]
    if whole:
        assert max(whole) in kept
        assert min(whole) in kept
    assert len(kept) <= 3 * columns + 1 or len(ys) <= 3 * columns


def test_a_zoomed_line_comes_in_from_the_left_edge() -> None:
    xs, ys = thin([0.0, 10.0], [0.0, 10.0], 5.0, 10.0, 20)
    assert (xs[0], ys[0]) == (5.0, 5.0)


def test_smoothing_skips_nan_and_goes_on() -> None:
    """One NaN must not end the smoothed curve (an average that holds NaN stays NaN for ever)."""
    out = smooth([1.0, math.nan, 1.0, 1.0], 0.9)
    assert math.isnan(out[1])
    assert out[2] == pytest.approx(1.0)


def test_smoothing_is_not_biased_towards_its_start() -> None:
    assert smooth([4.0, 4.0], 0.9) == pytest.approx([4.0, 4.0])


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e9), st.integers(1, 10))
def test_ticks_are_few_and_inside(low: float, span: float, most: int) -> None:
    high = low + span
    found = ticks(low, high, most)
    assert len(found) <= most
    assert all(low - span * 1e-6 <= tick <= high + span * 1e-6 for tick in found)


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.0, 1.0, 5, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        (0.34, 0.56, 5, ["0.35", "0.40", "0.45", "0.50", "0.55"]),
        (0.0, 2e4, 5, ["0", "5k", "10k", "15k", "20k"]),
    ],
)
def test_tick_labels_have_the_digits_that_their_step_needs(low: float, high: float, most: int, expected: list[str]) -> None:
    assert labels(ticks(low, high, most)) == expected


def test_logarithmic_ticks_are_powers_of_ten_over_decades_and_finer_within_one() -> None:
    assert log_ticks(-3.0, 1.0, 10) == pytest.approx([1e-3, 1e-2, 1e-1, 1.0, 10.0])
    assert log_ticks(-0.8, 0.4, 8) == pytest.approx([0.2, 0.5, 1.0, 2.0])
    assert log_ticks(-1.6, 0.1, 4) == pytest.approx([0.03, 0.1, 0.3, 1.0])
    assert log_ticks(0.02, 0.3, 5) == pytest.approx([1.2, 1.4, 1.6, 1.8])


@given(st.floats(-320, 308), st.floats(1e-6, 600), st.integers(2, 8))
@example(-318.0, 1e-5, 2)
def test_logarithmic_ticks_lie_on_their_axis_and_are_not_too_many(low: float, span: float, most: int) -> None:
    high = min(low + span, 308.2)
    found = log_ticks(low, high, most)
    assert len(found) <= most
    assert found == sorted(set(found))
    assert all(low - 1e-6 <= math.log10(v) <= high + 1e-6 for v in found)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_an_axis_that_grows_has_room_ahead_but_not_much(low: float, span: float) -> None:
    end = room_ahead(low, low + span)
    assert low + span * (1 - 1e-6) <= end
    assert end - low <= span * 1.26


def test_an_axis_that_grows_keeps_still_for_most_new_points() -> None:
    """A curve that moves at every point is restless, and each move is paid for over a slow link."""
    ends = {room_ahead(1.0, float(n)) for n in range(100, 200)}
    assert len(ends) < 8


@given(finite, finite)
@example(0.0, 5e-324)
@example(1e-310, 2e-310)
def test_a_range_on_steps_holds_what_it_was_made_for(low: float, high: float) -> None:
    low, high = sorted((low, high))
    bottom, top = on_steps(low, high)
    assert bottom <= low
    assert high <= top
    assert bottom < top


def test_a_sparkline_keeps_a_spike_and_shows_nan() -> None:
    values = [1.0] * 500
    values[250] = 9.0
    assert "▇" in sparkline(values, 10)
    assert "×" in sparkline([1.0, math.nan, 2.0], 10)
    assert sparkline([], 10) == ""


def curve(part: str, xs: list[float], ys: list[float], lines: list[int]) -> Curve:
    return Curve(part, part, array("d", xs), array("d", ys), array("q", lines))  # type: ignore[arg-type]


def test_the_cursor_tells_the_nearest_value_of_each_curve_and_the_line_of_the_log() -> None:
    train = curve("train", [1.0, 1.5, 2.0, 2.5], [4.0, 3.0, 2.0, 1.0], [10, 11, 12, 13])
    val = curve("val", [1.0, 2.0], [5.0, 6.0], [20, 30])
    data = ChartData("loss", "epoch", 1.0, (train, val), None, "val", (), None, "min")
    reading = reading_at(data, 1)
    assert reading is not None
    assert reading.values == {"train": 2.0, "val": 6.0}
    assert (render(reading.place), reading.line) == ("epoch 2", 30)
    assert reading_at(data, 2) is None


def test_results_of_epochs_are_drawn_against_epochs_though_steps_count_up() -> None:
    """As findings and reports name their places; running values of a single pass over the data are drawn against steps."""
    results = b"".join(b"{'eval_loss': %.2f, 'epoch': %d.0, 'step': %d}\n" % (1 / n, n, 30 * n) for n in range(1, 6))
    assert snapshot_of(results).charts[0].x_axis == "epoch"
    running = b"".join(b"epoch 1 step %d loss %.3f\n" % (n, 1 / n) for n in range(1, 60))
    assert snapshot_of(running).charts[0].x_axis == "step"


def test_without_series_there_is_no_common_axis_but_the_line() -> None:
    assert common_axis([]) == "line"
    assert Moment(1.0, "lr_drop", "x").kind == "lr_drop"
