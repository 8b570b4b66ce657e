"""What is advised fits the state of the run: nobody is told to stop what is over."""

from __future__ import annotations

import pytest

from tailwatch.core.events import Data, Tick
from tailwatch.core.text import render
from tailwatch.session import Session

NAN = "".join(f"epoch {n}/9 train_loss {0.5 if n < 3 else 'nan'}\n" for n in range(1, 7))
TURNED = "".join(f"epoch {n}/9 train_loss {1 / n:.4f} val_loss {0.5 + 0.06 * abs(n - 3):.4f}\n" for n in range(1, 9))
ENDS = ["Training finished.\n", "Epoch 8: early stopping\n", "epoch 9/9 train_loss 0.1 val_loss 0.9\n", ""]


def advised(text: str, finding: str, *, alive: bool = True) -> str:
    """Return the first advice of a finding while the log is followed."""
    session = Session(live=True)
    session.feed(Data(text.encode(), 0.0))
    session.feed(Tick(3.0, writer_alive=alive))
    session.feed(Tick(3000.0, writer_alive=alive))
    (found,) = (f for f in session.findings.open if f.opinion.id == finding)
    return render(found.opinion.actions[0])


def test_a_run_that_goes_on_is_to_be_stopped() -> None:
    assert "top the run" in advised(NAN, "not_a_number")
    assert "stop the run now" in advised(TURNED, "overfitting")


@pytest.mark.parametrize("end", ENDS)
def test_a_run_that_is_over_is_not_to_be_stopped(end: str) -> None:
    """Whether the log says so by a word or by its last epoch, or its writer is gone; also while the process still lives."""
    for text, finding in ((NAN, "not_a_number"), (TURNED, "overfitting")):
        advice = advised(text + end, finding, alive=bool(end))
        assert "top the run" not in advice
        assert "epoch 3" in advice
