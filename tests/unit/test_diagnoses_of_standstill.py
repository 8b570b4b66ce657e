"""A loss that stands, swings or means nothing, and scores that learn all the same: curves that raise it, and near misses."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from judging import judged

from tailwatch.core.text import render


def losses(train: list[float], val: list[float] | None = None, extra: str = "") -> str:
    val = val or [1.01 * v for v in train]
    n = len(train)
    return "".join(
        f"Epoch {i + 1}/{n} train loss {t:.5f} val loss {v:.5f}{extra}\n" for i, (t, v) in enumerate(zip(train, val, strict=True))
    )


def found(text: str) -> dict[str, str]:
    opinions = [f.opinion for f in judged(text).findings.open]
    return {o.id: " ".join(render(t) for t in (o.title, o.why, *o.actions)) for o in opinions}


CHANCE = [0.6935 + 0.0005 * (-1) ** i for i in range(20)]


def test_a_loss_that_stands_where_it_began_is_stuck_and_chance_is_named() -> None:
    """Said from half of the plan on; 0.693 is what guessing among two classes gives."""
    text = losses(CHANCE)
    session = judged(text)
    raised = [f.raised for f in session.findings.findings if f.opinion.id == "plateau"]
    assert [place.epoch for place in raised if place] == [10]
    assert "guessing among 2 classes" in found(text)["plateau"]


@pytest.mark.parametrize(
    "text",
    [
        losses([0.6935 * 0.99**i for i in range(20)]),
        losses(CHANCE[:8]).replace("/8", "/20"),
        losses(CHANCE, [0.7 * 0.97**i for i in range(20)]),
        "".join(f"Epoch {i + 1}/20 train loss {v:.5f} lr {1e-6 * (i + 1):g}\n" for i, v in enumerate(CHANCE)),
        "".join(f'{{"epoch": {i}, "train_loss": {v}}}\n' for i, v in enumerate([*CHANCE, 0.6, 0.5, 0.4])),
    ],
    ids=["falling slowly", "too early to say", "validation improves", "warming up", "a slow start without a plan"],
)
def test_a_loss_that_moves_or_may_still_is_not_stuck(text: str) -> None:
    """Near misses."""
    assert "plateau" not in found(text)


def test_a_slow_start_without_a_plan_is_not_stuck_while_it_still_falls() -> None:
    """1.5 % in 40 epochs, steadily, and then faster: nothing is said; the same loss standing still is."""
    slow = [2.0 - 0.0008 * i for i in range(40)] + [1.97 - 0.02 * i for i in range(40)]
    still = [2.0 + 0.0005 * (-1) ** i for i in range(80)]
    for values, stuck in ((slow, False), (still, True)):
        rows = "".join(f'{{"epoch": {i + 1}, "train_loss": {v:.6f}}}\n' for i, v in enumerate(values))
        assert any(f.opinion.id == "plateau" for f in judged(rows).findings.findings) == stuck


def test_a_loss_that_swings_is_information() -> None:
    """Every other epoch up by a third: said as information, with the size of the swing; the same noise on a large gain is not."""
    swinging = [1.0 + 0.2 * (-1) ** i + 0.02 * (i % 3) for i in range(16)]
    opinions = {f.opinion.id: f.opinion.severity for f in judged(losses(swinging)).findings.open}
    assert opinions["oscillating"] == "info"
    assert "oscillating" not in found(losses([10 * math.exp(-i / 3) + v for i, v in enumerate(swinging)]))
    assert "oscillating" not in found(losses([1.0 + 0.01 * (-1) ** i for i in range(16)]))


@pytest.mark.parametrize("names", ["G_loss {0} D_loss {0}", "loss {0} | mean reward {0}"])
def test_where_the_loss_means_nothing_it_is_not_judged(names: str) -> None:
    """A generator's and a policy's loss may stand still or rise."""
    text = "".join(f"Epoch {i + 1}/20 " + names.format(f"{v:.4f}") + "\n" for i, v in enumerate(CHANCE))
    assert not found(text).keys() & {"plateau", "diverged", "spike", "oscillating", "overfitting"}


def test_a_score_that_grows_is_learning_even_where_the_loss_stands() -> None:
    """Near miss of being stuck: the loss stands at chance, but the accuracy has grown from 0.50 to 0.64."""
    rows = "".join(f"Epoch {i + 1}/20 train loss {v:.5f} val accuracy {0.5 + 0.007 * i:.3f}\n" for i, v in enumerate(CHANCE))
    assert "plateau" not in found(rows)


SETTINGS = "Number of devices: 2\nPer device batch size: 256\nNum examples = 51200\n"


def test_steps_of_the_whole_run_are_no_passes_of_an_epoch() -> None:
    """300 steps in all, over three epochs of 100 x 512 samples, are one pass each; 300 in every epoch are three."""
    total = "".join(f"epoch {e} step {100 * e}/300 loss {1 / e:.3f}\n" for e in (1, 2, 3))
    each = "".join(f"epoch {e} step 300/300 loss {1 / e:.3f}\n" for e in (1, 2, 3))
    assert "batch_scaling" not in found(SETTINGS + total)
    assert "3 passes" in found(SETTINGS + each)["batch_scaling"]


def test_a_run_whose_beginning_is_not_in_the_log_is_not_called_stuck() -> None:
    """From epoch 28 on hardly anything is gained: that is late, not stuck; a log of every tenth epoch begins at its start."""
    rows = [f"train loss {0.5 - 0.0002 * i + 0.001 * (i % 2):.5f}\n" for i in range(23)]
    assert "plateau" in found("".join(f"epoch {i + 1}/23 {row}" for i, row in enumerate(rows)))
    assert "plateau" in found("".join(f"epoch {10 * (i + 1)}/230 {row}" for i, row in enumerate(rows)))
    assert "plateau" not in found("".join(f"epoch {i + 28}/50 {row}" for i, row in enumerate(rows)))
