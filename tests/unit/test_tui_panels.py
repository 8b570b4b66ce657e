"""The panels as pure functions: from a snapshot of the run to rows of text."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from panels import AT, NASTY, SAMPLES, sample, snapshot_of, text_of

from tailwatch.tui.paint import middle, plain, width_of
from tailwatch.tui.panels.findings import advice_rows, finding_detail, findings_rows, findings_title, fitted_findings
from tailwatch.tui.panels.messages import message_detail, messages_rows, shown_messages
from tailwatch.tui.panels.series import series_rows, short
from tailwatch.tui.panels.status import is_going_on, is_unusual, span_of_time, status_rows
from tailwatch.tui.panels.unread import unread_rows, unread_title
from tailwatch.tui.panels.verdict import banner_rows, verdict_repeats, verdict_rows
from tailwatch.tui.snapshot import Snapshot, SourceState


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

    def test_an_alarm_that_is_over_is_called_so_and_gives_way_to_one_that_holds(self, overfit: Snapshot) -> None:
        """After a restart the crash of the run before is on the banner, not acknowledged, while training goes on."""
        holds, other = overfit.findings[:2]
        over = other._replace(open=False, title="The run crashed.", severity="critical")
        assert "over: The run crashed." in text_of(banner_rows([over], 80, 2))
        assert banner_rows([over], 80, 2)[0][0].role == "alert_warning"
        assert holds.title[:20] in text_of(banner_rows([holds, over], 120, 2))
        assert verdict_repeats(overfit, [holds, over])

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

    def test_an_unusual_silence_stands_before_how_far_the_run_is(self) -> None:
        """In a narrow window there is no room for both, and that nothing comes is what one must see."""
        running = snapshot_of(b"Epoch 1/9 loss: 1.0\nEpoch 2/9 loss: 0.9\n")
        (narrow,) = status_rows(running, AT + 70, 60, 1)
        assert "last line 70 s ago" in plain(narrow)
        assert "epoch 2/9" not in plain(narrow)
        (narrow,) = status_rows(running, AT + 5, 60, 1)
        assert "epoch 2/9" in plain(narrow)

    def test_a_writer_that_is_gone_is_said(self) -> None:
        gone = snapshot_of(b"Epoch 1/9 loss: 1.0\nEpoch 2/9 loss: 0.9\n", alive=False)
        assert "the writer is gone" in text_of(status_rows(gone, AT + 500, 140, 1))

    def test_a_writer_that_opens_the_log_for_each_line_is_not_gone_between_two_of_them(self) -> None:
        between = snapshot_of(b"Epoch 1/9 loss: 1.0\nEpoch 2/9 loss: 0.9\n", alive=False)
        assert "● live" in text_of(status_rows(between, AT + 15, 140, 1))
        assert is_going_on(between)

    @pytest.mark.parametrize("width", [50, 80, 120, 200])
    def test_that_a_log_is_waited_for_is_said_at_every_width_and_why_where_there_is_room(self, width: int) -> None:
        why = "/home/me/experiments/run.log: No such file or directory; what is still written into the old file is read"
        waiting = snapshot_of(b"loss: 1.0\n", SourceState("waiting", why))
        shown = text_of(status_rows(waiting, AT, width, 1 if width >= 60 else 2))
        assert "○ waiting" in shown
        assert (why in shown) == (width == 200)

    def test_several_runs_in_one_log_are_told(self) -> None:
        text = b"".join(b"Epoch %d/3 loss: 1.0 val_loss: 1.0\n" % e for e in (1, 2, 3, 1, 2))
        assert "run 2 of 2 in this log" in text_of(status_rows(snapshot_of(text), AT, 200, 1))

    @pytest.mark.parametrize(
        ("seconds", "said"), [(4, "4 s"), (89, "89 s"), (720, "12 min"), (12_000, "3 h 20 min"), (187_200, "2 d 4 h")]
    )
    def test_time_is_told_in_two_units(self, seconds: float, said: str) -> None:
        assert span_of_time(seconds) == said


class TestSeries:
    def test_the_main_curves_come_first_and_running_values_last(self, overfit: Snapshot) -> None:
        names = [(s.name, s.note) for s in overfit.series]
        assert names[0][0] == "loss"
        assert names[1][0] == "val_loss"
        assert names.index(("loss", "by step")) > names.index(("val_accuracy", ""))

    def test_series_of_one_name_are_told_apart(self, overfit: Snapshot) -> None:
        named = [(s.name, s.note) for s in overfit.series]
        assert len(set(named)) == len(named)

    def test_long_names_that_begin_and_end_alike_are_told_apart(self) -> None:
        log = b"epoch 1 loss 0.5 train_samples_per_second_all 812.5 train_steps_per_second_all 54.5 val_loss 0.75\n"
        names = [plain(cells)[1:17].strip() for cells in series_rows(snapshot_of(log), 48)]
        assert len(set(names)) == len(names) == 4
        assert sum("…" in name for name in names) == 2

    def test_names_that_begin_alike_for_longer_than_the_table_is_wide_show_where_they_differ(self, overfit: Snapshot) -> None:
        names = [f"loss of all the classes weighted by {what} of them" for what in ("size", "count")]
        shown = text_of(series_rows(replace(overfit, series=tuple(overfit.series[0]._replace(name=n) for n in names)), 48))
        assert "by size" in shown
        assert "by count" in shown

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

    def test_the_best_value_has_the_unit_of_the_last_one(self) -> None:
        shown = text_of(series_rows(snapshot_of(b"epoch 1 val_acc: 61.5%\nepoch 2 val_acc: 58.0%\n"), 60))
        assert "58%  ★ 61.5%" in shown


class TestFindings:
    def test_what_has_passed_is_called_so_where_it_is_not_cut_off_and_its_advice_too(self, overfit: Snapshot) -> None:
        """Nobody is to stop a run for something that is over."""
        passed = overfit.findings[0]._replace(open=False)
        shown = findings_rows(replace(overfit, findings=(passed,)), 40, 3)
        assert plain(shown[0][0]).startswith(" · passed: Overfitting")
        advice = advice_rows(passed, 60, 20)
        assert plain(advice[0]).strip() == "It has passed; while it held, the advice was:"
        assert {span.role for span in advice[1]} == {"good", "dim"}
        assert "passed" not in text_of(advice_rows(overfit.findings[0], 60, 20))

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

    @pytest.mark.parametrize(("height", "rows"), [(2, [1, 1]), (3, [2, 1]), (4, [2, 2]), (5, [3, 2]), (6, [3, 3]), (9, [3, 3])])
    def test_room_that_is_left_goes_to_the_first_findings(self, overfit: Snapshot, height: int, rows: list[int]) -> None:
        assert [len(item) for item in fitted_findings(overfit, 40, height)] == rows

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
