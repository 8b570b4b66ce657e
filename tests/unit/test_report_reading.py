"""The report says what a log lets it say: of scores without a loss, of one evaluation, of steps that begin anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tailwatch.cli import main
from tailwatch.core.wording import wording
from tests.unit.test_report import SEVEN, flat, section

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Return a function that reports on a log's text."""

    def tell(text: str) -> str:
        log = tmp_path / "run.log"
        log.write_text(text)
        assert main(["report", "--lang", "en", "--baseline", "none", str(log)]) == 0
        return capsys.readouterr().out

    return tell


def test_a_run_judged_by_scores_shows_its_training_loss(told) -> None:
    """In the figures, from where it came, and as a curve."""
    report = told("".join(f"Epoch {n} train loss: {1 / n:.3f}\nEpoch {n} val mAP: {0.2 + n / 50:.3f}\n" for n in range(1, 9)))
    assert "Last training loss 0.125 at epoch 8 [L15] 1 at epoch 1. [L1]" in section(report, "KEY FIGURES", "CURVES")
    assert "loss (linear)" in section(report, "CURVES", "PHASE BY PHASE")


def test_a_score_that_never_moved_is_not_drawn(told) -> None:
    """And a gap between zero and zero is no figure."""
    report = told(
        "".join(f"Epoch {n} train loss {1 / n:.3f} val loss {1.1 / n:.3f} val acc 0.0 train acc 0.0\n" for n in range(1, 9))
    )
    assert "accuracy (linear)" not in report
    assert "validation accuracy, at the end" not in flat(report)


def test_the_gap_is_that_of_one_epoch_though_training_is_summed_up_after_validation(told) -> None:
    """The training value of the same epoch counts, not the one printed before."""
    report = told("".join(f"Epoch {n} val_loss {1.2 / n:.3f}\nEpoch {n} train_loss {1 / n:.3f}\n" for n in range(1, 7)))
    assert "0.033 [L11 L12]" in section(report, "KEY FIGURES", "CURVES")


def test_one_evaluation_is_not_called_the_best(told) -> None:
    """Nobody knows what an earlier epoch would have given."""
    report = told("".join(f"Epoch {n}/5 train loss {1 / n:.3f}\n" for n in range(1, 6)) + "val loss 0.7\nTraining finished\n")
    assert "measured once only" in flat(report)


def test_values_without_a_known_direction_are_told_as_they_went(told) -> None:
    """Boosters print no metric's name with them."""
    report = told("".join(f"{n}:\tlearn: {0.7 - n / 100:.4f}\ttotal: {n}ms\tremaining: 1s\n" for n in range(20)))
    assert "learn 0.51, at the start 0.7" in flat(report)
    assert "no training values" not in report


def test_harmless_messages_of_one_reason_are_one_entry(told) -> None:
    """The second kind is counted with the first."""
    first = "/x/a.py:3: FutureWarning: `foo_arg` is deprecated and will be removed in a future version.\n"
    second = "/x/b.py:9: FutureWarning: The bar_thing is deprecated and will be removed in a future version.\n"
    report = told("epoch 1 loss 0.5\n" + first + second + second + "epoch 2 loss 0.4\n")
    assert "The same holds for 1 more kinds, 2 times. [L3 L4]" in section(report, "Harmless", "WHAT COULD NOT")


def test_what_may_be_a_measurement_leads_the_list_of_what_was_not_read(told) -> None:
    """Before what came more often; prefixes of loggers are left out."""
    settings = "".join(f"2026-01-01 10:00:{n:02} - INFO - zz{n} | kept {n} of {n} q\n" for n in range(9))
    report = told("epoch 1 loss 0.5\n" + settings + "0.81 0.92 0.7 <- recall\n")
    listed = section(report, "were not understood, such as:", "To have")
    assert listed.startswith('"0.81 0.92 0.7 <- recall')


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "2026-01-02 03:04:05.678901: W tensorflow/core/framework/op_kernel.cc:1767] OP_REQUIRES failed at x.cc:9 : OOM",
            "OP_REQUIRES failed at x.cc:9 : OOM",
        ),
        ("[rank3]: ValueError: a batch of 3 rows is too small.", "ValueError: a batch of 3 rows is too small"),
        ("step 9/10 | loss nanslurmstepd: error: *** JOB 1 ON n1 CANCELLED AT 2026-01-01T00:00:00 ***", "JOB 1 ON n1 CANCELLED"),
        ("short", "short"),
    ],
)
def test_a_message_is_shown_as_what_it_says(line: str, said: str) -> None:
    """Without time, level, emitter, rank, or what it was glued to."""
    assert said in wording(line)
    assert "tensorflow/" not in wording(line)


def test_a_long_message_is_cut_at_a_word_and_shows_it() -> None:
    """An ellipsis ends it."""
    assert wording("RuntimeError: " + "word " * 100, 60).endswith("word…")
    assert len(wording("RuntimeError: " + "x" * 1000, 60)) == 60


def test_settings_are_told_against_the_sums_of_the_finding(capsys: pytest.CaptureFixture[str]) -> None:
    """The rate that was not scaled, and the passes an epoch, though the finding joins two sentences."""
    assert main(["report", "--lang", "en", "--baseline", "none", SEVEN]) == 0
    told = section(capsys.readouterr().out, "ENVIRONMENT AND SETTINGS", "MESSAGES")
    assert "Not scaled with the batch: 2.6e-4" in told
    assert "7 passes over 5,376 samples" in told


def test_a_booster_counts_rounds_not_epochs(told) -> None:
    """What early stopping puts back is told in what the run counts."""
    rows = (f"[{n}]\ttraining's l2: {1 / (n + 1):.5f}\tvalid_1's l2: {0.5 + abs(n - 4) / 50:.5f}\n" for n in range(1, 16))
    end = "Early stopping, best iteration is:\n[4]\ttraining's l2: 0.20000\tvalid_1's l2: 0.50000\n"
    report = flat(told("Training until validation scores don't improve for 10 rounds\n" + "".join(rows) + end))
    assert "It put the weights of step 4 back into the model" in report
    assert "epoch 4" not in report


def test_what_a_step_costs_in_time_is_no_cost_that_is_watched(told) -> None:
    """`time cost` is a time; `cost` alone is what is trained on."""
    lines = [
        f"epoch0; batch{n}; d_A_loss: {2 / n:.4f};\n g_A_loss: {3 / n:.4f}; batch_time_cost: {1 + n / 100:.2f}\n"
        for n in range(1, 40)
    ]
    found = section(told("".join(lines)), "DIAGNOSIS", "CURVES")
    assert "d a loss" in found
    assert "time cost" not in found
