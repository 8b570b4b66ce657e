"""How fast whole logs are read, beside grep, awk and lnav on the same file; figures for people, never a condition.

TAILWATCH_BENCH_LOGS=FOLDER pytest tests/bench/test_reading_logs.py --benchmark-enable -s

Times are those that all processes computed (user and system), the best of three, so that other work on the machine counts less.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from tailwatch.session import Session
from tailwatch.sources.whole import read_once

pytestmark = pytest.mark.bench

FOLDER = Path(os.environ.get("TAILWATCH_BENCH_LOGS") or Path(__file__).parents[2] / "sample_logs")
GENERATED_MB = int(os.environ.get("TAILWATCH_BENCH_MB") or 200)
LEAST = int(os.environ.get("TAILWATCH_BENCH_LEAST") or 0)
"""Logs of fewer bytes are left out."""
TIMES = 3
LNAV = "lnav -n -c ';SELECT count(*) FROM all_logs' \"$0\""
HEAD = f"{'log':32} {'MB':>7} {'lines':>9} {'MB/s':>7} {'lines/s':>9} {'known':>6} {'x grep|awk':>10} {'x lnav':>7} {'memory':>8}"


@pytest.fixture(autouse=True)
def _only_when_asked(request):
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("measured with --benchmark-enable")


class Figures(NamedTuple):
    """What was measured of one log; seconds, bytes."""

    seconds: float
    size: int
    lines: int
    known: float
    metric: str


def read(log: Path) -> Figures:
    """Read a log as `report` does."""
    best, session = float("inf"), Session()
    for _ in range(TIMES if log.stat().st_size < 32 << 20 else 1):
        session = Session()
        begin = time.process_time()
        for event in read_once(str(log)):
            session.feed(event)
        best = min(best, time.process_time() - begin)
    series = max(session.run.series(), key=lambda s: s.points, default=None)
    name = series.spec.name.rpartition("/")[2] if series is not None else "loss"
    return Figures(best, session.bytes, session.lines, 1 - session.shapes / max(1, session.lines), name)


def computed_by(command: str, log: Path) -> float:
    """Return the seconds that the processes of a shell command computed; its `$0` is the log."""
    best = float("inf")
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["sh", "-c", command, str(log)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def beside_grep(log: Path, figures: Figures) -> str:
    """One metric pulled by grep and awk, as people do it; the time of tailwatch is that for all of them."""
    metric = re.sub(r"[^\w -]", ".", figures.metric)
    command = (
        f"grep -aoE '{metric}[^0-9]{{0,4}}[0-9.]+' \"$0\" | awk '{{ if ($NF + 0 > most) most = $NF + 0 }} END {{ print most }}'"
    )
    return f"{computed_by(command, log) / figures.seconds:.2f}"


def beside_lnav(log: Path, figures: Figures) -> str:
    if shutil.which("lnav") is None:
        return "no lnav"
    return f"{computed_by(LNAV, log) / figures.seconds:.2f}"


def memory_of_report(log: Path) -> int:
    """Return the most bytes that `tailwatch report` ever held, the interpreter among them."""
    command = [sys.executable, "-m", "tailwatch", "report", str(log), "--format", "json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_maxrss * 1024


def row(log: Path) -> str:
    f = read(log)
    speed, rate = f.size / 1e6 / f.seconds, f.lines / f.seconds
    return (
        f"{log.name[:32]:32} {f.size / 1e6:7.2f} {f.lines:9,} {speed:7.1f} {rate:9,.0f} {f.known:6.1%} "
        f"{beside_grep(log, f):>10} {beside_lnav(log, f):>7} {memory_of_report(log) / 1e6:5.0f} MB"
    )


def test_logs_of_a_folder() -> None:
    """Each file of the folder, the largest last, and all of them together."""
    logs = sorted(
        (p for p in FOLDER.rglob("*") if p.is_file() and p.suffix in (".log", ".out", ".txt")), key=lambda p: p.stat().st_size
    )
    print(f"\n{HEAD}")
    for log in logs:
        if log.stat().st_size >= max(LEAST, 1):
            print(row(log), flush=True)


def test_a_large_log_of_metric_lines(tmp_path) -> None:
    """Lines of known shapes, as long trainings print them."""
    log = tmp_path / "generated.log"
    size, step = 0, 0
    with log.open("w") as file:
        while size < GENERATED_MB * 1_000_000:
            lines = (
                f"step {i} | loss {2.5 / (1 + i * 1e-5):.4f} | grad_norm {1 + i % 7 / 10:.3f} | lr 3.00e-04 | {100 + i % 9} ms\n"
                for i in range(step, step + 50_000)
            )
            size += file.write("".join(lines))
            step += 50_000
    print(f"\n{HEAD}\n{row(log)}")
