"""How late a line is seen, and what looking costs. Printed, not asserted: `pytest tests/bench --benchmark-enable -s`."""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from chaos_writer import numbered

from tailwatch.core.events import Data
from tailwatch.sources.file import FileFollower
from tailwatch.sources.schedule import schedule
from tailwatch.sources.writer import Writer

pytestmark = pytest.mark.bench


@pytest.fixture(autouse=True)
def _only_when_asked(request):
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("measured with --benchmark-enable")


@pytest.mark.parametrize("setting", ["hints", "no hints", "hints, 100 new siblings a second"])
def test_latency(tmp_path, setting):
    """From the append of a line after a pause to its event."""
    log = tmp_path / "log"
    log.touch()
    arrived, stop, late = threading.Event(), threading.Event(), []
    written_at = [0.0]
    follower = FileFollower(log, hints=setting != "no hints")

    def run():
        for event in follower.events(stop):
            if isinstance(event, Data):
                late.append(time.perf_counter() - written_at[0])
                arrived.set()

    def litter():
        n = 0
        while not stop.wait(0.01):
            (tmp_path / f"checkpoint-{n}").touch()
            n += 1

    threads = [threading.Thread(target=run), *([threading.Thread(target=litter)] if "siblings" in setting else [])]
    for thread in threads:
        thread.start()
    time.sleep(2.0)
    with log.open("ab", buffering=0) as file:
        for n in range(60):
            time.sleep(0.15 + 0.01 * (n % 11))
            arrived.clear()
            written_at[0] = time.perf_counter()
            file.write(numbered(n))
            assert arrived.wait(5)
    stop.set()
    for thread in threads:
        thread.join()
    ordered = sorted(late)
    p50, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    print(f"\nappend to event, {setting}: p50 {p50 * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms, max {ordered[-1] * 1e3:.0f} ms")


def test_cost_of_a_look(tmp_path, benchmark):
    """One poll of a log at rest."""
    log = tmp_path / "log"
    log.write_bytes(numbered(0, 1000))
    follower = FileFollower(log, hints=False)
    follower.poll()
    follower._ticked = time.monotonic() + 1e6
    benchmark(follower.poll)
    follower.close()


def test_cost_of_an_idle_follower(tmp_path):
    """Share of a core over ten idle seconds, with notifications and ticks."""
    log = tmp_path / "log"
    log.write_bytes(numbered(0, 1000))
    stop = threading.Event()
    follower = FileFollower(log)
    thread = threading.Thread(target=lambda: list(follower.events(stop)))
    thread.start()
    time.sleep(2.0)
    before = time.process_time()
    time.sleep(10.0)
    share = (time.process_time() - before) / 10.0
    stop.set()
    thread.join()
    print(f"\nidle follower: {share * 100:.2f} % of a core")


def test_reading_rate(tmp_path):
    """From disk to events, every block checked."""
    log = tmp_path / "log"
    log.write_bytes(numbered(0, 100_000, long=80) * 10)
    follower = FileFollower(log, hints=False)
    begin, read = time.perf_counter(), 0
    while read < log.stat().st_size:
        read += sum(len(e.data) for e in follower.poll() if isinstance(e, Data))
    print(f"\nreading: {read / (time.perf_counter() - begin) / 1e6:.0f} MB/s")
    follower.close()


def test_cost_of_looking_for_the_writer(tmp_path):
    """A full scan of /proc, and asking the process that is known."""
    log = tmp_path / "log"
    log.touch()
    descriptor = os.open(log, os.O_RDONLY)
    writer = Writer(descriptor)
    scans = []
    for _ in range(20):
        begin = time.perf_counter()
        writer.alive(at_once=True)
        scans.append(time.perf_counter() - begin)
    os.close(descriptor)
    count = sum(name.isdecimal() for name in os.listdir("/proc"))  # noqa: PTH208
    print(f"\nscan of {count} processes: {statistics.median(scans) * 1e3:.1f} ms")


def test_cost_of_a_schedule(benchmark):
    """A bar of 10,000 frames."""
    log = b"".join(
        b"\rEpoch 1/9: %3d%%|###   | %d/10000 [%02d:%02d<10:00, 17.06it/s, loss=0.5]" % (n // 100, n, n // 1000, n // 17 % 60)
        for n in range(10_000)
    )
    pieces = benchmark(lambda: sum(1 for _ in schedule([log])))
    assert pieces == 10_000
