"""Each diagnosis has logs that raise it and near misses that do not."""

from __future__ import annotations

import math

import pytest

from tailwatch.core.baseline import Baseline
from tailwatch.core.events import Data, Finding, Notice, Tick
from tailwatch.core.text import render
from tailwatch.session import Session


def judge(text: str, *, alive: bool = False) -> Session:
    session = Session()
    session.feed(Data(text.encode(), 0.0))
    session.feed(Tick(1.0, alive))
    session.feed(Notice("ended", 1.0))
    return session


def alarms(text: str) -> set[str]:
    return {f.opinion.id for f in judge(text).findings.open if f.opinion.severity != "info"}


def curve(train: list[float], val: list[float]) -> str:
    n = len(val)
    return "".join(
        f"Epoch {i + 1}/{n} train loss {t:.6f} val loss {v:.6f}\n" for i, (t, v) in enumerate(zip(train, val, strict=True))
    )


FALLING = [2 * math.exp(-i / 8) + 0.05 for i in range(30)]
TURNED = [1.5 * math.exp(-i / 4) + 0.5 + max(0, i - 10) * 0.03 for i in range(30)]


def test_validation_that_turns_is_overfitting_since_its_best() -> None:
    """Training falls, validation rises for 20 epochs: raised once, since the best epoch, with that epoch in the action."""
    findings = [f for f in judge(curve(FALLING, TURNED)).findings.findings if f.opinion.id == "overfitting"]
    assert len(findings) == 1
    best = min(range(30), key=TURNED.__getitem__) + 1
    assert findings[0].opinion.since.epoch == best
    assert findings[0].raised is not None
    assert best < findings[0].raised.epoch <= best + 12  # type: ignore[operator]


@pytest.mark.parametrize(
    "val",
    [FALLING, [v + 0.004 * (i % 2) for i, v in enumerate(FALLING)], [*FALLING[:15], FALLING[14] * 1.3, *FALLING[16:]]],
    ids=["falling", "noisy", "one bad epoch"],
)
def test_a_falling_or_noisy_validation_is_no_overfitting(val: list[float]) -> None:
    """Near misses: neither noise nor one bad epoch raises it."""
    assert "overfitting" not in alarms(curve(FALLING, val))


def test_overfitting_closes_when_validation_reaches_a_new_best() -> None:
    """What was raised is over once the run has recovered."""
    val = [*TURNED[:20], 0.3, 0.28, 0.27, 0.26]
    session = judge(curve(FALLING[:24], val))
    assert [f.status for f in session.findings.findings if f.opinion.id == "overfitting"] == ["closed"]


@pytest.mark.parametrize("factor", [1e-6, 1.0, 4096.0])
def test_a_factor_on_the_loss_changes_no_finding(factor: float) -> None:
    """The same curve in other units raises at the same line."""
    text = "".join(
        f'{{"epoch": {i + 1}, "train_loss": {t * factor!r}, "val_loss": {v * factor!r}}}\n'
        for i, (t, v) in enumerate(zip(FALLING, TURNED, strict=True))
    )
    raised = [f.raised.line for f in judge(text).findings.findings if f.opinion.id == "overfitting" and f.raised]
    plain = "".join(
        f'{{"epoch": {i + 1}, "train_loss": {t!r}, "val_loss": {v!r}}}\n'
        for i, (t, v) in enumerate(zip(FALLING, TURNED, strict=True))
    )
    assert raised == [f.raised.line for f in judge(plain).findings.findings if f.opinion.id == "overfitting" and f.raised]


def test_an_alarm_stands_when_the_log_is_cut_right_after_it() -> None:
    """`raised` is honest: it rests on nothing that came later."""
    text = curve(FALLING, TURNED)
    raised = next(f.raised for f in judge(text).findings.findings if f.opinion.id == "overfitting")
    assert raised is not None
    again = judge("".join(text.splitlines(keepends=True)[: raised.line]))
    assert [f.raised for f in again.findings.open if f.opinion.id == "overfitting"] == [raised]


@pytest.mark.parametrize(
    "text", ["epoch 1 loss 0.5\nepoch 2 loss nan\n", "step 10 | loss inf\n", "{'loss': 'nan', 'epoch': '1'}\n"]
)
def test_a_loss_that_is_no_number_is_critical(text: str) -> None:
    """NaN and inf, in whatever dialect."""
    assert "not_a_number" in alarms(text)


@pytest.mark.parametrize(
    "text",
    [
        "epoch 1 loss 0.5 grad_norm inf\nepoch 2 loss 0.4 grad_norm 1.0\n",
        "number of nan iterations: 0\n",
        "Epoch 1: val_loss improved from inf to 0.5\n",
    ],
)
def test_an_infinite_norm_or_the_word_nan_is_not(text: str) -> None:
    """Near misses: a loss scale being probed, a counter, a callback's first best."""
    assert "not_a_number" not in alarms(text)


def test_a_training_loss_that_explodes_has_diverged() -> None:
    """Half of the gain is lost and stays lost; a single spike is not that."""
    falling = [2.0 - 0.1 * i for i in range(15)]
    assert "diverged" in alarms("".join(f"epoch {i} loss {v}\n" for i, v in enumerate([*falling, 3.0, 4.0, 5.0, 6.0])))
    assert "diverged" not in alarms("".join(f"epoch {i} loss {v}\n" for i, v in enumerate([*falling, 3.0, 0.5, 0.45])))


SETTINGS = "全局批次大小: 1792 (单GPU: 256)\n副本数: 7\n学习率: {lr}\n训练样本: {samples}\n每轮步数: 21\n"


def test_the_sums_of_distributed_training_are_done() -> None:
    """21 steps of 1792 over 5,376 samples are seven passes; 7e-4 on seven devices with one pass is scaled and fits."""
    found = next(f for f in judge(SETTINGS.format(lr="0.0001", samples=5376)).findings.open if f.opinion.id == "batch_scaling")
    values = found.opinion.actions[0].values
    assert (values["seen"], values["passes"], values["linear"], values["root"], values["low"], values["high"]) == (
        "37,632",
        "7",
        "7e-4",
        "2.6e-4",
        32,
        64,
    )
    assert not alarms(SETTINGS.format(lr="0.0007", samples=37632))


CALLBACKS = (
    "Epoch 1/9\n3/3 - 1s - loss: 0.9 - val_loss: 0.5 - val_accuracy: 0.8\n"
    "Epoch 1: val_accuracy improved from -inf to 0.80000, saving model to m\n"
    "Epoch 2/9\n3/3 - 1s - loss: 0.5 - val_loss: 0.4 - val_accuracy: 0.79\nEpoch 2: val_accuracy did not improve from 0.80000\n"
    "Epoch 3/9\n3/3 - 1s - loss: 0.3 - val_loss: {last} - val_accuracy: 0.78\nEpoch 3: early stopping\n"
    "Restoring model weights from the end of the best epoch: {best}.\n"
)


def test_callbacks_that_kept_different_epochs_are_named() -> None:
    """Early stopping restored epoch 2, the checkpoint kept epoch 1; the same epoch raises nothing."""
    assert "monitors_disagree" in alarms(CALLBACKS.format(last=0.6, best=2))
    assert "monitors_disagree" not in alarms(CALLBACKS.format(last=0.6, best=1))
    assert "monitors_disagree" not in alarms(CALLBACKS.format(last=0.401, best=2))


TRACEBACK = 'Traceback (most recent call last):\n  File "train.py", line 7, in <module>\n    step()\nValueError: bad shape\n'


def test_a_traceback_at_the_end_is_a_crash_and_one_that_was_survived_is_not() -> None:
    """Training that goes on after a traceback has not crashed."""
    assert "crashed" in alarms("epoch 1 loss 0.5\n" + TRACEBACK)
    assert "crashed" not in alarms("epoch 1 loss 0.5\n" + TRACEBACK + "epoch 2 loss 0.4\n")


def test_silence_is_a_stall_only_by_the_runs_own_rhythm() -> None:
    """A living writer, a rhythm of 10 s: 70 s are nothing, 90 s are a stall; a dead writer never stalls."""
    for alive, silence, stalled in ((True, 70, False), (True, 90, True), (False, 900, False)):
        session = Session()
        for i in range(6):
            session.feed(Data(f"epoch {i + 1} loss 0.5\n".encode(), 10.0 * i))
        session.feed(Tick(50.0 + silence, alive))
        assert any(f.opinion.id == "stalled" for f in session.findings.open) == stalled


ONE_DEVICE = "全局批次大小: 256 (单GPU: 256)\n副本数: 1\n学习率: 0.0001\n每轮步数: 840\n"
VALUES = "epoch 1 loss 0.9 val_loss 0.8\nepoch 2 loss 0.7 val_loss 0.6\n"


def against_one_device(settings: str) -> list[Finding]:
    """The sums of a run, with a run on one device for its baseline."""
    session = Session(baseline=Baseline.of(judge(ONE_DEVICE + VALUES).run, "one.log"))
    session.feed(Data((settings + VALUES).encode(), 0.0))
    session.feed(Notice("ended", 1.0))
    return [f for f in session.findings.open if f.opinion.id in ("batch_scaling", "batch_arithmetic")]


def test_with_a_baseline_the_sums_are_done_with_its_numbers() -> None:
    """256 to 1,792 and 840 updates to 120 at an unchanged rate; the ways out are in the run's own numbers."""
    (found,) = against_one_device("全局批次大小: 1792 (单GPU: 256)\n副本数: 7\n学习率: 0.0001\n每轮步数: 120\n")
    why, actions = render(found.opinion.why), [render(action) for action in found.opinion.actions]
    assert "from 256 to 1,792 (x7)" in why
    assert "from 840 to 120" in why
    assert "unchanged at 1e-4: linear scaling gives 7e-4, square root 2.6e-4" in why
    assert any("Start at 2.6e-4 with a warm-up" in action for action in actions)
    assert any("keep 1e-4 and use 32-64 a device (global 224-448)" in action for action in actions)


@pytest.mark.parametrize(
    "settings",
    [
        "全局批次大小: 1792 (单GPU: 256)\n副本数: 7\n学习率: 0.0007\n",
        "全局批次大小: 1792 (单GPU: 256)\n副本数: 7\n学习率: 0.00026\n",
        "全局批次大小: 256 (单GPU: 64)\n副本数: 4\n学习率: 0.0001\n",
    ],
    ids=["scaled", "by the square root", "the same global batch on more devices"],
)
def test_what_fits_the_baseline_raises_nothing(settings: str) -> None:
    """Near misses: a rate that was scaled, and a batch that was divided among devices and not multiplied."""
    assert not against_one_device(settings)
