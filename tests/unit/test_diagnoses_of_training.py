"""Jumps, bad starts and slow stretches of training: each has curves that raise it and near misses that do not."""

from __future__ import annotations

import math
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from judging import judged

from tailwatch.core.text import render
from tailwatch.diagnoses._start import FirstEpochs, Start
from tailwatch.diagnoses.slowdown import Rhythm
from tailwatch.diagnoses.spike import Jumps

NOISE = random.Random(7)
STEADY = [2 * math.exp(-i / 200) + 0.5 + NOISE.gauss(0, 0.03) for i in range(640)]


def jumps(values: list[float], *, running: bool, block: int = 32) -> Jumps:
    found = Jumps(running=running)
    for start in range(0, len(values), block):
        found.add(values[start : start + block])
    return found


def test_a_running_loss_far_above_its_level_has_jumped_and_comes_back() -> None:
    """Ten values near 6 over a level near 0.6 are one jump, which is over when the loss is back."""
    up = jumps([*STEADY, 6.0, 6.1, 5.9, 6.2], running=True)
    assert up.up
    assert up.base == pytest.approx(0.6, abs=0.1)
    assert up.peak == 6.2
    back = jumps([*STEADY, *([6.0] * 10), *STEADY[-50:]], running=True)
    assert not back.up
    assert back.times == 1


@pytest.mark.parametrize(
    "values",
    [
        STEADY,
        [*STEADY, 6.0, 0.6, 6.0, 0.6, 6.0],
        [*STEADY, 0.7, 0.72, 0.75, 0.71],
        [v * (1 + (i % 7 == 0)) for i, v in enumerate(STEADY)],
    ],
    ids=["steady", "single values", "a little higher", "a noisy curve"],
)
def test_noise_and_single_values_are_no_jump(values: list[float]) -> None:
    """Near misses: one bad batch at a time, a small rise, a loss that is always like that."""
    assert jumps(values, running=True).times == 0


def test_a_jump_of_an_epochs_loss_needs_one_value_only() -> None:
    """An epoch's mean is no single batch."""
    falling = [1 / (1 + i) + 0.1 for i in range(15)]
    assert jumps([*falling, 1.2], running=False, block=1).up
    assert not jumps([*falling, 0.17], running=False, block=1).up


def test_a_loss_that_stays_up_has_jumped_once() -> None:
    """After a divergence the new level is what further jumps are measured against."""
    noise = random.Random(3)
    level = [6.0 + noise.gauss(0, 0.2) for _ in range(3000)]
    diverged = jumps([*STEADY, *level], running=True)
    assert (diverged.up, diverged.times) == (False, 1)
    assert jumps([*STEADY, *level, *[30.0] * 5], running=True).times == 2


@pytest.mark.parametrize("factor", [1e-5, 1.0, 3e4])
def test_the_unit_of_the_loss_does_not_matter_to_a_jump(factor: float) -> None:
    """A constant factor changes neither when nor how often it jumped."""
    found = jumps([factor * v for v in [*STEADY, 6.0, 6.1, 5.9, 6.2]], running=True)
    assert (found.up, found.times) == (True, 1)


def test_a_jump_is_said_with_its_place_and_closes_by_itself() -> None:
    """The finding names level, peak and step; it is closed when the loss is back."""
    values = [*STEADY, *([6.0] * 20), *STEADY[-100:]]
    session = judged("".join(f"step {i + 1} loss {v:.5f}\n" for i, v in enumerate(values)))
    found = [f for f in session.findings.findings if f.opinion.id == "spike"]
    assert [f.status for f in found] == ["closed"]
    assert found[0].opinion.since.step == len(STEADY) + 1
    assert "step 641" in render(found[0].opinion.title)


def start(values: list[float]) -> Start:
    found = Start()
    for value in values:
        found.add(value)
    return found


RISING = [2.3, 2.3, 2.4, *(2.4 + 0.4 * i for i in range(20))]
FALLING = [2.3 * math.exp(-i / 50) for i in range(200)]


def test_a_loss_that_doubles_in_its_first_steps_started_too_fast() -> None:
    """Up to ten from 2.3: first the rate is too high, and once the loss is back a warm-up was missing."""
    assert start(RISING).rose
    assert start(RISING).back_at == -1
    assert start([*RISING, *FALLING]).back_at > len(RISING)


@pytest.mark.parametrize(
    "values",
    [FALLING, [2.3, 2.2, 2.4, 9.0, *FALLING], [2.3 + 0.01 * i for i in range(100)], [5 + 4 * (-1) ** i for i in range(100)]],
    ids=["falling", "one bad batch", "creeping up", "noisy from the first value"],
)
def test_other_starts_are_sound(values: list[float]) -> None:
    """Near misses."""
    assert not start(values).rose


def test_a_bad_start_becomes_information_when_it_is_over() -> None:
    """The warning closes and the missing warm-up stays as information, with the steps to warm up over."""
    text = "lr: 0.01\n" + "".join(f"step {i + 1}/4000 loss {v:.4f}\n" for i, v in enumerate([*RISING, *[9.0] * 40, *FALLING]))
    states = {f.opinion.id: (f.status, f.opinion.severity) for f in judged(text).findings.findings}
    assert states["lr_too_high"] == ("closed", "warning")
    assert states["warmup_missing"] == ("open", "info")
    warm_up = next(f for f in judged(text).findings.open if f.opinion.id == "warmup_missing")
    assert "first 200 steps" in render(warm_up.opinion.actions[0])


def epochs(rows: list[tuple[float, float]]) -> FirstEpochs:
    found = FirstEpochs()
    for loss, score in rows:
        found.add(loss, score)
    return found


BLOWN_UP = [(25.0, 0.53), (5.7, 0.54), (1.3, 0.51)]


@pytest.mark.parametrize("unit", [0.001, 1.0, 700.0])
def test_a_first_epoch_that_blew_up_shows_in_any_unit_of_the_loss(unit: float) -> None:
    """Only ratios count."""
    assert epochs([(unit * loss, score) for loss, score in BLOWN_UP]).exploded


def test_a_first_epoch_that_blew_up_shows_in_a_loss_that_falls_alone() -> None:
    """A loss that falls from 25 to 1.3 while accuracy stands at 53 % is no learning."""
    assert epochs(BLOWN_UP).exploded
    assert epochs([*BLOWN_UP, *[(1.1, 0.55)] * 20]).back_at == -1
    assert epochs([*BLOWN_UP, (1.0, 0.6), (0.8, 0.7)]).back_at == 4


@pytest.mark.parametrize(
    "rows",
    [
        [(2.3, 0.1), (1.2, 0.55), (0.7, 0.7)],
        [(6.9, 0.001), (5.0, 0.05), (4.0, 0.15)],
        [(30.0, 0.3), (9.0, 0.6), (5.0, 0.8)],
        [(12.0, 0.5), (11.5, 0.52), (11.1, 0.53)],
        [(25.0, math.nan), (5.0, math.nan), (1.0, math.nan)],
        [(0.4, 0.97), (0.2, 0.97), (0.09, 0.972)],
    ],
    ids=[
        "ten classes",
        "a thousand classes",
        "accuracy rises",
        "a large penalty that falls slowly",
        "no accuracy",
        "nearly all of one class",
    ],
)
def test_other_first_epochs_are_sound(rows: list[tuple[float, float]]) -> None:
    """Near misses."""
    assert not epochs(rows).exploded


def test_a_blown_up_start_is_a_warning_until_accuracy_rises() -> None:
    """In a log of epochs: the rate is too high while nothing is learned, a warm-up was missing afterwards."""
    rows = [*BLOWN_UP, (1.2, 0.52), (1.1, 0.53), (1.0, 0.6), (0.8, 0.7), (0.6, 0.8)]
    text = [f"epoch {i + 1}/8 loss {loss} accuracy {score}\n" for i, (loss, score) in enumerate(rows)]
    states = {f.opinion.id: (f.status, f.opinion.severity) for f in judged("".join(text[:5])).findings.findings}
    assert states["lr_too_high"] == ("open", "warning")
    states = {f.opinion.id: (f.status, f.opinion.severity) for f in judged("".join(text)).findings.findings}
    assert states["lr_too_high"] == ("closed", "warning")
    assert states["warmup_missing"] == ("open", "info")


LARGE = "global batch size: 8192\nper device batch size: 1024\nnumber of devices: 8\nlearning rate: {rate}\n"
GOES_WELL = "".join(f"epoch {i + 1} loss {2 / (i + 1):.3f}{{rate}}\n" for i in range(6))


def missing(text: str) -> list[str]:
    return [render(f.opinion.title) for f in judged(text).findings.open if f.opinion.id == "warmup_missing"]


def test_a_rate_multiplied_for_a_large_batch_wants_a_warm_up() -> None:
    """8e-3 for eight devices, at once: the sentence names rate and batch."""
    (said,) = missing(LARGE.format(rate=0.008) + GOES_WELL.format(rate=""))
    assert "0.008" in said
    assert "8,192" in said


@pytest.mark.parametrize(
    "text",
    [
        LARGE.format(rate=0.001) + GOES_WELL.format(rate=""),
        LARGE.format(rate=0.008) + "warmup steps: 500\n" + GOES_WELL.format(rate=""),
        LARGE.format(rate=0.008) + "".join(f"epoch {i + 1} loss {2 / (i + 1):.3f} lr {0.001 * (i + 1)}\n" for i in range(6)),
        LARGE.replace("8192", "2048").replace("8\n", "2\n").format(rate=0.004) + GOES_WELL.format(rate=""),
    ],
    ids=["not multiplied", "a warm-up is stated", "the rate rises", "only twice as large"],
)
def test_other_large_batches_want_none(text: str) -> None:
    """Near misses."""
    assert not missing(text)


def rhythm(durations: list[float]) -> Rhythm:
    found = Rhythm()
    for duration in durations:
        found.add(duration)
    return found


USUAL = [60.0, 61, 59, 60, 62, 60, 58, 61]


@pytest.mark.parametrize("slow", [[100.0, 98, 101], [1000.0, 1000, 1000]])
def test_three_slow_epochs_in_a_row_are_a_slowdown(slow: list[float]) -> None:
    """After a steady minute an epoch; over again when the pace is back."""
    assert rhythm([*USUAL, *slow]).slow
    assert rhythm([*USUAL, *slow]).usual == pytest.approx(60, abs=1)
    assert not rhythm([*USUAL, *slow, 60.0]).slow


@pytest.mark.parametrize(
    "durations",
    [
        [*USUAL, 100, 60, 100, 60, 100],
        [*USUAL, 70, 72, 71],
        [1.0, 14, 0.5, 20, 1, 15, 0.7, 22, 25, 25, 25],
        [0.1] * 10 + [0.4] * 3,
        [300.0, *USUAL],
    ],
    ids=["every other one", "a little", "no rhythm", "fractions of a second", "a slow first epoch"],
)
def test_other_rhythms_are_no_slowdown(durations: list[float]) -> None:
    """Near misses: evaluations in between, jitter, block-buffered prints, a compilation at the start."""
    assert not rhythm(durations).slow


def test_a_slowdown_is_read_from_the_stamps_of_the_log() -> None:
    """Epochs of one minute, then of two: said since the epoch that proved it, in seconds."""
    minutes = [*range(10), 11, 13, 15, 17]
    lines = (f"2026-03-01 10:{m:02d}:00 epoch {i + 1} train_loss {1 / (i + 1):.4f}\n" for i, m in enumerate(minutes))
    found = [f for f in judged("".join(lines)).findings.open if f.opinion.id == "slowdown"]
    assert len(found) == 1
    assert "120.0 s an epoch, 60.0 s until epoch 13" in render(found[0].opinion.title)
