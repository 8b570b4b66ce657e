"""What the monitor costs: start, delay, bytes on the link, processor. Printed (`-s`), never asserted: machines differ.

BENCH_SCREEN=1 pytest tests/bench/test_screen.py -s
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from pseudo_terminal import PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif("BENCH_SCREEN" not in os.environ, reason="slow: set BENCH_SCREEN=1 to measure"),
]

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("ready")
Bare().run()
"""


def step_line(k: int) -> str:
    noise = random.Random(k).random()
    loss = 2 / (1 + k / 300) + noise / 10
    return f"2026-01-01 00:{k // 60 % 60:02}:{k % 60:02} INFO epoch {k // 50 + 1} step {k} loss={loss:.4f} lr=1e-3\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "run.log"
    path.write_text("".join(map(step_line, range(1000))))
    return path


@pytest.fixture
def followed(log: Path) -> Iterator[tuple[PseudoTerminal, Path]]:
    terminal = PseudoTerminal("-m", "tailwatch", str(log))
    terminal.until("step 999")
    terminal.read(2.0)
    yield terminal, log
    terminal.close()


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def first_screen(pattern: str, *arguments: str, environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    terminal = PseudoTerminal(*arguments, environment=environment)
    try:
        while pattern not in terminal.text:
            terminal.read(0.01)
            assert time.perf_counter() - begun < 30
        return time.perf_counter() - begun
    finally:
        terminal.close()


def test_start_beside_a_bare_textual_app(log: Path, tmp_path: Path) -> None:
    """From the command to the first frame and to the first curves, and the same for an app that shows one word.

    All run from byte code, as an installed package does.
    """
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path / "cache")}
    asked = {
        "bare app": ("ready", "-c", BARE),
        "first frame": ("quit", "-m", "tailwatch", str(log)),
        "first curves": ("━ train", "-m", "tailwatch", str(log)),
    }
    took: dict[str, float] = {}
    for _ in range(6):  # in turns, so that what else runs disturbs all alike
        for name, (pattern, *arguments) in asked.items():
            seconds = first_screen(pattern, *arguments, environment=compiled)
            took[name] = min(seconds, took.get(name, seconds))
    print()
    for name, seconds in took.items():
        print(f"{name}: {seconds:.2f} s, {seconds / took['bare app']:.2f} x; bare interpreter {_python_start():.2f} s")


def _python_start() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - begun


def test_from_append_to_screen(followed: tuple[PseudoTerminal, Path]) -> None:
    """The delay of the first line after a pause."""
    terminal, path = followed
    delays: list[float] = []
    with path.open("a") as log:
        for k in range(20):
            terminal.read(1.1 + random.random() * 0.4)
            tag = f"mark-{k:03}-{os.urandom(4).hex()}"
            begun = time.perf_counter()
            log.write(tag + "\n")
            log.flush()
            while tag not in terminal.text and time.perf_counter() - begun < 3:
                terminal.read(0.003)
            delays.append((time.perf_counter() - begun) * 1000)
    delays.sort()
    print(f"\nappend to screen: p50 {statistics.median(delays):.0f} ms, worst of {len(delays)} {delays[-1]:.0f} ms")


@pytest.mark.parametrize("rate", [0, 10, 1000])
def test_what_following_costs(followed: tuple[PseudoTerminal, Path], rate: int) -> None:
    """Bytes a second to the terminal and share of a core, at 120x40."""
    terminal, path = followed
    done = threading.Event()
    writer = threading.Thread(target=_write, args=(path, rate, done))
    writer.start()
    try:
        terminal.read(2.0)
        before, spent, begun = len(terminal.raw), processor_seconds(terminal.child.pid), time.perf_counter()
        terminal.read(15.0)
        seconds = time.perf_counter() - begun
        spent = processor_seconds(terminal.child.pid) - spent
        memory = int(Path(f"/proc/{terminal.child.pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024
        sent = (len(terminal.raw) - before) / seconds
        print(f"\n{rate} lines/s: {sent:.0f} B/s, {spent / seconds * 100:.1f} % of a core, {memory:.0f} MB")
    finally:
        done.set()
        writer.join()


def _write(path: Path, rate: int, done: threading.Event) -> None:
    burst = max(1, rate // 20)
    k = 1000
    with path.open("a") as log:
        while rate and not done.wait(burst / rate):
            log.write("".join(step_line(k + j) for j in range(burst)))
            log.flush()
            k += burst
        done.wait()
