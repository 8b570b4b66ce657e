"""A run is worse than its baseline beyond noise, or it is not."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from tailwatch.config import DEFAULTS
from tailwatch.core.baseline import Baseline
from tailwatch.core.events import Data, Finding, Notice
from tailwatch.core.text import render
from tailwatch.reading import read
from tailwatch.session import Session

SAMPLES = Path(__file__).parents[2] / "sample_logs" / "keras"
HEALTHY = str(SAMPLES / "one_device_healthy.log")


def session(text: str, baseline: Baseline | None = None, *, ended: bool = True) -> Session:
    made = Session(baseline=baseline)
    made.feed(Data(text.encode(), 0.0))
    if ended:
        made.feed(Notice("ended", 1.0))
    return made


def log(floor: float, *, seed: int = 0, epochs: int = 20, planned: int = 20, score: float | None = None, head: str = "") -> str:
    noise = random.Random(seed)
    lines = [head]
    for i in range(epochs):
        val = floor + 2 * math.exp(-i / 4) + noise.gauss(0, 0.01)
        line = f"Epoch {i + 1}/{planned} train loss {val * 0.8:.5f} val loss {val:.5f}"
        lines.append(line + (f" val accuracy {score + noise.gauss(0, 0.002):.4f}\n" if score else "\n"))
    return "".join(lines)


def baseline(text: str) -> Baseline:
    return Baseline.of(session(text).run, "good.log")


def regressions(made: Session, key: str = "regression") -> list[Finding]:
    return [f for f in made.findings.open if f.opinion.id == key]


def test_a_run_that_ends_clearly_above_the_baseline_is_a_regression() -> None:
    """The sentence holds both numbers, and the evidence the line of this run's best."""
    made = session(log(0.8, seed=1), baseline(log(0.5)))
    (found,) = regressions(made)
    title = render(found.opinion.title)
    best = next(p.val.best_at for p in made.run.pairs() if p.val is not None)
    assert best is not None
    assert f"{best.value:.4g}" in title
    assert found.opinion.evidence[0].line == best.line
    assert found.opinion.severity == "warning"


@pytest.mark.parametrize("seed", range(8))
def test_another_seed_of_the_same_training_is_no_regression(seed: int) -> None:
    """Noise and a few per cent are what two equal runs differ by."""
    assert not regressions(session(log(0.51, seed=seed), baseline(log(0.5, seed=99))))


def test_a_better_run_is_no_regression() -> None:
    """Below the baseline is fine."""
    assert not regressions(session(log(0.3), baseline(log(0.5))))


def test_a_run_under_way_is_compared_only_as_far_as_it_has_come() -> None:
    """Five of twenty epochs of the same training are not worse than those twenty."""
    assert not regressions(session(log(0.5, seed=2, epochs=5), baseline(log(0.5)), ended=False))


def test_a_run_under_way_that_lags_behind_is_a_regression_so_far() -> None:
    """It says up to which epoch the two were compared."""
    (found,) = regressions(session(log(1.6, seed=2, epochs=8), baseline(log(0.5)), ended=False))
    assert "epoch 8" in render(found.opinion.title)


def test_a_score_that_holds_makes_it_information() -> None:
    """The loss is worse, the accuracy is not: over-confidence or another loss, no alarm."""
    made = session(log(0.8, seed=1, score=0.9), baseline(log(0.5, score=0.9)))
    assert not regressions(made)
    assert [f.opinion.severity for f in regressions(made, "regression_of_loss")] == ["info"]


def test_per_cent_and_share_are_the_same_measure() -> None:
    """90.1 % against 0.90 is no difference."""
    mine = "".join(f"Epoch {i + 1}/5 val accuracy {85 + i:.2f}%\n" for i in range(5))
    theirs = "".join(f"Epoch {i + 1}/5 val accuracy {0.85 + i / 100:.4f}\n" for i in range(5))
    worse = "".join(f"Epoch {i + 1}/5 val accuracy {60 + i:.2f}%\n" for i in range(5))
    assert not regressions(session(mine, baseline(theirs)))
    assert regressions(session(worse, baseline(theirs)))


def test_without_a_baseline_there_is_none() -> None:
    """Nothing to compare with, nothing to say."""
    assert not regressions(session(log(5.0)))


def test_the_seven_replicas_are_worse_than_the_one_device() -> None:
    """Genuine runs: the settings that differ are named, the healthy sister run is no regression."""
    made = read(str(SAMPLES / "seven_replicas_overfit.log"), DEFAULTS, baseline=Baseline.of(read(HEALTHY, DEFAULTS).run, HEALTHY))
    (found,) = regressions(made)
    why = render(found.opinion.why)
    assert "training samples 5,376 instead of 20,000" in why
    assert "global batch 1,792 instead of 256" in why


def test_a_run_equals_itself() -> None:
    """The healthy run against itself: no finding, no setting that differs."""
    made = read(HEALTHY, DEFAULTS, baseline=Baseline.of(read(HEALTHY, DEFAULTS).run, HEALTHY))
    assert not regressions(made)
    assert made.run.baseline is not None
    assert made.run.baseline.updates_per_epoch == 79
