"""How fast a log is read; figures for people, never a condition. Run: pytest tests/bench --benchmark-enable"""

from __future__ import annotations

from pathlib import Path

import pytest

from tailwatch.core.events import Data
from tailwatch.session import Session

SAMPLES = Path(__file__).parents[2] / "sample_logs"

pytestmark = pytest.mark.bench

METRICS = "".join(
    f"step {i} | loss {2.5 - i * 1e-5:.4f} | grad_norm {1.0 + i % 7 / 10:.3f} | lr 3.00e-04 | {100 + i % 9} ms\n"
    for i in range(100_000)
).encode()


def read(data: bytes) -> Session:
    session = Session()
    for start in range(0, len(data), 262_144):
        session.feed(Data(data[start : start + 262_144], 0.0))
    return session


def test_metric_lines_of_known_shapes(benchmark) -> None:
    """5 MB of metric lines: lines and bytes a second are in the extra info."""
    session = benchmark(read, METRICS)
    assert session.lines == 100_000
    if benchmark.stats:
        seconds = benchmark.stats.stats.median
        benchmark.extra_info.update(mb_per_s=len(METRICS) / 1e6 / seconds, lines_per_s=100_000 / seconds)


@pytest.mark.parametrize("log", sorted(SAMPLES.glob("*/*.log")), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_genuine_log(benchmark, log: Path) -> None:
    """Each bundled log, read whole."""
    session = benchmark(read, log.read_bytes())
    assert session.bytes == log.stat().st_size
