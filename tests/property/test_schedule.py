"""Whatever a log holds: its pieces are the log, its times never go back, and how it was cut into blocks makes no difference."""

from __future__ import annotations

import math
import tempfile
import threading
from itertools import pairwise
from pathlib import Path

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tailwatch.core.events import Data
from tailwatch.sources.logclock import date_of, elapsed_of, iteration_of, stamp_of
from tailwatch.sources.replay import Replay
from tailwatch.sources.schedule import schedule

FRAGMENTS = [
    b"\n", b"\r", b"\r\n", b"\x08\x08", b"\x1b[A", b" ", b"loss: 0.5", b"Epoch 3/10", b"[00:07<00:07, 27.06it/s]",
    b"9/10 [12:00:07<?, ?it/s]",
    b"2026-01-31 10:00:00,123 ", b"[01/31 10:00:00 d2]", b"I0821 09:30:45.167 ",
    b"I0000 00:00:1795489702.121613 ", b"[23:59:59] ",
    b"125/125 - 1s - 5ms/step", b"999999999/1 ========= 9999999s/step", b"iter 10: loss 1, time 99.5ms", b"iter 0: time 0ms",
    b"0000-00-00 00:00:00", b"\xe2\x94\x81", b"\xff\x00", b"9" * 40, b"[", b"/", b"<", b":",
]  # fmt: skip
PACKED = (b"\x1f\x8b", b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd")
logs = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=8)), max_size=60).map(b"".join)


def cut(data: bytes, borders: list[int]) -> list[bytes]:
    """The data in blocks."""
    places = sorted({0, len(data), *(b % (len(data) + 1) for b in borders)})
    return [data[a:b] for a, b in pairwise(places)]


@given(logs, st.lists(st.integers(0, 10_000), max_size=20))
@example(b"a\r\nb\r\r\nc", [2, 6, 7])
def test_pieces_are_the_log_and_times_do_not_go_back(log, borders):
    """Together the pieces are the log byte for byte, each at a finite time that is not before the one of its predecessor."""
    pieces = list(schedule(cut(log, borders)))
    assert b"".join(p.data for p in pieces) == log
    assert all(p.data for p in pieces)
    times = [p.at for p in pieces]
    assert times == sorted(times)
    assert all(math.isfinite(t) for t in times)
    assert pieces == list(schedule([log]))


@given(logs)
@settings(max_examples=30)
def test_a_replay_gives_every_byte_once_in_the_order_of_time(log):
    """As fast as possible and with the log's own clock; a log that is packed is another matter."""
    assume(not log.startswith(PACKED))
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(log)
        events = list(Replay(file.name, math.inf).events(threading.Event()))
    assert b"".join(e.data for e in events if isinstance(e, Data)) == log
    assert [e.at for e in events] == sorted(e.at for e in events)


@given(st.binary(max_size=400))
def test_reading_times_never_fails(piece):
    """Any bytes at all are a piece of a log."""
    for read in (stamp_of, elapsed_of, iteration_of):
        read(piece)
    date_of(piece, 2026)


def test_reading_times_is_linear_on_hostile_lines():
    """What makes a careless pattern slow: long runs of what it looks for."""
    for unit in (b"1", b"1/", b"1:", b"[0:00<", b" ", b"iter 1: ", b"1s/step ", b"=", b", 1", b"00/00 00:00:00", b"12:34:"):
        piece = unit * 20_000
        for read in (stamp_of, elapsed_of, iteration_of):
            read(piece)
        list(schedule([piece, piece]))
