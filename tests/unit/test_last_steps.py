"""Whether the last step of an epoch's loop is the epoch's result, where a line of its own tells that under the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailwatch.core.events import Data, Notice
from tailwatch.session import Session

if TYPE_CHECKING:
    from tailwatch.core.events import Reading


def read(log: str) -> list[Reading]:
    """Return all readings of a log that has ended."""
    session = Session(keep_readings=True)
    found = [r for _, r in session.feed(Data(log.encode(), 0.0)).readings]
    return found + [r for _, r in session.feed(Notice("ended", 0.0)).readings]


def results(log: str) -> list[tuple[float | None, float]]:
    """Return the epochs' results: epoch and value."""
    return [(r.epoch, r.values[0]) for r in read(log) if r.axis == "epoch"]


def steps(epoch: int, *losses: float) -> str:
    """Return the lines of an epoch's loop."""
    return "".join(f"Epoch {epoch}/3 {i}/{len(losses)} loss: {loss}\n" for i, loss in enumerate(losses, 1))


def test_the_line_that_sums_an_epoch_up_is_its_result_and_the_last_step_is_not() -> None:
    """From the first epoch on, for its last step waits until the next value."""
    log = steps(1, 0.9, 0.7) + "Final training  1/3 loss: 0.8\n" + steps(2, 0.6, 0.4) + "Final training  2/3 loss: 0.5\n"
    assert results(log) == [(1, 0.8), (2, 0.5)]
    assert len(read(log)) == 6


def test_without_such_a_line_the_last_step_is_the_result() -> None:
    """Whatever comes next: the next epoch, or nothing."""
    assert results(steps(1, 0.9, 0.7) + steps(2, 0.6, 0.4)) == [(1, 0.7), (2, 0.4)]
    assert results(steps(1, 0.9, 0.7)) == [(1, 0.7)]


def test_a_result_of_another_name_or_split_sums_nothing_up() -> None:
    """The validation's loss is not the training's."""
    log = "".join(steps(e, 0.9, 0.7) + f"Epoch {e} val loss: 0.8\n" for e in (1, 2))
    assert results(log) == [(1, 0.7), (1, 0.8), (2, 0.7), (2, 0.8)]


def test_a_line_that_says_the_same_once_more_takes_nothing_from_the_last_step() -> None:
    """Both are the epoch's result then."""
    log = steps(1, 0.9, 0.7) + "Epoch 1/3 done, loss: 0.7\n"
    assert {value for _, value in results(log)} == {0.7}


def test_an_evaluation_s_loop_is_summed_up_together_with_the_training_s() -> None:
    """Both last steps of the first epoch wait for the line that tells the epoch's results."""

    def epoch(e: int, loss: float) -> str:
        loops = steps(e, 0.9, loss) + f"Val: [2/2] val_loss: {loss + 0.2:.2f}\n"
        return loops + f"Epoch {e}/3 loss: {loss + 0.02:.2f} val_loss: {loss + 0.15:.2f}\n"

    found = [(r.epoch, r.values) for r in read(epoch(1, 0.7) + epoch(2, 0.5)) if r.axis == "epoch"]
    assert found == [(1, (0.72, 0.85)), (2, (0.52, 0.65))]
