"""A line that says where training starts parts the runs of one log, where nothing but steps is counted."""

from __future__ import annotations

from tailwatch.core.events import Data, Notice
from tailwatch.session import Session


def segments(log: str) -> list[tuple[str, int]]:
    """Return the kind and the first line of each segment."""
    session = Session()
    session.feed(Data(log.encode(), 0.0))
    session.feed(Notice("ended", 0.0))
    return [(s.kind, s.first_line) for s in session.run.segments]


STEPS = "iter: 19  total_loss: 2.5\niter: 39  total_loss: 2.1\n"


def test_training_that_starts_anew_in_the_same_log_is_a_run_of_its_own() -> None:
    """A second launch appends to the log of the first one."""
    start = "[05/01 11:00:00 d2.engine.train_loop]: Starting training from iteration 0\n"
    assert segments(start + STEPS + start + STEPS) == [("start", 1), ("restart", 4)]


def test_training_that_goes_on_at_a_later_step_is_a_resumed_run() -> None:
    """It says from which step."""
    assert segments(STEPS + "Started training from step 40\n" + STEPS.replace("19", "59")) == [("start", 1), ("resume", 3)]


def test_a_start_before_any_value_parts_nothing() -> None:
    """The first run begins where the log does."""
    assert segments("Starting training from iteration 0\n" * 2 + STEPS) == [("start", 1)]
