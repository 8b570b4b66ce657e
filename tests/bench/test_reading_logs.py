"""How fast whole logs are read, beside grep, awk and lnav on the same file; figures for people, never a condition.

TAILWATCH_BENCH_LOGS=FOLDER pytest tests/bench/test_reading_logs.py --benchmark-enable -s

Times are those that all processes computed (user and system), the best of three, so that other work on the machine counts less.
With both cores it is the time of the busier process that counts: of the two that read and judge, and of grep and awk.
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

from tailwatch import apart
from tailwatch.session import Session
from tailwatch.sources.whole import read_once

pytestmark = pytest.mark.bench

FOLDER = Path(os.environ.get("TAILWATCH_BENCH_LOGS") or Path(__file__).parents[2] / "sample_logs")
GENERATED_MB = int(os.environ.get("TAILWATCH_BENCH_MB") or 200)
LEAST = int(os.environ.get("TAILWATCH_BENCH_LEAST") or 0)
"""Logs of fewer bytes are left out."""
TIMES = 3
LNAV = "lnav -n -c ';SELECT count(*) FROM all_logs' \"$0\""
HEAD = (
    f"{'log':32} {'MB':>7} {'lines':>9} {'MB/s':>7} {'lines/s':>9} {'known':>6} {'x grep|awk':>10} {'x lnav':>7} {'memory':>8} "
    f"{'both cores':>11} {'x grep|awk':>10}"
)


@pytest.fixture(autouse=True)
def _only_when_asked(request):
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("measured with --benchmark-enable")


class Figures(NamedTuple):
    """What was measured of one log; seconds, bytes."""

    seconds: float
    both: float
    size: int
    lines: int
    known: float
    metric: str


def read(log: Path) -> Figures:
    """Read a log as `report` does."""
    best, both, session = float("inf"), float("inf"), Session()
    for _ in range(TIMES if log.stat().st_size < 32 << 20 else 1):
        both = min(both, read_by_two(log))
        session = Session()
        begin = time.process_time()
        for event in read_once(str(log)):
            session.feed(event)
        best = min(best, time.process_time() - begin)
    series = max(session.run.series(), key=lambda s: s.points, default=None)
    name = series.spec.name.rpartition("/")[2] if series is not None else "loss"
    return Figures(best, both, session.bytes, session.lines, 1 - session.shapes / max(1, session.lines), name)


def read_by_two(log: Path) -> float:
    """Return the seconds that the busier of the two processes computed which read and judge a log."""
    session, begin, before = Session(), time.process_time(), by_children()
    for _ in apart.fed(session, read_once(str(log))):
        pass
    return max(time.process_time() - begin, by_children() - before)


def by_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def computed_by(command: str, log: Path) -> float:
    """Return the seconds that the processes of a shell command computed; its `$0` is the log."""
    best = float("inf")
    for _ in range(TIMES):
        before = by_children()
        subprocess.run(["sh", "-c", command, str(log)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        best = min(best, by_children() - before)
    return best


def beside_grep(log: Path, figures: Figures) -> tuple[str, str]:
    """One metric pulled by grep and awk, as people do it, by one core and by both; tailwatch's time is that for all of them."""
    metric = re.sub(r"[^\w -]", ".", figures.metric)
    grep = f"grep -aoE '{metric}[^0-9]{{0,4}}[0-9.]+' \"$0\""
    found = computed_by(f"{grep} | cat > /dev/null", log)
    all_ = computed_by(f"{grep} | awk '{{ if ($NF + 0 > most) most = $NF + 0 }} END {{ print most }}'", log)
    return f"{all_ / figures.seconds:.2f}", f"{max(found, all_ - found) / figures.both:.2f}"


def beside_lnav(log: Path, figures: Figures) -> str:
    if shutil.which("lnav") is None:
        return "no lnav"
    return f"{computed_by(LNAV, log) / figures.seconds:.2f}"


def memory_of_report(log: Path) -> int:
    """Return the most bytes that all processes of `tailwatch report` held at once, what they share counted for each (Linux)."""
    command = [sys.executable, "-m", "tailwatch", "report", str(log), "--format", "json"]
    process, most = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), 0
    while process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        most = max(most, sum(held_by(int(pid)) for pid in (process.pid, *children.read_text().split())))
        time.sleep(0.02)
    return most


def held_by(pid: int) -> int:
    """Return the bytes that a process holds now, 0 if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def row(log: Path) -> str:
    f = read(log)
    speed, rate = f.size / 1e6 / f.seconds, f.lines / f.seconds
    by_one, by_two = beside_grep(log, f)
    return (
        f"{log.name[:32]:32} {f.size / 1e6:7.2f} {f.lines:9,} {speed:7.1f} {rate:9,.0f} {f.known:6.1%} "
        f"{by_one:>10} {beside_lnav(log, f):>7} {memory_of_report(log) / 1e6:5.0f} MB "
        f"{f.size / 1e6 / f.both:6.1f} MB/s {by_two:>10}"
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
