"""How long a line takes from the writer's append to the event, after a quiet second. Printed (`-s`), never asserted.

BENCH_SCREEN=1 pytest tests/bench/test_latency.py -s
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tailwatch.core.events import Data
from tailwatch.sources.file import FileFollower

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif("BENCH_SCREEN" not in os.environ, reason="slow: set BENCH_SCREEN=1 to measure"),
]

APPENDS = 30


def make_siblings(directory: Path, stop: threading.Event) -> None:
    """Write 100 new files a second beside the log, as checkpoints and profiler traces do."""
    number = 0
    while not stop.wait(0.01):
        (directory / f"trace.{number}").write_bytes(b"x")
        number += 1


@pytest.mark.parametrize("hints", [True, False], ids=["notifications", "own look alone"])
@pytest.mark.parametrize("busy", [False, True], ids=["quiet directory", "100 new siblings a second"])
def test_append_to_event(tmp_path: Path, hints: bool, busy: bool) -> None:
    """Each appended line arrives once; how long it took is printed."""
    log = tmp_path / "run.log"
    log.touch()
    follower, stop = FileFollower(log, hints=hints), threading.Event()
    arrived: list[tuple[float, bytes]] = []

    def read() -> None:
        arrived.extend((time.monotonic(), event.data) for event in follower.events(stop) if isinstance(event, Data))

    threads = [threading.Thread(target=read)]
    if busy:
        threads.append(threading.Thread(target=make_siblings, args=(tmp_path, stop)))
    for thread in threads:
        thread.start()
    time.sleep(2.0)
    sent = []
    for number in range(APPENDS):
        time.sleep(1.0 + 0.017 * (number % 15))
        sent.append(time.monotonic())
        with log.open("ab") as file:
            file.write(b"line %d\n" % number)
    time.sleep(1.5)
    stop.set()
    for thread in threads:
        thread.join()
    assert b"".join(data for _, data in arrived) == log.read_bytes()
    delays = sorted(1000 * (there - here) for here, (there, _) in zip(sent, arrived, strict=True))
    print(f"\nappend to event: p50 {statistics.median(delays):.0f} ms, worst of {APPENDS} {delays[-1]:.0f} ms")
