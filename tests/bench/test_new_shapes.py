"""What a line costs whose shape is new; figures for people, never a condition.

pytest tests/bench/test_new_shapes.py --benchmark-enable -s

Times are those that this process computed, the best of three.
"""

from __future__ import annotations

import random
import string
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tailwatch.catalogue.listener import Listener
from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.events import Data
from tailwatch.core.shapes import Reader
from tailwatch.dialects import plan_for
from tailwatch.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.bench

SAMPLES = Path(__file__).parents[2] / "sample_logs"
LINES = 3000
TIMES = 3
RANDOM = random.Random(7)


@pytest.fixture(autouse=True)
def _only_when_asked(request):
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("measured with --benchmark-enable")


def word() -> str:
    return "".join(RANDOM.choices(string.ascii_lowercase, k=RANDOM.randint(3, 9)))


KINDS = {
    "metrics": lambda i: f"Epoch {i}/3000 [{word()}] train loss: {RANDOM.random():.4f} val loss: {RANDOM.random():.4f} lr: 3e-4",
    "new names": lambda i: f"step {i} | {word()} loss {RANDOM.random():.4f} | acc {RANDOM.random():.3f} | file {word()}.png",
    "prose": lambda i: f"{' '.join(word() for _ in range(9))} {i % 99} {word()}",
    "logger": lambda i: (
        f"2024-05-01 10:11:{i % 60:02d},123 INFO {word()}: {' '.join(word() for _ in range(6))} {RANDOM.random():.2f}"
    ),
    "paths": lambda i: f"Saved model to /data/{word()}/{word()}/{word()}_{i}.pt",
    "settings": lambda i: f"    {word().upper()}_{word().upper()}: {i % 999}",
    "warnings": lambda i: f"WARNING: {' '.join(word() for _ in range(7))} (code {i})",
}


def best(what: Callable[[], object]) -> float:
    """Return the seconds that a call computes."""
    seconds = float("inf")
    for _ in range(TIMES):
        begin = time.process_time()
        what()
        seconds = min(seconds, time.process_time() - begin)
    return seconds


def row(name: str, seconds: float, lines: int, size: int) -> str:
    return (
        f"{name:24} {lines:6,} {size / lines:6.0f} B {seconds / lines * 1e6:7.1f} us a shape"
        f" {seconds / size * 1e8:7.1f} us a 100 B {lines / seconds:9,.0f} lines/s"
    )


def test_logs_in_which_every_shape_is_new() -> None:
    """Each kind of line by itself, and all in turn: the whole way through the session, without the diagnoses."""
    print()
    for kind in (*KINDS, "in turn"):
        makers = list(KINDS.values()) if kind == "in turn" else [KINDS[kind]]
        data = "".join(f"{makers[i % len(makers)](i)}\n" for i in range(LINES)).encode()
        print(row(kind, best(lambda: Session(judged=False).feed(Data(data, 0.0))), LINES, len(data)))  # noqa: B023 - called at once


def test_the_shapes_of_genuine_logs() -> None:
    """What the dialects and the catalogue take for each shape of the bundled logs, met for the first time."""
    shapes: dict[bytes, str] = {}
    for log in sorted(SAMPLES.glob("*/*.log")):
        for raw in log.read_bytes().split(b"\n"):
            shapes.setdefault(raw.translate(DIGITS_TO_ZERO)[:4096], raw[:4096].decode("utf-8", "replace"))
    size = sum(map(len, shapes))

    def read() -> None:
        reader = Reader(plan_for)
        for shape in shapes:
            reader.entry(shape)

    def ask() -> None:
        listener = Listener()
        for text in shapes.values():
            listener.interest(text)

    print()
    print(row("dialects", best(read), len(shapes), size))
    print(row("catalogue", best(ask), len(shapes), size))
