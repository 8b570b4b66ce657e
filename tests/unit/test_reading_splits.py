"""Which values are the training's, and which the validation's."""

from __future__ import annotations

from tests.unit.test_reading_forms import read, values


def test_a_split_in_brackets_holds_for_what_follows() -> None:
    """`[train] loss=..., [valid] loss=...` are two series."""
    found = values("2epoch results: [train] loss=70.2, acc=0.3, [valid] loss=60.1, acc=0.35\n")
    assert found["loss", "train"] == [70.2]
    assert found["acc", "val"] == [0.35]


def test_a_step_and_a_split_before_a_number_are_enough() -> None:
    """`250 val 6.05` is the validation loss at step 250."""
    found = read("0 val 10.95\n0 hella 0.2463\n0 train 10.94\n250 val 6.05\n")
    assert [(r.series[0].metric, r.series[0].split, r.step, r.values[0]) for r in found] == [
        ("loss", "val", 0, 10.95),
        ("accuracy", "val", 0, 0.2463),
        ("loss", "train", 0, 10.94),
        ("loss", "val", 250, 6.05),
    ]


def test_two_letters_before_a_metric_name_its_split() -> None:
    """`va_loss` and `te_acc` are validation and test, beside `tr_loss`."""
    found = values("ep=3 tr_loss=0.4321 va_loss=0.5432 te_acc=81.20\n")
    assert {split for _, split in found} == {"train", "val", "test"}


def test_what_another_name_tells_of_the_validation_is_the_trainings() -> None:
    """Beside `val_accuracy`, a bare `accuracy` is the training's wherever it stands in the line."""
    line = "Epoch 1: loss 0.9 val_loss 0.95 accuracy 0.5 val_accuracy 0.45\n"
    assert values(line)["accuracy", "train"] == [0.5]
    assert values("epoch 1 val_loss 0.95 loss 0.9 val_acc 0.45 acc 0.5\n")["acc", "train"] == [0.5]
    assert values("epoch 1 train_loss 0.9 val_loss 0.95 acc 0.5\n")["acc", "val"] == [0.5]
