"""How the monitor takes over what a process of its own read of a log before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.tui import feed as feed_module
from tailwatch.tui.feed import Feed
from tailwatch.tui.history import History
from tests.unit.test_tui_feed import AT, OVERFIT, Events, rung_by, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tailwatch.tui.snapshot import LogDelta, Snapshot


def test_history_is_read_by_a_child_and_taken_over_at_its_offset(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_bytes(OVERFIT)
    source = Events(Notice("read", AT))
    feed = Feed(source, "x", history=History(str(log)))
    rung = rung_by(feed)
    feed.start()
    wait_until(lambda: bool(rung))
    snapshot, delta, _, _ = feed.snapshot(0)
    feed.stop()
    assert source.began_at == len(OVERFIT)
    assert snapshot.verdict.text.startswith("Overfitting")
    assert delta.lines[-1].number == snapshot.lines_read
    assert snapshot.source.kind == "live"


def test_until_the_writer_was_looked_for_nobody_says_how_the_run_is(tmp_path: Path) -> None:
    """A log that just ends is no training that goes on normally, not even for the moment that the first look takes."""
    log = tmp_path / "run.log"
    log.write_text("".join(f"epoch {n} loss {1 / n:.4f} val_loss {1.1 / n:.4f}\n" for n in range(1, 9)))
    source = Events(Notice("read", time.time()), Tick(time.time() + 100_000, writer_alive=False))
    feed = Feed(source, "x", history=History(str(log)))
    told: list[str] = []
    feed.on_change = lambda: told.append(feed.snapshot(0)[0].verdict.text)  # from the reader thread: no state passes unseen
    feed.start()
    wait_until(lambda: bool(told) and told[-1].startswith("The log ends without saying"))
    feed.stop()
    assert {text for text in told[:-1] if text} == {"the log is read; in a moment it is known whether the run goes on"}


def test_the_session_taken_over_goes_on_as_if_it_had_been_read_here(tmp_path: Path) -> None:
    """What the child read and what comes after it make the same run as one reading."""
    log = tmp_path / "run.log"
    half = OVERFIT.index(b"Epoch 5/50") + 7  # in the middle of a line
    log.write_bytes(OVERFIT[:half])
    whole = Feed(Events(), "x")
    whole.take(Data(OVERFIT, AT))
    feed = Feed(Events(Data(OVERFIT[half:], AT)), "x", history=History(str(log)))
    feed.start()
    wait_until(lambda: feed.snapshot(0)[0].lines_read == whole.session.run.line)
    feed.stop()
    ours, theirs = feed.snapshot(0)[0], whole.snapshot(0)[0]
    assert ours.charts == theirs.charts
    assert ours.findings == theirs.findings
    assert ours.messages == theirs.messages


def test_a_big_log_shows_its_end_until_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "PREVIEW_ABOVE", 1000)
    log = tmp_path / "run.log"
    log.write_bytes(b"".join(b"step %d/30000 loss: %.9f\n" % (k, 1 / (k + 1)) for k in range(30_000)))
    feed = Feed(Events(Notice("read", AT)), "x", history=History(str(log)))
    told: list[tuple[Snapshot, LogDelta]] = []
    feed.on_change = lambda: told.append(feed.snapshot(0)[:2])  # from the reader thread: no state passes unseen
    feed.start()
    wait_until(lambda: bool(told) and told[-1][0].source.kind == "live")
    feed.stop()
    previews = [(snapshot, delta) for snapshot, delta in told if snapshot.source.preview]
    assert {snapshot.source.kind for snapshot, _ in previews} == {"reading"}
    assert all(snapshot.charts == () for snapshot, _ in previews)
    assert all(line.number == 0 for _, delta in previews for line in delta.lines)
    snapshot = feed.snapshot(0)[0]
    assert snapshot.lines_read == 30_000
    assert snapshot.charts[0].curves[0].ys[-1] == pytest.approx(1 / 30_000, rel=0.01)


def test_a_history_that_cannot_be_read_is_left_to_the_source(tmp_path: Path) -> None:
    source = Events(Data(b"Epoch 1 loss: 1.0\n", AT), Notice("read", AT))
    feed = Feed(source, "x", history=History(str(tmp_path / "gone.log")))
    feed.start()
    wait_until(lambda: feed.snapshot(0)[0].lines_read == 1 and feed.state.kind == "live")
    feed.stop()
    assert source.began_at == 0
