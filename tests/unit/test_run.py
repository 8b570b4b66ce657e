"""What the run makes of the events it is told, one by one."""

from __future__ import annotations

import math

import pytest

from tailwatch.core.events import Data, Progress, Reading, SeriesSpec, Setting
from tailwatch.core.pace import Pace
from tailwatch.core.run import Run
from tailwatch.session import Session


def reading(*values: float, line: int = 1, rank: int | None = None) -> Reading:
    specs = tuple(SeriesSpec(f"loss{i}", "loss") for i in range(len(values)))
    return Reading(specs, values, "step", 1.0, 5.0, None, rank, line, 0, 0, "general")


def test_a_setting_that_is_stated_again_changes_nothing_but_where_it_stands() -> None:
    """A configuration is printed by every rank; a value that differs is news."""
    run = Run()
    for value, line, news in ((8.0, 1, True), (8.0, 9, False), (16.0, 12, True), (8.0, 15, True)):
        run.changed.clear()
        run.apply(Setting("batch_size", value, line, 0))
        assert ("setting" in run.changed) == news
        assert run.settings["batch_size"] == run.segment.settings["batch_size"] == Setting("batch_size", value, line, 0)


def test_a_setting_is_news_to_a_run_that_starts_again() -> None:
    run = Run()
    run.apply(Setting("batch_size", 8.0, 1, 0))
    for epoch in (1.0, 2.0, 3.0, 1.0):
        run.apply(Progress(epoch, None, None, None, 2, 0))
    run.changed.clear()
    assert len(run.segments) == 2
    run.apply(Setting("batch_size", 8.0, 9, 0))
    assert "setting" in run.changed


def test_a_value_that_is_no_number_among_others_is_seen_and_a_sum_that_is_too_large_is_none() -> None:
    for values, seen in (
        ((0.5, math.nan), True),
        ((math.inf, 1.0), True),
        ((math.inf, -math.inf), True),
        ((1e308, 1e308), False),
    ):
        run = Run()
        run.apply(reading(*values))
        assert ("nonfinite" in run.changed) == seen


def test_values_of_another_rank_are_counted_and_left_out() -> None:
    run = Run()
    for rank in (3, 4, None, 3):
        run.apply(reading(0.5, 0.6, line=7, rank=rank))
    assert (run.other_ranks, run.points["general"], run.last_reading_line) == (2, 6, 7)


def test_an_announced_epoch_moves_the_run_and_leaves_no_mark() -> None:
    session = Session()
    session.feed(Data(b"Epoch 3/9\nloss: 0.5\nEpoch 4/9\n", 0.0))
    assert (session.run.progress.epoch, session.run.progress.epochs, session.run.segment.marks) == (4.0, 9.0, [])


def test_the_pace_asks_for_the_time_only_where_the_share_has_changed() -> None:
    """What it then says is the same: a share that hardly changed would not have been noted."""
    asked, always = Pace(), Pace()
    for i in range(2000):
        done, at = i / 2000 + (i % 3) * 1e-5, float(i)
        always.note(at, done)
        if asked.awaits(done):
            asked.note(at, done)
    assert not asked.awaits(1999 / 2000 + 1e-5)
    assert asked.eta(2000.0) == always.eta(2000.0)


def whole(text: str) -> Session:
    session = Session()
    session.feed(Data(text.encode(), 0.0))
    return session


def test_a_bar_of_all_steps_beside_fractional_epochs_tells_how_much_is_done() -> None:
    """The bar of transformers counts through all epochs; its lines name the epoch, and nothing says of how many."""
    lines = [
        f" {n}%|#| {n}/480 [00:0{i}<00:09, 50it/s]\n{{'loss': 0.5, 'epoch': {n / 32:.4g}}}\n"
        for i, n in enumerate((16, 40, 96, 192))
    ]
    assert whole("".join(lines)).run.done == pytest.approx(192 / 480)


def test_steps_that_begin_anew_in_each_epoch_tell_nothing_of_the_whole() -> None:
    """The same bar in each epoch, cut short now and then."""
    lines = [f" 99%|#| {n}/480 [00:01<00:09, 50it/s]\nEpoch {i}: loss 0.5\n" for i, n in enumerate((470, 478, 461, 479, 466), 1)]
    assert whole("".join(lines)).run.done is None


def test_an_epoch_named_before_anything_was_measured_begins_no_run() -> None:
    """A list of settings has one as well: `epoch: 30`; the run's own epochs begin below it."""
    session = Session()
    session.feed(Data(b"Config:\nlr: 0.1\nepoch: 30\nbs: 32\n------\nEpoch 1 loss 0.4\nEpoch 2 loss 0.3\n", 0.0))
    assert [(s.kind, s.first_epoch, s.max_epoch) for s in session.run.segments] == [("start", 1.0, 2.0)]
    assert session.run.progress.epoch == 2


def test_epochs_announced_one_after_the_other_are_a_run_though_nothing_was_measured() -> None:
    session = Session()
    session.feed(Data(b"Epoch 1/3\nEpoch 2/3\nEpoch 3/3\nEpoch 1/2\nEpoch 2/2\n", 0.0))
    assert len(session.run.segments) == 2
