"""What overfitting is judged on, how grave it is, and what is said of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tailwatch.core.events import Data, Notice
from tailwatch.core.text import render
from tailwatch.session import Session

if TYPE_CHECKING:
    from tailwatch.core.events import Finding


def found(text: str, identity: str = "overfitting") -> list[Finding]:
    session = Session()
    session.feed(Data(text.encode(), 0.0))
    session.feed(Notice("ended", 1.0))
    return [f for f in session.findings.findings if f.opinion.id == identity]


def fall(i: int) -> float:
    return 2 * math.exp(-i / 6) + 0.1


def turned(i: int, slope: float = 0.05) -> float:
    return math.exp(-i / 4) + 0.5 + slope * max(0, i - 8)


def log(n: int, **columns: object) -> str:
    return "".join(
        f"Epoch {i + 1}/{n} " + " ".join(f"{name}={value(i):.5f}" for name, value in columns.items()) + "\n"  # type: ignore[operator]
        for i in range(n)
    )


def test_a_loss_in_parts_is_judged_by_its_total() -> None:
    """Box loss falls, class loss rises by more: the sum has turned, and the sum is named as evidence."""
    text = log(
        30,
        train_box_loss=fall,
        train_cls_loss=fall,
        val_box_loss=lambda i: 0.2 * fall(i),
        val_cls_loss=turned,
    )
    (finding,) = found(text)
    assert "val_box_loss + val_cls_loss" in render(finding.opinion.evidence[0].text)
    assert not found(log(30, train_box_loss=fall, train_cls_loss=fall, val_box_loss=fall, val_cls_loss=lambda i: 0.9 * fall(i)))


def test_a_score_that_holds_makes_it_over_confidence_and_no_more_than_a_warning() -> None:
    """The loss has risen by half: critical where accuracy fell as well, a warning with its own advice where it rose."""
    for score, severity in ((lambda i: 0.5 + 0.01 * i, "warning"), (lambda i: 0.8 - 0.01 * max(0, i - 8), "critical")):
        (finding,) = found(log(30, train_loss=fall, val_loss=turned, val_accuracy=score))
        assert finding.opinion.severity == severity
        assert ("over-confident" in render(finding.opinion.why)) == (severity == "warning")


def test_how_grave_it_is_does_not_flicker() -> None:
    """Once a quarter above its best it stays critical while it bounces around that; a fifth alone is a warning."""
    base = [1.0, 0.8, 0.6, 0.5, 0.5, 0.52, 0.55, 0.57, 0.59, 0.6]
    bounces = [*base, 0.64, 0.61, 0.635, 0.6, 0.63, 0.6]
    below = [*base, 0.61, 0.6, 0.62, 0.6, 0.61, 0.6]
    (grave,) = found(log(16, train_loss=fall, val_loss=lambda i: bounces[i]))
    (mild,) = found(log(16, train_loss=fall, val_loss=lambda i: below[i]))
    assert (grave.opinion.severity, mild.opinion.severity) == ("critical", "warning")


def test_overfitting_from_the_first_evaluations_on_is_told_apart() -> None:
    """Then gentler steps are advised, from the rate that the log states."""
    text = "learning_rate: 0.0009\n" + log(12, train_loss=fall, val_loss=lambda i: 0.5 + 0.05 * i)
    (finding,) = found(text)
    assert "never got better" in render(finding.opinion.why)
    assert any("3e-4 instead of 9e-4" in render(a) for a in finding.opinion.actions)


def test_a_log_with_scores_only_is_judged_by_what_the_score_lacks() -> None:
    """A fall of eleven points counts, a point of noise does not."""
    rise = lambda i: min(0.8, 0.3 + 0.1 * i)  # noqa: E731
    assert found(log(16, train_acc=lambda i: 0.3 + 0.04 * i, val_acc=lambda i: rise(i) - 0.015 * max(0, i - 6)))
    assert not found(log(16, train_acc=lambda i: 0.3 + 0.04 * i, val_acc=lambda i: rise(i) - 0.01 * (i % 2)))


ACCURACIES = [0.58, 0.66, 0.685, 0.69, 0.688, 0.683, 0.679, 0.674, 0.668, 0.662, 0.657, 0.655, 0.65, 0.648, 0.644, 0.641]
HOLDING = [0.58, 0.66, 0.685, 0.69, 0.688, 0.689, 0.687, 0.689, 0.686, 0.688, 0.687, 0.689, 0.688, 0.687, 0.686, 0.688]
COARSE = [0.6, 0.7, 0.72, 0.78, 0.7, 0.74, 0.72, 0.76, 0.7, 0.74, 0.72, 0.7, 0.76, 0.72, 0.74, 0.72]
FINE_TUNED = [
    0.981,
    0.984,
    0.9855,
    0.985,
    0.9845,
    0.985,
    0.984,
    0.985,
    0.9848,
    0.9843,
    0.985,
    0.9846,
    0.985,
    0.984,
    0.985,
    0.9845,
]


def only_accuracy(val: list[float]) -> list[Finding]:
    return found(log(16, train_acc=lambda i: min(0.999, 0.5 + 0.06 * i), val_acc=lambda i: val[i]))


def test_accuracy_alone_shows_that_validation_has_turned() -> None:
    """Five points lost, an epoch after the other, while training goes to one; a warning, not more."""
    (finding,) = only_accuracy(ACCURACIES)
    assert finding.opinion.severity == "warning"
    assert finding.opinion.title.values["best"] == "0.69"


@pytest.mark.parametrize("val", [HOLDING, COARSE, FINE_TUNED], ids=["holds", "fifty samples", "fine-tuned"])
def test_an_accuracy_that_only_bounces_has_not_turned(val: list[float]) -> None:
    """Near misses: the best of many is always a lucky one."""
    assert not only_accuracy(val)


def test_losses_that_mean_nothing_are_not_judged() -> None:
    """A generator's loss against its discriminator's."""
    assert not found(log(30, g_loss=fall, d_loss=fall, val_g_loss=turned, val_d_loss=turned))


def test_a_rise_without_a_training_curve_is_said_without_one() -> None:
    """Some logs print validation alone."""
    (finding,) = found(log(30, val_loss=turned))
    assert "has not come back" in render(finding.opinion.why)


def test_a_validation_loss_alone_that_is_no_number_blames_data_or_metric() -> None:
    """Training goes on with finite values: the run is not called worthless."""
    text = "epoch 1 train_loss 0.5 val_loss 0.6\nepoch 2 train_loss 0.4 val_loss nan\nepoch 3 train_loss 0.3 val_loss nan\n"
    (finding,) = found(text, "not_a_number")
    assert render(finding.opinion.title).startswith("On validation")
    assert not any("worthless" in render(a) for a in finding.opinion.actions)
    assert not found("epoch 1 wer 0.5\nepoch 2 wer nan\n", "not_a_number")


def test_squared_error_is_judged_before_absolute_error() -> None:
    """A boosting log that prints both turns by the one that was minimised."""
    text = "".join(
        f"[{i + 1}]\ttraining's l1: {50 - i:.2f}\ttraining's l2: {3700 - 150 * i:.1f}\t"
        f"valid_1's l1: {46 + (i > 6) * 0.1 * (i - 6):.2f}\tvalid_1's l2: {3300 + 60 * abs(i - 6):.1f}\n"
        for i in range(20)
    )
    (finding,) = found(text)
    assert "l2" in render(finding.opinion.evidence[0].text)


def epochs_of(first: int, last: int) -> str:
    """A run whose validation is best at epoch 8."""
    return "".join(
        f"Epoch {e}/40 train_loss={2 * 0.9**e + 0.1:.4f} val_loss={0.5 + abs(e - 8) * 0.004:.4f}\n"
        for e in range(first, last + 1)
    )


def test_a_resumed_run_goes_on_from_its_evaluations_before() -> None:
    """The best so far was before the resume: it is named, and the turn is raised as in a run that was never interrupted."""
    whole, resumed = found(epochs_of(1, 30)), found(epochs_of(1, 20) + epochs_of(18, 30))
    assert whole[-1].opinion.title.values["best"] == "0.5"
    assert resumed[-1].opinion.title == whole[-1].opinion.title
    assert resumed[-1].status == "open"


def test_a_run_that_starts_afresh_knows_nothing_of_the_one_before() -> None:
    """From epoch 1 on it is another run, however good the one before was."""
    again = found(epochs_of(1, 30) + epochs_of(1, 6))
    assert [f.segment for f in again] == [0]
    session = Session()
    session.feed(Data((epochs_of(1, 30) + epochs_of(1, 6)).encode(), 0.0))
    val = session.run.pairs()[0].val
    assert val is not None
    assert val.best_at is not None
    assert val.best_at.value == 0.508
