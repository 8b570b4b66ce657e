"""The panel of curves: legend, axes, marks, cursor, and what is said where nothing can be drawn."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from panels import sample, snapshot_of, text_of

from tailwatch.tui.curves import Reading, reading_at
from tailwatch.tui.paint import Painter, plain, width_of
from tailwatch.tui.panels import chart

if TYPE_CHECKING:
    from tailwatch.tui.snapshot import Snapshot


def chart_reading(snapshot: Snapshot, index: int) -> Reading | None:
    return reading_at(snapshot.charts[0], index)


class TestChart:
    def test_train_and_validation_share_one_chart(self, overfit: Snapshot) -> None:
        data = overfit.charts[0]
        assert data.metric == "loss"
        assert [c.part for c in data.curves if c.part != "running"] == ["train", "val"]
        assert data.x_axis == "epoch"

    def test_the_best_is_marked_and_named(self, overfit: Snapshot) -> None:
        options = chart.ChartOptions()
        assert "★ 0.35 epoch 3" in plain(chart.title(overfit.charts[0], options, 80))
        assert "★" in text_of(chart.chart_rows(overfit.charts[0], options, 80, 14)[:-3])

    def test_the_legend_leaves_out_what_does_not_fit(self, overfit: Snapshot) -> None:
        for width in range(8, 80):
            assert width_of(chart.title(overfit.charts[0], chart.ChartOptions(), width)) <= max(width, len("loss"))

    def test_how_the_curves_are_drawn_is_told_before_where_the_best_one_is(self, overfit: Snapshot) -> None:
        options = chart.ChartOptions(log=True, smoothing=1, zoom=1)
        assert plain(chart.title(overfit.charts[0], options, 80)).endswith("val 0.4002  log scale  smoothed  last half")
        assert plain(chart.title(overfit.charts[0], options._replace(zoom=0), 50)).endswith("val 0.4002  log scale")
        assert plain(chart.title(overfit.charts[0], options, 120)).index("★") < 50

    @pytest.mark.parametrize("size", [(20, 4), (44, 8), (71, 14), (200, 60)])
    def test_a_chart_fills_exactly_its_rows(self, overfit: Snapshot, size: tuple[int, int]) -> None:
        width, height = size
        rows = chart.chart_rows(overfit.charts[0], chart.ChartOptions(), width, height)
        assert len(rows) == height
        assert max(width_of(cells) for cells in rows) <= width

    @pytest.mark.parametrize("value", ["0.0", "0.5", "1.0"])
    def test_an_accuracy_that_never_moved_has_no_axis_below_zero(self, value: str) -> None:
        log = "".join(f"epoch {n} val_accuracy {value}\n" for n in range(1, 9)).encode()
        rows = chart.chart_rows(snapshot_of(log).charts[0], chart.ChartOptions(), 60, 12)
        assert "-" not in text_of(rows)
        assert any("★" in plain(cells) for cells in rows)

    def test_running_averages_that_begin_at_zero_do_not_set_the_scale(self) -> None:
        """They leave the canvas, so that the epochs' own results fill it; a start from far above in a log of its own is drawn."""
        epochs = range(1, 6)
        steps = [f"Epoch {n} step {k}/200 - acc: {0.8 if k > 1 else 0.0:.4f}\n" for n in epochs for k in range(1, 201)]
        results = [f"Epoch {n} - acc: {0.8 + n / 50:.4f} - val_acc: {0.75 + n / 50:.4f}\n" for n in epochs]
        log = "".join("".join(steps[(n - 1) * 200 : n * 200]) + results[n - 1] for n in epochs).encode()
        data = snapshot_of(log).charts[0]
        assert {c.part for c in data.curves} == {"running", "train", "val"}
        rows = text_of(chart.chart_rows(data, chart.ChartOptions(), 70, 14))
        assert "0.00" not in rows
        assert "0.75" in rows or "0.80" in rows

    def test_events_have_a_lane_or_stand_on_the_axis(self, overfit: Snapshot) -> None:
        tall = chart.chart_rows(overfit.charts[0], chart.ChartOptions(), 80, 14)
        low = chart.chart_rows(overfit.charts[0], chart.ChartOptions(), 80, 8)
        assert "↓ lr drop" in plain(tall[-2])
        assert "└" not in plain(tall[-2])
        assert "↓" in plain(low[-2])
        assert "└" in plain(low[-2])

    def test_ticks_stand_between_epochs_only_where_something_is_drawn_there(self) -> None:
        options = chart.ChartOptions()
        rows = [f"epoch {n} train_loss {1 / n} val_loss {2 / n}\n" for n in (1, 2, 3)]
        few = snapshot_of("".join(rows).encode())
        assert plain(chart.chart_rows(few.charts[0], options, 70, 14)[-1]).split() == ["epoch", "1", "2", "3"]
        half = snapshot_of(b"".join(b"{'loss': %f, 'epoch': %g}\n" % (1 / n, n / 4) for n in range(2, 12)))
        assert "1.5" in plain(chart.chart_rows(half.charts[0], options, 70, 14)[-1])

    def test_too_small_says_so(self, overfit: Snapshot) -> None:
        assert "too small" in text_of(chart.chart_rows(overfit.charts[0], chart.ChartOptions(), 80, 3))
        assert "too small" in text_of(chart.chart_rows(overfit.charts[0], chart.ChartOptions(), 12, 9))

    def test_nothing_but_nan_says_so_and_where_it_began(self) -> None:
        data = sample("huggingface/nan.log").charts[0]
        assert "NaN or inf" in text_of(chart.chart_rows(data, chart.ChartOptions(), 80, 9))
        assert "✖ NaN at" in plain(chart.title(data, chart.ChartOptions(), 80))

    def test_a_nan_inside_is_marked_beneath_the_curve(self) -> None:
        text = b"".join(b"Epoch %d/9 loss: %s\n" % (e, b"nan" if e == 4 else b"%f" % (1 / e)) for e in range(1, 8))
        rows = chart.chart_rows(snapshot_of(text).charts[0], chart.ChartOptions(), 60, 12)
        assert "✖ NaN" in plain(rows[-2])

    def test_log_scale_draws_powers_of_ten(self) -> None:
        text = b"".join(b"Epoch %d/9 loss: %g\n" % (e, 10.0 ** (3 - e)) for e in range(1, 8))
        data = snapshot_of(text).charts[0]
        labels = text_of(chart.chart_rows(data, chart.ChartOptions(log=True), 60, 20))
        assert "0.01 ┤" in labels
        assert "10 ┤" in labels
        assert "log scale" in plain(chart.title(data, chart.ChartOptions(log=True), 80))

    def test_smoothing_leaves_the_raw_curve_behind_it(self) -> None:
        text = b"".join(b"Epoch %d/40 loss: %f\n" % (e, 1 + (e % 2)) for e in range(1, 40))
        data = snapshot_of(text).charts[0]
        roles = {s.role for r in chart.chart_rows(data, chart.ChartOptions(smoothing=2), 60, 20) for s in r}
        assert {"train", "train_ghost"} <= roles

    def test_zoom_shows_the_tail(self, overfit: Snapshot) -> None:
        zoomed = text_of(chart.chart_rows(overfit.charts[0], chart.ChartOptions(zoom=2), 80, 12))
        assert "8" in zoomed.splitlines()[-1]
        assert " 2 " not in zoomed.splitlines()[-1]

    def test_the_cursor_is_drawn_and_the_legend_tells_its_values(self, overfit: Snapshot) -> None:
        reading = chart_reading(overfit, 4)
        assert "┊ epoch 5" in plain(chart.title(overfit.charts[0], chart.ChartOptions(), 80, reading))
        assert "0.375" in plain(chart.title(overfit.charts[0], chart.ChartOptions(), 80, reading))
        assert "┊" in text_of(chart.chart_rows(overfit.charts[0], chart.ChartOptions(), 80, 12, reading))

    def test_plain_characters_only_where_the_terminal_shows_no_more(self, overfit: Snapshot) -> None:
        painter = Painter(ascii_only=True)
        for cells in chart.chart_rows(overfit.charts[0], chart.ChartOptions(ascii_only=True), 80, 14):
            assert painter.strip(cells, 80).text.isascii()

    def test_without_colours_the_curves_still_differ(self, overfit: Snapshot) -> None:
        rows = text_of(chart.chart_rows(overfit.charts[0], chart.ChartOptions(colours=False), 80, 14))
        assert rows.count("•") > 40

    def test_an_empty_pane_has_a_reason(self) -> None:
        for text, reason in ((b"", "no line yet"), (b"hello\n", "no metric yet"), (b"Epoch 1: lr 0.1\n" * 3, "no curve yet")):
            assert reason in plain(chart.reason_for_no_chart(snapshot_of(text)))

    def test_the_loss_is_charted_first(self) -> None:
        assert sample("xgboost/early_stopped_overfit.log").charts[0].metric == "logloss"
