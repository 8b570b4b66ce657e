"""How a run ended: what is believed at once, what only when the log ends, and what was survived."""

from __future__ import annotations

from pathlib import Path

import pytest

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.core.text import render
from tailwatch.core.verdict import verdict
from tailwatch.session import Session

TRAINED = "Epoch 1/9 train loss 0.9\nEpoch 2/9 train loss 0.8\n"
CRASH = 'Traceback (most recent call last):\n  File "train.py", line 7, in <module>\n    step()\nValueError: bad shape\n'


def ended(text: str) -> tuple[str, set[str]]:
    session = Session()
    session.feed(Data(text.encode(), 0.0))
    session.feed(Notice("ended", 1.0))
    return session.run.outcome(), {f.opinion.id for f in session.findings.open if f.opinion.severity == "critical"}


@pytest.mark.parametrize(
    ("last", "outcome", "finding"),
    [
        (CRASH, "crashed", "crashed"),
        ("Killed\n", "killed", "killed"),
        ("slurmstepd: error: *** JOB 77 ON n1 CANCELLED AT 2024-01-01T00:00:00 DUE TO TIME LIMIT ***\n", "killed", "killed"),
        (CRASH.replace("ValueError: bad shape", "MemoryError: Unable to allocate 3 GiB"), "crashed", "out_of_memory"),
        (CRASH.replace("ValueError: bad shape", "RuntimeError: can't allocate memory"), "crashed", "out_of_memory"),
    ],
    ids=["exception", "SIGKILL", "scheduler", "MemoryError", "allocator"],
)
def test_the_last_word_of_a_log_names_its_end(last: str, outcome: str, finding: str) -> None:
    """One finding a run, and the outcome agrees with it."""
    assert ended(TRAINED + last) == (outcome, {finding})


def test_what_a_training_took_is_its_end_and_no_other_epoch() -> None:
    """`Trainer.train` of transformers tells its end no other way; the values stay where the last epoch is."""
    session = Session()
    log = "{'loss': 0.9, 'epoch': 1.0}\n{'loss': 0.8, 'epoch': 2.0}\n{'train_runtime': 3.5, 'train_loss': 0.85, 'epoch': 2.0}\n"
    session.feed(Data(log.encode(), 0.0))
    session.feed(Notice("ended", 1.0))
    assert session.run.outcome() == "finished"
    assert [(m.kind, m.epoch) for m in session.run.segment.marks] == [("end", 2.0)]
    assert session.run.progress.epoch == 2.0


def test_a_kill_that_is_glued_to_a_progress_bar_is_seen() -> None:
    """The shell writes into the line where the bar stood."""
    assert ended(TRAINED + "epochs:  20%|##   | 3/15 [10:15<56:40, 83.41s/it, loss=3.71, lr=0.01]Killed\n")[0] == "killed"


def test_training_that_goes_on_has_survived() -> None:
    """The finding closes with the next value, and is not open at the end."""
    assert ended(TRAINED + CRASH + "Epoch 3/9 train loss 0.7\n") == ("unknown", set())


def test_a_log_that_goes_on_at_length_without_values_has_survived_as_well() -> None:
    """A script that tries again and prints nothing that can be read."""
    assert "crashed" not in ended(CRASH + "working on it\n" * 400)[1]


def test_a_crash_in_a_log_that_began_anew_is_seen() -> None:
    """Line numbers start again when the file was truncated."""
    session = Session()
    session.feed(Data((TRAINED * 20).encode(), 0.0))
    session.feed(Notice("truncated", 1.0))
    session.feed(Data((TRAINED + CRASH).encode(), 2.0))
    session.feed(Notice("ended", 3.0))
    assert session.run.outcome() == "crashed"


def test_the_rank_that_failed_first_is_named() -> None:
    """Of two ranks with the same traceback, the first one's is the cause."""
    text = TRAINED + "".join(f"[rank{r}]: {line}\n" for r in (1, 0) for line in CRASH.splitlines())
    session = Session()
    session.feed(Data(text.encode(), 0.0))
    session.feed(Notice("ended", 1.0))
    crash = next(f for f in session.findings.open if f.opinion.id == "crashed")
    assert "on rank 1" in render(crash.opinion.title)


def test_nothing_has_crashed_while_the_writer_lives() -> None:
    """A survived exception in a helper thread is no end."""
    session = Session()
    session.feed(Tick(0.0, writer_alive=True))
    session.feed(Data((TRAINED + CRASH).encode(), 0.0))
    assert not [f for f in session.findings.findings if f.opinion.id == "crashed"]
    session.feed(Tick(5.0, writer_alive=False))
    assert [f.opinion.id for f in session.findings.open] == ["crashed"]


NOISY = Path(__file__).parents[2] / "sample_logs" / "nanogpt" / "noisy_overfit.log"
"""A genuine run of no stated length whose validation is noisy and a fifth above its best in the end."""


def judged_when_quiet(alive: bool | None, seconds: float) -> tuple[set[str], str]:
    session = Session()
    session.feed(Data(NOISY.read_bytes(), 0.0))
    session.feed(Tick(seconds, alive))
    return {f.opinion.id for f in session.findings.open if f.raised}, render(verdict(session.run, session.findings))


def test_a_log_whose_writer_is_long_gone_is_judged_as_ended() -> None:
    """Though it is only watched and may yet grow: what a planned length would have told is told by its end."""
    assert judged_when_quiet(alive=False, seconds=3600.0)[0] == {"overfitting"}


@pytest.mark.parametrize(("alive", "begins"), [(None, "Nothing came for more than an hour"), (True, "Training normally")])
def test_a_log_that_stood_still_for_long_is_not_called_normal_where_its_writer_cannot_be_seen(alive, begins) -> None:
    """Within a container other processes are out of sight; a living writer may be slow, and has a finding of its own."""
    session = Session()
    session.feed(Data(b"epoch 1/9 loss 0.5 val_loss 0.6\nepoch 2/9 loss 0.4 val_loss 0.5\n", 0.0))
    session.feed(Tick(30.0, alive))
    assert render(verdict(session.run, session.findings)).startswith("Training normally")
    session.feed(Tick(3630.0 if alive is None else 40.0, alive))
    assert render(verdict(session.run, session.findings)).startswith(begins)


def test_a_run_that_finished_far_above_its_best_is_not_called_free_of_trouble() -> None:
    """No alarm, as too few evaluations prove it; but nobody should take the last weights for good."""
    losses = (0.7, 0.6, 0.5, 0.8)
    text = "".join(f"epoch {n}/4 loss {1 / n:.3f} val_loss {v}\n" for n, v in enumerate(losses, 1)) + "Training complete\n"
    session = Session()
    session.feed(Data(text.encode(), 0.0))
    session.feed(Notice("ended", 1.0))
    assert render(verdict(session.run, session.findings)) == "Finished: validation loss 0.8, best 0.5 at epoch 3."


@pytest.mark.parametrize(("alive", "seconds"), [(True, 30.0), (None, 3600.0), (False, 5.0)])
def test_a_run_that_may_go_on_is_not_judged_as_ended(alive: bool | None, seconds: float) -> None:
    """A writer may open the log for each line; but a validation far above its best is not called normal."""
    found, said = judged_when_quiet(alive, seconds)
    assert found == set()
    assert said == "No alarm so far: validation loss 2.731, best 2.203 at step 300."
