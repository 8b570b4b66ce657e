"""Values that the message of a checkpoint tells count where no other line tells of that metric."""

from __future__ import annotations

from tailwatch.core.events import Data, Notice
from tailwatch.session import Session


def told(log: str) -> list[tuple[int, float | None, str, str | None, float]]:
    """Return line, epoch, metric, split and value of every reading."""
    session = Session(keep_readings=True)
    numbered = [*session.feed(Data(log.encode(), 0.0)).readings, *session.feed(Notice("ended", 0.0)).readings]
    assert len(session.run.segments) == 1
    return [(r.line, r.epoch, s.metric, s.split, v) for _, r in numbered for s, v in zip(r.series, r.values, strict=True)]


def test_values_that_nothing_else_tells_are_read() -> None:
    """Of the epoch announced before, or named in the message."""
    log = (
        "epoch 1 finished in 10 s\nval_loss improved from inf to 0.5, saving model\n"
        "epoch 2 finished in 11 s\nval_loss did not improve from 0.5\n"
        "epoch 3 finished in 10 s\nval_loss improved from 0.5 to 0.4, saving model\n"
    )
    assert told(log) == [(2, 1, "loss", "val", 0.5), (6, 3, "loss", "val", 0.4)]
    named = "Saved best model with acc 0.81 at epoch 1\nsaved best model at epoch 4 (acc: 0.85)\n"
    assert told(named) == [(1, 1, "accuracy", None, 0.81), (2, 4, "accuracy", None, 0.85)]


def test_a_value_that_results_tell_too_counts_once() -> None:
    """Keras prints the message before the line of results, others behind it; the name may be another one."""
    before = "".join(
        f"Epoch {e}: val_loss improved from {0.9 - e / 10:.5f} to {0.8 - e / 10:.5f}, saving model to best.keras\n"
        f"Epoch {e}/2 - loss: 0.5 - val_loss: {0.8 - e / 10:.4f}\n"
        for e in (1, 2)
    )
    assert [line for line, _, metric, split, _ in told(before) if (metric, split) == ("loss", "val")] == [2, 4]
    behind = "Epoch 1 | valid loss 0.51\nValidation loss decreased (inf --> 0.512345).  Saving model ...\n"
    assert [line for line, *_ in told(behind)] == [1]


def test_a_checkpoint_that_is_saved_in_any_case_tells_no_result() -> None:
    """What stands in its message is no measurement of the best."""
    assert told("Epoch 1\nSaved model with momentum 0.9 at epoch 1\nSaved checkpoint at step 5, took 0.5 s\n") == []
