"""How numbers are written: exponents, signs, lists of them."""

from __future__ import annotations

from tests.unit.test_reading_forms import read, values


def test_exponents_of_fortran_are_read() -> None:
    """`1.23D-04` is how Fortran prints doubles, in tables too; `3D-04` is a name."""
    found = values("step 10: loss = 1.25D-01 grad norm = -4.5D+01\nmodel 3D-04: loss 0.5\n")
    assert found == {("loss", "train"): [0.125], ("grad norm", None): [-45.0], ("loss", None): [0.5]}
    rows = values("  ITER       LOSS      ACC\n     1  1.25D-01   5.0d-01\n     2  1.00D+00   6.0d-01\n")
    assert rows == {("LOSS", None): [0.125, 1.0], ("ACC", None): [0.5, 0.6]}


def test_the_minus_of_typography_is_one() -> None:
    """U+2212 before a number, or in its exponent, is the minus it looks like; between words it is none."""
    found = values("epoch 1: reward \u22120.4, lr 1e\u22123\nepoch 2: reward \u2212.5, lr 2e\u22123 \u2212 saved\n")
    assert found == {("reward", "train"): [-0.4, -0.5], ("lr", None): [0.001, 0.002]}


def test_a_list_of_thousands_of_epochs_is_read_to_its_end() -> None:
    """Of a long line only the beginning is looked at; such a list is read from the line itself."""
    losses = [round(3 - 0.001 * i, 4) for i in range(2000)]
    found = values(f"train_losses = {losses}\nval_losses = {losses}\n")
    assert found == {("train_losses", "train"): losses, ("val_losses", "val"): losses}
    assert [r.epoch for r in read(f"losses = {losses}\n")] == list(range(1, 2001))


def test_a_list_that_repeats_what_epochs_told_says_nothing_new() -> None:
    """Those who print the losses of each epoch often print all of them at the end."""
    log = "Epoch 1 train loss: 0.9\nEpoch 2 train loss: 0.8\ntrain losses: [0.9,\n 0.8]\n"
    assert [(r.epoch, r.values) for r in read(log)] == [(1, (0.9,)), (2, (0.8,))]
