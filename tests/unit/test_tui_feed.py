"""The reader thread's side: what it keeps, what it rings, and how history is taken over."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tailwatch.core.baseline import Baseline
from tailwatch.core.events import Data, Notice, Tick
from tailwatch.reading import read
from tailwatch.sources.replay import Replay
from tailwatch.tui.feed import Feed
from tailwatch.tui.snapshot import SourceState

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from tailwatch.core.events import Finding, SourceEvent

SAMPLES = Path(__file__).parents[2] / "sample_logs"
OVERFIT = (SAMPLES / "keras/seven_replicas_overfit.log").read_bytes()
AT = 1_700_000_000.0


class Events:
    """A source that yields what it was given, then waits until it is stopped."""

    def __init__(self, *events: SourceEvent) -> None:
        self._events = events
        self.began_at = 0
        self.path = ""

    def begin_at(self, offset: int) -> None:
        self.began_at = offset

    def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
        yield from self._events
        stop.wait()


def rung_by(feed: Feed) -> list[str]:
    rung: list[str] = []

    def ring(finding: Finding) -> None:
        rung.append(finding.opinion.id)

    feed.on_alarm = ring
    return rung


def wait_until(condition: Callable[[], bool], seconds: float = 100.0) -> None:
    """Wait for another thread or process; a machine that has much else to do may take long to begin one."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def test_findings_of_the_history_ring_once_and_only_if_they_still_hold() -> None:
    feed = Feed(Events(), "x")
    rung = rung_by(feed)
    text = b"".join(b"Epoch %d/60 loss: %f val_loss: %f\n" % (e, 1 / e, v) for e, v in enumerate(turned_and_recovered(), 1))
    feed.take(Data(text, AT))
    assert rung == []
    feed.take(Data(OVERFIT, AT))
    assert rung == []
    feed.take(Notice("read", AT))
    assert sorted(set(rung)) == sorted(rung)
    assert "overfitting" in rung
    assert {f.opinion.id for f in feed.session.findings.findings} >= set(rung)


def turned_and_recovered() -> list[float]:
    return [1 / e for e in range(1, 12)]


def test_a_finding_of_the_live_log_rings_from_the_reader_though_nobody_looks() -> None:
    feed = Feed(Events(), "x")
    rung = rung_by(feed)
    feed.take(Notice("read", AT))
    half = OVERFIT.index(b"Epoch 5/50")
    feed.take(Data(OVERFIT[:half], AT))
    before = list(rung)
    feed.take(Data(OVERFIT[half:], AT + 1))
    assert "overfitting" not in before
    assert rung.count("overfitting") == 1


def test_a_replay_rings_from_its_beginning() -> None:
    feed = Feed(Events(), "x", past=False)
    rung = rung_by(feed)
    feed.take(Data(OVERFIT, AT))
    assert "overfitting" in rung


def test_each_look_gets_the_lines_since_the_last_one() -> None:
    feed = Feed(Events(), "x")
    feed.take(Data(b"one\ntwo\nthr", AT))
    _, delta, seen, _ = feed.snapshot(0)
    assert [line.raw for line in delta.lines] == [b"one", b"two"]
    assert delta.provisional is not None
    assert delta.provisional.raw == b"thr"
    feed.take(Data(b"ee\n", AT))
    _, delta, seen, _ = feed.snapshot(seen)
    assert [(line.number, line.raw) for line in delta.lines] == [(3, b"three")]
    assert delta.provisional is None


def test_lines_that_nobody_fetched_are_bounded_and_counted() -> None:
    feed = Feed(Events(), "x")
    feed.take(Data(b"x\n" * 12_000, AT))
    _, delta, _, _ = feed.snapshot(0)
    assert len(delta.lines) == 5000
    assert delta.lost == 7000


def test_the_screen_is_told_once_until_it_looks() -> None:
    """Events coalesce: however many there are, one message waits for the screen."""
    told: list[int] = []
    feed = Feed(Events(), "x")
    feed.on_change = lambda: told.append(1)
    for k in range(100):
        feed.take(Data(b"line\n", AT + k))
    assert len(told) == 1
    feed.snapshot(0)
    feed.take(Data(b"line\n", AT + 200))
    assert len(told) == 2


def test_the_screen_is_told_of_an_alarm_though_it_did_not_look_yet() -> None:
    """What was told before may wait for the next paint of a stream; an alarm may not."""
    told: list[bool] = []
    feed = Feed(Events(), "x", past=False)
    feed.on_change = lambda: told.append(feed.urgent)
    feed.take(Data(b"epoch 1 loss 0.5\n", AT))
    feed.take(Data(b"epoch 2 loss 0.4\n", AT + 1))
    feed.take(Data(b"epoch 3 loss nan\n", AT + 2))
    assert told == [False, True]
    feed.snapshot(0)
    assert not feed.urgent


def test_the_clock_alone_is_nothing_to_show() -> None:
    told: list[int] = []
    feed = Feed(Events(), "x")
    feed.take(Tick(AT, writer_alive=True))
    feed.snapshot(0)
    feed.on_change = lambda: told.append(1)
    for k in range(10):
        feed.take(Tick(AT + k, writer_alive=True))
    assert told == []
    feed.take(Tick(AT + 11, writer_alive=False))
    assert told == [1]


def test_a_truncation_is_a_line_in_the_log_and_a_new_run() -> None:
    feed = Feed(Events(), "x")
    feed.take(Data(b"Epoch 1/3 loss: 1.0\nEpoch 2/3 loss: 0.9\n", AT))
    feed.take(Notice("truncated", AT, "run.log was truncated; read from its beginning"))
    feed.take(Data(b"Epoch 1/3 loss: 2.0\nEpoch 2/3 loss: 1.9\n", AT))
    snapshot, delta, _, _ = feed.snapshot(0)
    assert b"--- run.log was truncated; read from its beginning ---" in [line.raw for line in delta.lines]
    assert (snapshot.run_number, snapshot.runs) == (2, 2)
    assert list(snapshot.charts[0].curves[0].ys) == [2.0, 1.9]


def test_a_log_that_is_gone_is_waited_for_though_its_rest_was_read() -> None:
    feed = Feed(Events(), "x")
    feed.take(Notice("opened", AT))
    feed.take(Data(b"Epoch 1 loss: 1.0\n", AT))
    feed.take(Notice("waiting", AT + 1, "no such file"))
    feed.take(Notice("read", AT + 2))
    assert feed.snapshot(0)[0].source[:2] == ("waiting", "no such file")
    feed.take(Notice("rotated", AT + 3, "another file"))
    feed.take(Notice("read", AT + 4))
    assert feed.snapshot(0)[0].source.kind == "live"


def test_a_source_that_fails_is_reported_to_the_screen() -> None:
    class Broken:
        def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
            raise RuntimeError("no such disk")

    failures: list[BaseException] = []
    feed = Feed(Broken(), "x")  # type: ignore[arg-type]
    feed.on_error = failures.append
    feed.start()
    wait_until(lambda: bool(failures))
    assert str(failures[0]) == "no such disk"
    feed.stop()


def test_a_recording_tells_its_speed_and_pause() -> None:
    class Recorded(Events):
        speed = 4.0
        paused = True
        percent = 12.5
        is_skipping = False

        def pause(self) -> None:
            self.paused = True

        def resume(self) -> None:
            self.paused = False

        def seek(self, share: float) -> None:
            raise NotImplementedError

        def wait_for_rewind(self, stop: threading.Event) -> bool:
            raise NotImplementedError

    source = Recorded()
    feed = Feed(source, "x", past=False)
    assert feed.snapshot(0)[0].source._replace(kind="live") == SourceState("live", percent=12.5, paused=True, speed=4.0)
    feed.stop()
    assert not source.paused


def test_a_recording_that_is_wound_back_is_read_anew_and_rings_nothing_twice(tmp_path: Path) -> None:
    """The screen shows the run as it was there; an alarm that holds there rings, a later one when it comes again."""
    log = tmp_path / "run.log"
    log.write_bytes(OVERFIT)
    source = Replay(log, math.inf)
    feed = Feed(source, "x", past=False, baseline=lambda: Baseline.of(read(str(log)).run, str(log)))
    rung = rung_by(feed)
    feed.start()
    wait_until(lambda: feed.snapshot(0)[0].source.kind == "ended")
    assert rung.count("overfitting") == 1
    rung.clear()
    source.pause()
    source.speed = 1.0
    source.seek(-0.7)
    wait_until(lambda: feed.snapshot(0)[0].lines_read > 0 and not source.is_skipping)
    snapshot = feed.snapshot(0)[0]
    assert 25 < (snapshot.source.percent or 0.0) < 40
    assert snapshot.source.kind == "live"
    assert "overfitting" not in {*rung, *(f.id for f in snapshot.findings)}
    assert rung.count("batch_scaling") == 1
    assert any(curve.part == "baseline" for curve in snapshot.charts[0].curves)
    source.resume()
    source.speed = math.inf
    wait_until(lambda: feed.snapshot(0)[0].source.kind == "ended")
    feed.stop()
    assert rung.count("overfitting") == 1
    assert feed.snapshot(0)[0].runs == 1


def test_a_run_is_drawn_and_judged_beside_its_baseline() -> None:
    """`--baseline` of the monitor: one more curve, behind the run's own, and the finding that it is worse."""
    healthy = str(SAMPLES / "keras/one_device_healthy.log")
    feed = Feed(Events(Data(OVERFIT, AT), Notice("read", AT)), "seven", baseline=lambda: Baseline.of(read(healthy).run, healthy))
    feed.start()
    wait_until(lambda: any(f.id == "regression" for f in feed.snapshot(0)[0].findings))
    chart = feed.snapshot(0)[0].charts[0]
    feed.stop()
    assert chart.curves[0].part == "baseline"
    assert min(chart.curves[0].ys) < min(next(c for c in chart.curves if c.part == "val").ys)
