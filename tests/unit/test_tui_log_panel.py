"""The panel of the log: its filter, its bound, and how a line is shown."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from panels import text_of

from tailwatch.tui.paint import plain
from tailwatch.tui.panels.log import LogBuffer, around_rows, log_row, log_title
from tailwatch.tui.snapshot import LogDelta, LogLine


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

    def test_a_text_stands_above_the_bar_that_came_out_before_it_and_a_state_that_came_twice_stands_once(self) -> None:
        bar, text = LogLine(47, b" 40%|####      | 192/480 [00:03<00:04, 64.56it/s]", 0), LogLine(46, b"{'eval_loss': 0.8}", 0)
        for needle in ("", "4"):
            buffer = LogBuffer()
            buffer.filter(needle)
            buffer.take(LogDelta((LogLine(45, b"0/4", 0), bar)))
            buffer.take(LogDelta((text, bar, LogLine(48, b"4/4", 0))))
            assert [line.number for line in buffer.shown] == ([45, 46, 47, 48] if not needle else [45, 47, 48])
            assert buffer.dropped == 0

    def test_lines_of_a_log_that_began_anew_stay_below_those_before(self) -> None:
        buffer = LogBuffer()
        buffer.take(LogDelta((*lines("old", first=900), LogLine(0, b"--- truncated ---", 0), *lines("new", "newer"))))
        assert [line.number for line in buffer.lines] == [900, 0, 1, 2]

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
