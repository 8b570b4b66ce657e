"""A saved log again: the times it tells, the pace at which it plays, and what can be done meanwhile."""

from __future__ import annotations

import gzip
import math
import os
import threading
import time
from datetime import datetime
from itertools import pairwise

import pytest

from tailwatch.core.errors import LogError, UsageError
from tailwatch.core.events import Data, Notice, Tick
from tailwatch.sources import replay
from tailwatch.sources.cues import cues
from tailwatch.sources.logclock import date_of, elapsed_of, stamp_of
from tailwatch.sources.replay import Replay
from tailwatch.sources.schedule import FRAME_S, LINE_S, Piece, schedule


def times(log: bytes) -> list[float]:
    """When each piece of a log comes."""
    return [round(piece.at, 3) for piece in schedule([log])]


def play(path, speed=math.inf, **options):
    return list(Replay(path, speed, **options).events(threading.Event()))


def content(events):
    return b"".join(event.data for event in events if isinstance(event, Data))


@pytest.mark.parametrize(
    ("first", "later", "apart"),
    [
        (b"2026-01-31 23:59:58,250 INFO loss 1", b"2026-02-01 00:00:01,750 INFO loss 2", 3.5),
        (b"[2026/01/31 10:00:00] ppcls INFO: x", b"[2026/01/31 10:01:00] ppcls INFO: x", 60),
        (b"I0821 09:30:45.167 140401 train.py:56] epoch: 1", b"I0821 09:30:46.667 140401 train.py:56] epoch: 2", 1.5),
        (b"I0000 00:00:1795489702.121613   29037 x.cc:1] a", b"W0000 00:00:1795489712.121613   29037 x.cc:1] b", 10),
        (b"[01/31 23:59:59 d2.utils]: eta: 0:01:00", b"[02/01 00:00:09 d2.utils]: eta: 0:00:50", 10),
        (b"11/24 02:29:08 - mmengine - INFO - x", b"11/24 02:29:10 - mmengine - INFO - y", 2),
        (b"[14:22:01] WARNING: learner.cc", b"[14:22:05] [0] train-rmse:1", 4),
        (b"  5%|5    | 5/100 [00:05<01:35,  1.00it/s]", b" 25%|25   | 25/100 [00:25<01:15,  1.00it/s]", 20),
        (b"epoch     |####| 33.33% [1/3 00:02<00:04]", b"epoch     |####| 66.67% [2/3 00:04<00:02]", 2),
        (b"iter 10: loss 2.5, time 100.00ms, mfu 1%", b"iter 20: loss 2.4, time 100.00ms, mfu 1%", 1),
    ],
)
def test_a_log_is_as_fast_as_its_own_times_say(first, later, apart):
    """Stamps of many kinds, and the elapsed time in bars."""
    begin, end = times(first + b"\n" + later + b"\n")
    assert end - begin == pytest.approx(apart, abs=0.01)


def test_steps_tell_how_long_an_epoch_took():
    """`100/100 ... 30ms/step` is three seconds, in a summary as in a bar that is drawn twice at its end."""
    assert times(b"Epoch 1\n100/100 - 3s - loss: 1 - 30ms/step\n" * 2)[1::2] == pytest.approx([3.0, 6.0], abs=2 * LINE_S)
    end = b"\r100/100 [====] - 3s 30ms/step - "
    bar = b"\r 50/100 [==>..] - 1s 30ms/step" + end + b"loss: 1" + end + b"val_loss: 2\n"
    assert times(bar * 2)[2::3] == [3.0, 6.0]


def test_each_kind_of_time_runs_on_its_own_scale():
    """A log that mixes epoch seconds with another time zone's clock does not jump by hours."""
    log = (
        b"I0000 00:00:1795489702.000000 1 x.cc:1] a\n"
        b"2026-11-24 11:00:00,000 b\n"
        b"I0000 00:00:1795489704.000000 1 x.cc:1] c\n"
        b"2026-11-24 11:00:05,000 d\n"
    )
    assert times(log) == [0.0, 0.0, 2.0, 5.0]


def test_a_clock_that_goes_back_is_another_run_s():
    """A rerun of yesterday's script, or midnight where only the time of day is told."""
    assert times(b"2026-01-02 10:00:00 a\n2026-01-01 10:00:00 b\n2026-01-01 10:00:03 c\n") == [0.0, 0.0, 3.0]
    assert times(b"[23:59:59] a\n[00:00:01] b\n[00:00:04] c\n") == [0.0, 0.0, 3.0]


def test_a_log_without_times_goes_at_a_steady_pace():
    """25 lines a second, redraws faster; lines that follow one with a time came with it."""
    assert times(b"loss 1\nloss 2\nloss 3\n") == pytest.approx([LINE_S, 2 * LINE_S, 3 * LINE_S])
    assert times(b"a\rb\r\nc\n") == pytest.approx([FRAME_S, FRAME_S + LINE_S, FRAME_S + 2 * LINE_S])
    traceback = times(b"2026-01-01 10:00:00 a\n" + b"  File x\n" * 20)
    assert set(traceback) == {0.0}


def test_nested_bars_do_not_disturb_each_other():
    """An outer bar's 12 minutes and an inner bar's 7 seconds are two clocks."""
    outer = [b"\rEpochs:  10%%|1 | 1/10 [12:%02d<50:00, 72.0s/it]" % n for n in range(5)]
    inner = [b"\rBatches:  %d0%%|1 | %d/10 [00:%02d<00:50,  1.00it/s]" % (n, n, n) for n in range(1, 6)]
    found = times(b"".join(o + i for o, i in zip(outer, inner, strict=True)))
    assert max(b - a for a, b in pairwise(found[1:])) <= 1.01


def test_numbers_that_are_no_times_are_none():
    """Versions, sizes, counts and shapes do not move the clock."""
    for line in (
        b"torch 2.1.0+cu118",
        b"batch 12/34 loss 0.5",
        b"[64, 3, 224, 224]",
        b"ratio 16:9",
        b"99/99/99 99:99:99",
        b"2026-13-45 10:00:00",
    ):
        assert elapsed_of(line) is None
        assert stamp_of(line) is None


def test_the_beginning_is_the_log_s_own_date():
    """Local time, the given year where none is told, nothing where nothing is."""
    assert date_of(b"x\n2026-01-31 10:00:00,500 a", 1999) == datetime.fromisoformat("2026-01-31T10:00:00.500").timestamp()
    assert date_of(b"I0821 09:30:45.5 x", 2020) == datetime.fromisoformat("2020-08-21T09:30:45.500").timestamp()
    assert date_of(b"I0000 00:00:1795489702.25 x", 2020) == 1795489702.25
    assert date_of(b"I0229 09:30:45 x", 2021) is None
    assert date_of(b"loss 1", 2020) is None


def test_silence_is_told_by_ticks_on_the_log_s_clock():
    """An hour without a line is a tick a minute; a longer one is a break between two runs, in which nobody is known to write."""
    found = list(cues([Piece(0.0, b"a\n"), Piece(3600.0, b"b\n"), Piece(20_000.0, b"c\n")], 1000.0, lambda: 1.0))
    ticks = [cue.event for cue in found if isinstance(cue.event, Tick)]
    assert [t.at for t in ticks[:60]] == pytest.approx([1000.0 + 60 * n for n in range(1, 61)])
    assert {t.writer_alive for t in ticks if t.at <= 4600} == {True}
    assert {t.writer_alive for t in ticks if t.at > 4660} == {None}
    assert sum(cue.seconds for cue in found) == pytest.approx(20_000.0)


def test_a_replay_is_the_log_with_its_own_times(tmp_path):
    """Every byte once, times that never go back, and an end; the same at any speed."""
    log = tmp_path / "log"
    log.write_bytes(b"".join(b"2026-01-31 10:%02d:00 epoch %d loss 0.5\n" % (n, n) for n in range(30)))
    events = play(log)
    assert content(events) == log.read_bytes()
    assert [e.at for e in events] == sorted(e.at for e in events)
    assert [e.kind for e in events if isinstance(e, Notice)] == ["opened", "read", "ended"]
    assert events[0].at == datetime.fromisoformat("2026-01-31T10:00:00").timestamp()
    assert events[-1].at - events[0].at == pytest.approx(29 * 60)
    assert play(log, 1e6) == events


def test_a_replay_waits_as_long_as_the_log_did_divided_by_the_speed(tmp_path):
    """Four seconds at twenty times the pace are a fifth of a second, and no silence is longer than the longest wait."""
    log = tmp_path / "log"
    log.write_bytes(b"".join(b"2026-01-31 10:00:0%d loss 0.5\n" % n for n in range(5)))
    begin = time.monotonic()
    play(log, 20)
    assert time.monotonic() - begin >= 0.19


def test_nobody_waits_for_a_long_silence(tmp_path, monkeypatch):
    """A night without a line is a wait of at most two seconds at the log's own pace."""
    monkeypatch.setattr(replay, "LONGEST_WAIT_S", 0.1)
    log = tmp_path / "log"
    log.write_bytes(b"2026-01-31 10:00:00 a\n2026-02-01 10:00:00 b\n")
    waits = []
    monkeypatch.setattr(threading.Event, "wait", lambda _self, seconds=None: waits.append(seconds))
    play(log, 1)
    assert max(waits, default=0.0) <= 0.1


def test_a_paused_replay_stands_still_until_it_is_resumed_or_stopped(tmp_path):
    """Pause, then go on without a jump; `close` and `stop` end it."""
    log = tmp_path / "log"
    log.write_bytes(b"".join(b"[10:00:0%d] loss 0.5\n" % n for n in range(5)))
    recording, stop = Replay(log, 1000), threading.Event()
    events = recording.events(stop)
    first = [next(events) for _ in range(2)]
    recording.pause()
    assert recording.paused
    rest: list[object] = []
    thread = threading.Thread(target=lambda: rest.extend(events))
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    assert not rest
    recording.resume()
    thread.join(10)
    assert content([*first, *rest]) == log.read_bytes()


def test_a_paused_replay_can_be_stopped(tmp_path):
    """The monitor may be left while the replay is paused."""
    log = tmp_path / "log"
    log.write_bytes(b"[10:00:00] a\n[10:00:09] b\n")
    recording, stop = Replay(log, 1), threading.Event()
    recording.pause()
    threading.Timer(0.1, stop.set).start()
    assert content(recording.events(stop)) == b""


def test_a_replay_can_skip_ahead(tmp_path):
    """What lies before a byte is played without waiting, from the start or later."""
    log = tmp_path / "log"
    lines = b"".join(b"[10:%02d:00] loss 0.5\n" % n for n in range(60))
    log.write_bytes(lines)
    assert content(play(log, 1, skip=len(lines))) == lines
    recording = Replay(log, 1)
    recording.seek(1.0)
    recording.pause()
    assert content(recording.events(threading.Event())) == lines
    assert recording.offset == len(lines)


def test_a_replay_can_be_wound_forward_and_back(tmp_path):
    """By a share of the log each time, which adds up while it is under way; back, it is asked anew from the beginning."""
    log = tmp_path / "log"
    lines = b"".join(b"[10:%02d:00] loss 0.5\n" % n for n in range(50))
    log.write_bytes(lines)
    recording, stop = Replay(log, 1), threading.Event()
    recording.pause()
    for _ in range(3):
        recording.seek(0.2)
    events = recording.events(stop)
    while recording.is_skipping:
        next(events)
    assert 60 <= recording.percent < 65
    recording.seek(-0.3)
    recording.seek(-0.1)
    assert list(events) == []
    assert recording.wait_for_rewind(stop)
    events = recording.events(stop)
    while recording.is_skipping:
        next(events)
    assert 20 <= recording.percent < 25
    recording.resume()
    recording.seek(5.0)
    assert content(events).endswith(lines[-20:])
    assert recording.percent == 100
    recording.seek(-0.1)
    events = recording.events(stop)
    next(events)
    recording.seek(-0.1)
    assert recording.is_skipping
    while recording.is_skipping:
        next(events)
    assert 80 <= recording.percent < 85
    stop.set()
    assert not recording.wait_for_rewind(stop)


def test_a_log_of_a_few_seconds_is_wound_as_finely_as_a_long_one(tmp_path):
    """Lines that came in the same second are played one by one as the place that it is wound to comes near."""
    log = tmp_path / "log"
    log.write_bytes(b"loss 0.5\n" * 100)
    recording = Replay(log, 1)
    recording.pause()
    recording.seek(0.3)
    events = recording.events(threading.Event())
    while recording.is_skipping:
        next(events)
    assert 30 <= recording.percent < 40


def test_how_far_a_compressed_replay_is_cannot_be_told(tmp_path):
    """Its length shows only at its end; it can be wound all the same."""
    log = tmp_path / "log.gz"
    log.write_bytes(gzip.compress(b"loss 0.5\n" * 500))
    recording = Replay(log, 1)
    recording.seek(1.0)
    assert recording.percent is None
    assert recording.is_skipping


def test_compressed_logs_are_replayed_and_damage_is_told(tmp_path):
    """A replay of what can be unpacked, and a notice that there is more."""
    log = tmp_path / "log.gz"
    lines = b"".join(b"[10:%02d:00] loss 0.%d\n" % (n, n) for n in range(60))
    log.write_bytes(gzip.compress(lines))
    assert content(play(log)) == lines
    log.write_bytes(gzip.compress(os.urandom(400_000))[:200_000])
    assert "lost" in [e.kind for e in play(log) if isinstance(e, Notice)]


def test_what_cannot_be_replayed_is_an_error(tmp_path):
    """A missing log, and speeds that play nothing."""
    with pytest.raises(LogError):
        play(tmp_path / "missing")
    for speed in (0, -1, math.nan):
        with pytest.raises(UsageError, match="--speed"):
            Replay(tmp_path / "missing", speed)
