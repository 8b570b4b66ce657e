"""How rows become cells of a terminal: nothing hostile comes through, widths hold, also in Chinese."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from panels import AT, NASTY, SAMPLES, snapshot_of, text_of

from tailwatch.core.events import Data
from tailwatch.language import language
from tailwatch.session import Session
from tailwatch.tui.paint import Painter, Span, clipped, plain, width_of, wrap
from tailwatch.tui.panels import chart
from tailwatch.tui.panels.findings import finding_detail, findings_rows
from tailwatch.tui.panels.log import log_row
from tailwatch.tui.panels.messages import messages_rows
from tailwatch.tui.panels.series import series_rows
from tailwatch.tui.panels.status import status_rows
from tailwatch.tui.panels.verdict import banner_rows, verdict_rows
from tailwatch.tui.snapshot import LogLine, Snapshot, SourceState
from tailwatch.tui.view import SnapshotMaker


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
