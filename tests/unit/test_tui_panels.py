"""The panels as pure functions: from a snapshot of the run to rows of text."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.language import language
from tailwatch.session import Session
from tailwatch.tui.curves import Reading, reading_at
from tailwatch.tui.paint import Painter, Row, Span, clipped, middle, plain, width_of, wrap
from tailwatch.tui.panels import chart
from tailwatch.tui.panels.findings import finding_detail, findings_rows, findings_title
from tailwatch.tui.panels.log import LogBuffer, around_rows, log_row, log_title
from tailwatch.tui.panels.messages import message_detail, messages_rows, shown_messages
from tailwatch.tui.panels.series import series_rows, short
from tailwatch.tui.panels.status import is_unusual, span_of_time, status_rows
from tailwatch.tui.panels.unread import unread_rows, unread_title
from tailwatch.tui.panels.verdict import banner_rows, verdict_repeats, verdict_rows
from tailwatch.tui.snapshot import LogDelta, LogLine, Snapshot, SourceState
from tailwatch.tui.view import SnapshotMaker

SAMPLES = Path(__file__).parents[2] / "sample_logs"
AT = 1_700_000_000.0
NASTY = "\x1b[2J\x1b]52;c;ZXZpbA==\x07\x9b31m\u202e[bold][@click=app.quit]x[/]"


def snapshot_of(text: bytes, source: SourceState | None = None, *, alive: bool | None = True) -> Snapshot:
    session = Session(keep_lines=True, live=True)
    session.feed(Data(text, AT))
    session.feed(Tick(AT + 3, alive))
    session.feed(Notice("read", AT + 3))
    return SnapshotMaker("runs/nohup.out").make(session, source or SourceState("live"))


def sample(name: str) -> Snapshot:
    return snapshot_of((SAMPLES / name).read_bytes())


def text_of(rows: list[Row]) -> str:
    return "\n".join(plain(cells) for cells in rows)


@pytest.fixture(scope="module")
def overfit() -> Snapshot:
    return sample("keras/seven_replicas_overfit.log")


class TestVerdict:
    def test_an_alarm_is_the_verdict(self, overfit: Snapshot) -> None:
        assert "Overfitting: validation loss was best at epoch 3" in text_of(verdict_rows(overfit, 120, 2))

    def test_a_healthy_run_gets_a_good_word(self) -> None:
        healthy = sample("keras/one_device_healthy.log")
        assert healthy.verdict.severity == "good"
        assert plain(verdict_rows(healthy, 200, 1)[0]).startswith(" ✔ ")

    def test_what_is_too_long_ends_with_an_ellipsis(self, overfit: Snapshot) -> None:
        (row,) = verdict_rows(overfit, 40, 1)
        assert width_of(row) <= 40
        assert plain(row).endswith("…")

    @pytest.mark.parametrize(
        ("source", "said"),
        [
            (SourceState("waiting", "runs/nohup.out: No such file"), "waiting for"),
            (SourceState("denied"), "permission denied"),
            (SourceState("reading", percent=23.0, preview=True), "history is being read"),
            (SourceState("live"), "the log has no line yet"),
        ],
    )
    def test_without_a_run_it_says_why_there_is_none(self, source: SourceState, said: str) -> None:
        assert said in text_of(verdict_rows(snapshot_of(b"", source), 100, 2))

    def test_the_banner_shows_the_whole_alarm_and_the_key_that_takes_it_away(self, overfit: Snapshot) -> None:
        alarms = [f for f in overfit.findings if f.open]
        rows = banner_rows(alarms, 50, 3)
        assert len(rows) == 3
        assert "a acknowledge" in plain(rows[-1])
        assert "+1 more" in plain(rows[-1])
        assert all(width_of(cells) == 50 for cells in rows)

    def test_a_verdict_that_says_the_same_as_the_banner_is_seen_to(self, overfit: Snapshot) -> None:
        grave = [f for f in overfit.findings if f.open]
        assert verdict_repeats(overfit, grave[:1])
        assert not verdict_repeats(overfit, grave[1:2])
        assert not verdict_repeats(overfit, [])


class TestStatus:
    def test_it_tells_file_state_place_and_silence(self, overfit: Snapshot) -> None:
        (row,) = status_rows(overfit, AT + 7, 140, 1)
        for said in ("runs/nohup.out", "stopped early", "epoch 8/50", "16 %", "last line 7 s ago", "keras"):
            assert said in plain(row)

    def test_the_file_is_shortened_in_its_middle(self) -> None:
        long = snapshot_of(b"", SourceState("live"))
        assert middle("/home/someone/experiments/2024/run_17/nohup.out", 24) == "/home/s…run_17/nohup.out"
        assert "…" in middle("x" * 100, 24)
        assert len(middle("x" * 100, 24)) == 24
        assert plain(status_rows(long, AT, 80, 1)[0]).startswith(" runs/nohup.out")

    def test_history_being_read_tells_how_far_and_that_it_is_a_preview(self) -> None:
        reading = snapshot_of(b"loss: 1\n", SourceState("reading", percent=23.4, preview=True))
        assert "reading history 23 % · preview" in text_of(status_rows(reading, AT, 100, 1))

    def test_a_preview_claims_no_best_and_no_curve(self) -> None:
        """Read cold, the end of a log gives wrong epochs; only last values are true."""
        preview = snapshot_of((SAMPLES / "keras/seven_replicas_overfit.log").read_bytes(), SourceState("reading", preview=True))
        assert preview.charts == ()
        assert preview.findings == ()
        assert preview.messages == ()
        assert all(series.best is None for series in preview.series)
        assert preview.standing.epoch is None

    def test_silence_is_unusual_by_the_runs_own_rhythm(self) -> None:
        assert not is_unusual(19.0, 1.0)
        assert is_unusual(21.0, 1.0)
        assert not is_unusual(100.0, 60.0)
        assert is_unusual(241.0, 60.0)

    def test_unusual_silence_changes_its_role(self) -> None:
        running = snapshot_of(b"Epoch 1/9 loss: 1.0\nEpoch 2/9 loss: 0.9\n")
        roles = {span.role for span in status_rows(running, AT + 500, 140, 1)[0] if "last line" in span.text}
        assert roles == {"warning"}

    def test_a_writer_that_is_gone_is_said(self) -> None:
        gone = snapshot_of(b"Epoch 1/9 loss: 1.0\nEpoch 2/9 loss: 0.9\n", alive=False)
        assert "the writer is gone" in text_of(status_rows(gone, AT + 500, 140, 1))

    def test_several_runs_in_one_log_are_told(self) -> None:
        text = b"".join(b"Epoch %d/3 loss: 1.0 val_loss: 1.0\n" % e for e in (1, 2, 3, 1, 2))
        assert "run 2 of 2 in this log" in text_of(status_rows(snapshot_of(text), AT, 200, 1))

    @pytest.mark.parametrize(
        ("seconds", "said"), [(4, "4 s"), (89, "89 s"), (720, "12 min"), (12_000, "3 h 20 min"), (187_200, "2 d 4 h")]
    )
    def test_time_is_told_in_two_units(self, seconds: float, said: str) -> None:
        assert span_of_time(seconds) == said


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

    @pytest.mark.parametrize("size", [(20, 4), (44, 8), (71, 14), (200, 60)])
    def test_a_chart_fills_exactly_its_rows(self, overfit: Snapshot, size: tuple[int, int]) -> None:
        width, height = size
        rows = chart.chart_rows(overfit.charts[0], chart.ChartOptions(), width, height)
        assert len(rows) == height
        assert max(width_of(cells) for cells in rows) <= width

    def test_events_have_a_lane_or_stand_on_the_axis(self, overfit: Snapshot) -> None:
        tall = chart.chart_rows(overfit.charts[0], chart.ChartOptions(), 80, 14)
        low = chart.chart_rows(overfit.charts[0], chart.ChartOptions(), 80, 8)
        assert "↓ lr drop" in plain(tall[-2])
        assert "└" not in plain(tall[-2])
        assert "↓" in plain(low[-2])
        assert "└" in plain(low[-2])

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


def chart_reading(snapshot: Snapshot, index: int) -> Reading | None:
    return reading_at(snapshot.charts[0], index)


class TestSeries:
    def test_the_main_curves_come_first_and_running_values_last(self, overfit: Snapshot) -> None:
        names = [(s.name, s.note) for s in overfit.series]
        assert names[0][0] == "loss"
        assert names[1][0] == "val_loss"
        assert names.index(("loss", "by step")) > names.index(("val_accuracy", ""))

    def test_series_of_one_name_are_told_apart(self, overfit: Snapshot) -> None:
        named = [(s.name, s.note) for s in overfit.series]
        assert len(set(named)) == len(named)

    @pytest.mark.parametrize("width", [30, 48, 50, 80, 120])
    def test_rows_fit(self, overfit: Snapshot, width: int) -> None:
        assert all(width_of(cells) <= width for cells in series_rows(overfit, width))

    def test_nan_stands_out(self) -> None:
        rows = series_rows(sample("huggingface/nan.log"), 60)
        assert any(span.role == "critical" and "nan" in span.text for span in rows[0])

    def test_long_numbers_are_shortened_not_cut(self) -> None:
        assert short(3_333_000_000.0) == "3.33e+09"
        assert short(math.nan) == "nan"
        assert short(84.3, "%") == "84.3%"

    def test_an_empty_table_has_a_reason(self) -> None:
        assert "no series yet" in text_of(series_rows(snapshot_of(b""), 60))


class TestFindings:
    def test_open_ones_come_first_with_their_sign(self, overfit: Snapshot) -> None:
        items = findings_rows(overfit, 60, 3)
        assert plain(items[0][0]).startswith(" ▲ Overfitting")
        assert findings_title(overfit).startswith("Findings 2")

    def test_the_page_of_one_tells_why_what_to_do_and_shows_the_lines(self, overfit: Snapshot) -> None:
        page = text_of(finding_detail(overfit.findings[0], 80))
        for said in ("Why", "What to do", "In the log", "since epoch 3", "raised at epoch", "Use the weights of epoch 3"):
            assert said in page

    @pytest.mark.parametrize("width", [20, 45, 50, 120])
    def test_rows_fit(self, overfit: Snapshot, width: int) -> None:
        rows = [cells for item in findings_rows(overfit, width, 3) for cells in item]
        assert all(width_of(cells) <= width for cells in (*rows, *finding_detail(overfit.findings[0], width)))

    def test_none_says_that_there_is_nothing_to_act_on(self) -> None:
        assert "nothing to act on" in text_of(findings_rows(sample("json_lines/healthy.log"), 60, 3)[0])


class TestMessages:
    def test_what_needs_someone_comes_first_and_the_harmless_are_one_row(self, overfit: Snapshot) -> None:
        shown = shown_messages(overfit, unfolded=False)
        labels = [m.label for m in shown if m is not None]
        assert shown[-1] is None
        assert labels == sorted(labels, key=["fatal", "actionable", "unknown", "info"].index)
        assert "harmless: " in plain(messages_rows(overfit, 60)[-1])

    def test_unfolded_the_harmless_are_listed(self, overfit: Snapshot) -> None:
        assert len(shown_messages(overfit, unfolded=True)) > len(shown_messages(overfit, unfolded=False))

    def test_the_page_of_one_tells_why_and_where(self, overfit: Snapshot) -> None:
        page = text_of(message_detail(overfit.messages[0], 80))
        assert "Why" in page
        assert "In the log" in page
        assert "line" in page


def lines(*texts: str, first: int = 1) -> tuple[LogLine, ...]:
    return tuple(LogLine(first + k, text.encode(), 0) for k, text in enumerate(texts))


class TestLog:
    def test_the_filter_counts_hits_and_marks_them(self) -> None:
        buffer = LogBuffer()
        buffer.take(LogDelta(lines("val loss 1", "train", "VAL again")))
        assert buffer.filter("val") == 2
        assert ("  only “val”: 2 of the last 3 lines", "info") in log_title(buffer, following=True, behind=0)
        assert any(span.role == "hit" and span.text == "val" for span in log_row(buffer.shown[0], 60, "val"))

    def test_lines_that_come_later_are_filtered_too(self) -> None:
        buffer = LogBuffer()
        buffer.filter("val")
        buffer.take(LogDelta(lines("val", "train")))
        assert len(buffer.shown) == 1

    def test_scrolled_up_it_says_so_and_how_to_follow_again(self) -> None:
        assert ("  not following, 7 below · End follows", "warning") in log_title(LogBuffer(), following=False, behind=7)

    def test_it_is_bounded(self) -> None:
        buffer = LogBuffer()
        for k in range(30):
            buffer.take(LogDelta(lines(*["x"] * 1000, first=1000 * k)))
        assert len(buffer.lines) == 5000
        assert buffer.dropped == 25_000

    def test_a_bar_gives_way_before_the_numbers_after_it(self) -> None:
        row = log_row(LogLine(1, b"21/21 [==============================] - loss: 0.5 - val_loss: 0.61", 9), 60)
        assert "val_loss: 0.61" in plain(row)
        assert plain(row).endswith("×9")

    def test_lines_of_trouble_have_their_number_in_colour(self) -> None:
        assert log_row(LogLine(1, b"RuntimeError: x", 0), 40)[0].role == "critical"
        assert log_row(LogLine(1, b"UserWarning: x", 0), 40)[0].role == "warning"
        assert log_row(LogLine(1, b"all is well", 0), 40)[0].role == "rule"

    def test_the_lines_around_one_are_shown_with_it_marked(self) -> None:
        buffer = LogBuffer()
        buffer.take(LogDelta(lines(*[f"line {k}" for k in range(1, 101)])))
        rows = around_rows(buffer.around(50), 50, 60)
        assert [plain(r).strip() for r in rows if r[-1].role == "strong"] == ["50 line 50"]
        assert "is not among the last" in text_of(around_rows(buffer.around(500), 500, 60))


class TestPaint:
    def test_no_panel_lets_a_control_character_through(self) -> None:
        """Whatever a log prints as metric name, message or line comes out as visible marks."""
        text = f"Epoch 1/2 {NASTY}loss: 0.5 val_loss: 0.6\nError: {NASTY}\nEpoch 2/2 {NASTY}loss: 0.4\n".encode()
        snapshot = replace(snapshot_of(text), title=NASTY)
        painter = Painter()
        rows = [*verdict_rows(snapshot, 90, 2), *status_rows(snapshot, AT, 90, 2), *series_rows(snapshot, 90)]
        rows += messages_rows(snapshot, 90, unfolded=True) + [c for i in findings_rows(snapshot, 90, 3) for c in i]
        rows += [chart.title(c, chart.ChartOptions(), 90) for c in snapshot.charts]
        rows += [log_row(LogLine(1, text, 0), 200)]
        for cells in rows:
            shown = painter.strip(cells, 90).text
            assert shown.isprintable(), shown

    def test_a_strip_is_exactly_as_wide_as_asked(self) -> None:
        painter = Painter()
        for text in ("", "abc", "验证损失", "a" * 300, "é" * 20, "🎉" * 20):
            for width in (1, 2, 7, 40):
                strip = painter.strip((Span(text),), width)
                assert strip.cell_length == width
                assert cell_len(strip.text) == width

    def test_wrapping_loses_no_word(self) -> None:
        text = "validation loss was best at epoch 3 and 验证损失验证损失 supercalifragilistic"
        assert "".join(wrap(text, 9)).replace(" ", "") == text.replace(" ", "")
        assert all(cell_len(line) <= 9 for line in wrap(text, 9))


class TestUnread:
    def test_lines_that_were_not_understood_come_with_a_pattern(self) -> None:
        snapshot = snapshot_of(b"tick 7 obj 8\ntick 8 obj 9\nepoch 1 loss 0.5\n")
        assert unread_title(snapshot) == "Not understood: 2 lines"
        text = text_of(unread_rows(snapshot, 80, "~/own.toml"))
        assert "×2 lines 1 to 2" in text
        assert "tick 7 obj 8" in text
        assert "line = 'tick {tick} obj {obj}'" in text
        assert "2 lines not understood: u" in text_of(status_rows(snapshot, AT + 4, 120, 2))

    def test_a_log_that_was_understood_says_so(self) -> None:
        snapshot = snapshot_of(b"epoch 1 loss 0.5\n")
        assert "every line that carries numbers was understood" in text_of(unread_rows(snapshot, 80, "~/own.toml"))
        assert "not understood" not in text_of(status_rows(snapshot, AT + 4, 120, 2))

    @pytest.mark.parametrize("width", [20, 50, 120])
    def test_a_hostile_line_stays_text(self, width: int) -> None:
        snapshot = snapshot_of((NASTY + " 3 7\n").encode("utf-8", "surrogateescape"))
        rows = unread_rows(snapshot, width, "~/own.toml")
        assert "\x1b" not in text_of(rows)
        assert "\u202e" not in text_of(rows)


class TestChinese:
    """What another language asks of the panes: wide characters, no blanks between words."""

    @pytest.fixture
    def chinese(self) -> Snapshot:
        """The overfitting run, told in Chinese."""
        session = Session(keep_lines=True, live=True)
        session.feed(Data((SAMPLES / "keras/seven_replicas_overfit.log").read_bytes(), AT))
        return SnapshotMaker("runs/nohup.out", language("zh")).make(session, SourceState("live"))

    @pytest.mark.parametrize("width", [30, 50, 80, 120])
    def test_rows_fit(self, chinese: Snapshot, width: int) -> None:
        """By the cells they take, not by their characters."""
        zh = chinese.language
        rows = [*verdict_rows(chinese, width, 2), *status_rows(chinese, AT + 9, width, 2), *series_rows(chinese, width)]
        rows += [c for item in findings_rows(chinese, width, 3) for c in item] + messages_rows(chinese, width)
        rows += [c for f in chinese.findings for c in finding_detail(f, width, zh)]
        rows += [c for f in chinese.findings for c in banner_rows([f], width, 3, zh)]
        rows += chart.chart_rows(chinese.charts[0], chart.ChartOptions(language=zh), width, 16)
        assert [plain(cells) for cells in rows if width_of(cells) > width] == []

    def test_nothing_is_left_in_english(self, chinese: Snapshot) -> None:
        """The status, the findings and their advice; names of the log and of options stay as they are."""
        zh = chinese.language
        rows = [*verdict_rows(chinese, 200, 2), *status_rows(chinese, AT + 9, 200, 1), *messages_rows(chinese, 200)[-1:]]
        rows += [c for f in chinese.findings for c in finding_detail(f, 200, zh)]
        text = text_of(rows).replace("runs/nohup.out", "")
        assert "过拟合" in text
        known = {"epoch", "steps", "per", "val", "loss", "dropout", "patience", "keras", "batch", "global", "size"}
        assert set(re.findall(r"[a-z]{3,}", text)) <= known

    def test_a_line_begins_with_no_closing_mark(self) -> None:
        """And ends with no opening one, whatever the width."""
        text = "训练损失从 0.1897 继续走到 0.025（验证却从 0.35 变成 0.4002）：模型在死记训练集，再训下去只会更差。"
        for width in range(12, 60):
            lines = wrap(text, width)
            assert all(width_of((Span(line),)) <= width for line in lines)
            assert [line for line in lines if line[0] in "，。：）" or line[-1] == "（"] == []
            assert "".join(lines).replace(" ", "") == text.replace(" ", "")

    @pytest.mark.parametrize(
        "text", ["过拟合：验证损失在第 3 轮最优，此后一直变差（现在 0.4002）。", "one two three four five six seven eight nine"]
    )
    def test_what_is_cut_keeps_the_blanks_that_were_there_and_gets_no_other(self, text: str) -> None:
        """A rest that goes on in the last line is the text's own."""
        first, last = clipped(text, 18, 2)
        assert last.endswith("…")
        assert text.startswith(first)
        assert text[len(first) :].lstrip().startswith(last[:-1])
