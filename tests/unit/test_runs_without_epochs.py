"""Runs that name no epochs are told apart by their evaluations: the next begins where these stand at the first one's step."""

from __future__ import annotations

from tailwatch.core.events import Data, Notice
from tailwatch.session import Session


def _read(log: str, *, in_lines: bool = False) -> Session:
    session = Session()
    for piece in log.encode().splitlines(keepends=True) if in_lines else [log.encode()]:
        session.feed(Data(piece, 0.0))
    session.feed(Notice("ended", 0.0))
    return session


def _told(session: Session) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """What the segments are: how each began, at which line, and how many points its series have."""
    return [(s.kind, s.first_line, sorted((key.name, v.points) for key, v in s.series.items())) for s in session.run.segments]


def _steps(count: int, *, every: int = 100) -> str:
    """A loop of steps with an evaluation at every hundredth, the first before any training."""
    lines = []
    for step in range(0, count + 1, every):
        loss = 4.0 / (1 + step / 200)
        lines.append(f"step {step}: train loss {loss:.4f}, val loss {loss + 0.1:.4f}")
        lines += [f"iter {step + i}: loss {loss:.4f}, time 12.10ms" for i in range(0, every, 10)]
    return "\n".join(lines) + "\n"


ROUNDS = "".join(f"[{i}]\ttrain-rmse:{2 / (i + 1):.5f}\teval-rmse:{2.1 / (i + 1):.5f}\n" for i in range(12))


def test_a_second_run_in_the_same_log_is_a_segment_of_its_own() -> None:
    """It begins at its first evaluation, and has as many points as the first."""
    once, twice = _told(_read(_steps(1200))), _told(_read(_steps(1200) * 2))
    assert [kind for kind, _, _ in twice] == ["start", "restart"]
    assert twice[1][1] == _steps(1200).count("\n") + 1
    assert [series for _, _, series in twice] == [once[0][2]] * 2


def test_a_run_that_was_killed_and_begun_anew_has_not_diverged() -> None:
    """The loss of the second start is high because nothing was learnt yet."""
    raised = {f.opinion.rule for f in _read(_steps(1200) * 2).findings.findings if f.raised}
    assert not raised & {"spike", "diverged", "overfitting"}


def test_folds_of_boosting_are_segments() -> None:
    """Each of them counts its rounds from the first."""
    assert [kind for kind, _, _ in _told(_read(ROUNDS * 5))] == ["start", *["restart"] * 4]


def test_lines_read_together_tell_the_same_as_lines_read_one_by_one() -> None:
    """Whichever way the values come, the segments and their points are the same."""
    for log in (_steps(800) * 3, ROUNDS * 4, _steps(300) + ROUNDS * 2 + _steps(500)):
        assert _told(_read(log)) == _told(_read(log, in_lines=True))


def test_running_values_that_fall_back_begin_no_run() -> None:
    """Batches of epochs that are named nowhere are counted anew in each."""
    log = "".join(f"batch {i % 50}: loss {2 / (i + 1):.4f}\n" for i in range(400))
    assert [kind for kind, _, _ in _told(_read(log))] == ["start"]


def test_an_evaluation_that_is_printed_again_begins_no_run() -> None:
    """Nor does one at a step before the last."""
    log = _steps(600) + "step 600: train loss 1.0, val loss 1.1\nstep 300: train loss 1.5, val loss 1.6\n"
    assert [kind for kind, _, _ in _told(_read(log))] == ["start"]


def test_epochs_come_first_where_they_are_named() -> None:
    """The steps within them may be the same in each."""
    log = "".join(
        f"Epoch {e}/9\n"
        + "".join(f"step {i}: train loss {1 / (e + i):.4f}, val loss {1.1 / (e + i):.4f}\n" for i in (10, 20, 30, 40))
        for e in range(1, 10)
    )
    assert [kind for kind, _, _ in _told(_read(log))] == ["start"]
