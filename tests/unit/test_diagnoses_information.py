"""Diagnoses that inform and never alarm: each has logs that say it and near misses that do not."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from judging import judged

from tailwatch.core.text import render
from tailwatch.diagnoses._muted import is_muted


def said(text: str) -> dict[str, str]:
    """The findings that are open at the end: id and all that they say."""
    found = {}
    for finding in judged(text).findings.open:
        opinion = finding.opinion
        found[opinion.id] = " ".join(render(t) for t in (opinion.title, opinion.why, *opinion.actions))
    return found


def epochs(val: list[float], train: list[float] | None = None, extra: list[str] | None = None) -> str:
    n = len(val)
    train = train or [0.9 * v for v in val]
    extra = extra or [""] * n
    rows = zip(train, val, extra, strict=True)
    return "".join(f"Epoch {i + 1}/{n} train loss {t:.6f} val loss {v:.6f}{x}\n" for i, (t, v, x) in enumerate(rows))


def test_ten_epochs_without_validation_are_noted() -> None:
    """Ten training losses and nothing held out; a validation value, even a late one, takes it back."""
    text = "".join(f"Epoch {i + 1}/20 train loss {1 / (i + 1):.4f}\n" for i in range(20))
    assert "10" not in said(text[: text.index("Epoch 10/")]).get("no_validation", "")
    assert "no_validation" in said(text)
    assert "no_validation" not in said(text + "Validation: loss 0.5\n")


def test_a_detector_that_prints_map_is_validated() -> None:
    """Near miss: nobody computes mAP on the training set."""
    assert "no_validation" not in said("".join(f"Epoch {i + 1}/20 loss {1 / (i + 1):.4f} mAP 0.{i + 10}\n" for i in range(20)))


BETTER = [1 / (i + 1) + 0.2 for i in range(12)]


def test_validation_below_training_is_explained_as_harmless() -> None:
    """Dropout makes the training loss the higher one: said once, as information, with both numbers."""
    finding = said(epochs(BETTER, [1.3 * v for v in BETTER]))["val_better_than_train"]
    assert "harmless" in finding
    assert "dropout" in finding


@pytest.mark.parametrize("factor", [1.0, 0.8, 1.01], ids=["equal", "usual", "by a hair"])
def test_validation_at_or_above_training_is_not_remarked_on(factor: float) -> None:
    """Near misses."""
    assert "val_better_than_train" not in said(epochs(BETTER, [factor * v for v in BETTER]))


WAITED = [1.0, 0.9, 0.8, 0.82, 0.81, 0.7, *(0.71 + 0.001 * i for i in range(24))]


def test_a_run_that_mostly_waited_gets_the_patience_it_needed() -> None:
    """The best came at epoch 6 of 30 and the longest rewarded wait was 3: patience 5 would have kept it, 19 epochs sooner."""
    finding = said(epochs(WAITED))["early_stopped_too_late"]
    assert "24 of 30 evaluations" in finding
    assert "patience to 5" in finding
    assert "19 evaluations sooner" in finding


@pytest.mark.parametrize("late", [8, 0], ids=["eight late epochs", "best at the end"])
def test_a_run_that_stopped_in_time_is_not_told_so(late: int) -> None:
    """Near misses: fewer than ten evaluations after the best."""
    val = [1.0 - 0.05 * i for i in range(10)] + [0.56] * late
    assert "early_stopped_too_late" not in said(epochs(val))


def test_a_run_cut_off_while_learning_is_told_to_go_on() -> None:
    """Validation fell steadily until the last planned epoch; levelling off, or an unfinished plan, is not that."""
    falling = [1.0 - 0.04 * i for i in range(20)]
    assert "20 more evaluations" in said(epochs(falling))["underfitting"]
    assert "underfitting" not in said(epochs([0.5 + math.exp(-i / 3) for i in range(20)]))
    assert "underfitting" not in said(epochs(falling).replace("/20", "/100"))


def lrs(values: list[float]) -> list[str]:
    return [f" lr {v:g}" for v in values]


STUCK = [0.9, 0.8, 0.7, *([0.705] * 12)]
STEPS = [1e-3] * 6 + [5e-4] * 3 + [2.5e-4] * 3 + [1.25e-4] * 3


def test_three_reductions_without_gain_are_counted() -> None:
    """The rate fell at epochs 7, 10 and 13, the best was epoch 3: the rate is not the problem."""
    finding = said(epochs(STUCK, extra=lrs(STEPS)))["lr_schedule"]
    assert "3 times" in finding
    assert "epoch 3" in finding
    assert "5e-4" in finding


@pytest.mark.parametrize(
    ("val", "rates"),
    [
        (STUCK, [1e-3 * 0.5 ** (i / 3) for i in range(15)]),
        (STUCK, [1e-3] * 6 + [5e-4] * 9),
        ([*STUCK[:13], 0.6, 0.59], STEPS),
    ],
    ids=["a schedule that always falls", "one reduction", "a new best after them"],
)
def test_other_schedules_are_left_alone(val: list[float], rates: list[float]) -> None:
    """Near misses."""
    assert "lr_schedule" not in said(epochs(val, extra=lrs(rates)))


@pytest.mark.parametrize(
    ("names", "muted"),
    [
        (["loss_G", "loss_D"], True),
        (["gen_loss", "disc_loss"], True),
        (["generator loss", "discriminator loss", "val_loss"], True),
        (["ep_rew_mean", "loss"], True),
        (["policy_gradient_loss", "value_loss"], True),
        (["loss", "reward", "reward_std", "kl"], True),
        (["train_loss", "val_loss", "grad_norm"], False),
        (["rewards/chosen", "rewards/margins", "eval_loss"], False),
        (["loss_box_reg", "loss_cls", "segm loss"], False),
    ],
)
def test_losses_that_mean_nothing_are_known_by_their_names(names: list[str], muted: bool) -> None:
    """Adversarial pairs and reinforcement learning are muted; preference tuning and detection heads are not."""
    assert is_muted(names) is muted
