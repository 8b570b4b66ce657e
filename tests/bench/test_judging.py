"""What the diagnoses cost while a log is read; figures for people, never a condition.

TAILWATCH_BENCH_LOGS=FOLDER pytest tests/bench/test_judging.py --benchmark-enable -s

For each log of the folder (without it: of `sample_logs/`): nanoseconds a byte in all, those of judging and their share, how often
the diagnoses looked, and the three of them that took longest.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tailwatch.session import Session
from tailwatch.sources.whole import read_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

pytestmark = pytest.mark.bench

FOLDER = Path(os.environ.get("TAILWATCH_BENCH_LOGS") or Path(__file__).parents[2] / "sample_logs")
LEAST = int(os.environ.get("TAILWATCH_BENCH_LEAST") or 0)
"""Logs of fewer bytes are left out."""
HEAD = f"{'log':32} {'MB':>6} {'ns/B':>6} {'judging':>8} {'share':>6} {'looks':>7} {'us/look':>8}  longest, ns/B"


@pytest.fixture(autouse=True)
def _only_when_asked(request):
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("measured with --benchmark-enable")


class Timed:
    """A judge whose looks are timed."""

    def __init__(self, judge: Any, spent: Counter[str]) -> None:
        self.judge, self.spent = judge, spent
        self.ID, self.WATCHES = judge.ID, judge.WATCHES

    @property
    def awaits(self) -> Any:
        return self.judge.awaits

    def look(self, run: Any, changed: Any) -> tuple[Any, ...]:
        begin = time.perf_counter()
        opinions = tuple(self.judge.look(run, changed))
        self.spent[self.ID] += time.perf_counter() - begin  # type: ignore[assignment]
        return opinions


def judged(log: Path, make: Callable[[list[Any]], list[Any]] | None = None) -> tuple[int, float, float, int]:
    """Read a log; returns its bytes, the seconds in all and those of judging, and how often was looked."""
    session = Session()
    bench = session._bench
    ask, looks, spent = bench.judge_changes, 0, 0.0
    if make is not None:
        own = bench._make
        bench._make = lambda: make(own())
        bench._seat()

    def timed() -> Any:
        nonlocal looks, spent
        looks += 1
        begin = time.perf_counter()
        changes = ask()
        spent += time.perf_counter() - begin
        return changes

    bench.judge_changes = timed  # type: ignore[method-assign]
    begin = time.perf_counter()
    for event in read_once(str(log)):
        session.feed(event)
    return session.bytes, time.perf_counter() - begin, spent, looks


def row(log: Path) -> str:
    """The figures of one log; each diagnosis is timed in a reading of its own, as the timing costs something."""
    size, seconds, spent, looks = min((judged(log) for _ in range(3)), key=lambda found: found[2])
    each: Counter[str] = Counter()
    judged(log, lambda made: [Timed(judge, each) for judge in made])
    longest = ", ".join(f"{name} {time_ / size * 1e9:.1f}" for name, time_ in each.most_common(3))
    return (
        f"{log.name[:32]:32} {size / 1e6:6.2f} {seconds / size * 1e9:6.0f} {spent / size * 1e9:8.1f} {spent / seconds:6.1%} "
        f"{looks:7,} {spent / max(1, looks) * 1e6:8.1f}  {longest}"
    )


def logs() -> Iterator[Path]:
    """The logs of the folder, the largest last."""
    found = (p for p in FOLDER.rglob("*") if p.is_file() and p.suffix in (".log", ".out", ".txt"))
    return (p for p in sorted(found, key=lambda p: p.stat().st_size) if p.stat().st_size >= max(LEAST, 1))


def test_the_share_of_judging() -> None:
    """Each log of the folder."""
    print(f"\n{HEAD}")
    for log in logs():
        print(row(log), flush=True)
