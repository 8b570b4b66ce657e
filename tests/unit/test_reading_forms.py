"""What the general grammar makes of the forms that people print, and what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.session import Session

if TYPE_CHECKING:
    from tailwatch.core.events import Reading


def read(log: str) -> list[Reading]:
    """Return all readings of a log that has ended."""
    session = Session(keep_readings=True)
    found = [r for _, r in session.feed(Data(log.encode(), 0.0)).readings]
    return found + [r for _, r in session.feed(Notice("ended", 0.0)).readings]


def values(log: str) -> dict[tuple[str, str | None], list[float]]:
    """Return the values of each series and split."""
    found: dict[tuple[str, str | None], list[float]] = {}
    for reading in read(log):
        for spec, value in zip(reading.series, reading.values, strict=True):
            found.setdefault((spec.name, spec.split), []).append(value)
    return found


def test_a_name_may_hold_the_word_model() -> None:
    """`Model test error` is an error, not a setting of a model."""
    assert values("Model test error: 0.61342\n") == {("Model test error", "test"): [0.61342]}


def test_the_number_of_a_run_and_a_target_are_no_measurements() -> None:
    """`Run: 01` says which run it is, `(target: 0.94)` what was hoped for."""
    found = values("Run: 01, Epoch: 02, Loss: 2.3, Valid: 44.59%\nEpoch 3: auroc: 0.8423 (target: 0.9400)\n")
    assert set(found) == {("Loss", "train"), ("Valid", "val"), ("auroc", None)}


def test_a_change_in_brackets_is_no_average() -> None:
    """`(+0.02)` and `(-0.02)` behind a value say by how much it changed; `(0.29)` is an average, of a negative value too."""
    assert set(values("Epoch 2 loss: 0.31 (-0.02) acc: 0.81 (+0.01)\n")) == {("loss", None), ("acc", None)}
    assert ("loss (avg)", None) in values("Epoch 2 loss: 0.31 (0.29)\n")
    assert ("loss (avg)", None) in values("Epoch 2 loss: -0.31 (-0.29)\n")


def test_a_moment_is_no_measurement() -> None:
    """Seconds since 1970 make no series; a duration does."""
    found = values("step 10: loss=0.5, save_start_time=1767563245.18, save_duration_secs=17.2\n")
    assert set(found) == {("loss", None), ("save_duration_secs", None)}


def test_a_time_called_after_a_step_is_no_step() -> None:
    """`optimizer_step: 337.85` names a duration."""
    assert all(r.step is None for r in read("epoch 1 | loss: 0.5 | optimizer_step: 337.85\n"))


@pytest.mark.parametrize("glyphs", ["[=>........]", "[======>...]", "[##########]"])
def test_a_second_full_bar_of_another_length_is_an_evaluation(glyphs: str) -> None:
    """A bar with its count at the end closes the epoch; the shorter one after it was drawn by the test loop."""
    found = read(
        f"Epoch: 0\n {glyphs}  Step: 12ms | Tot: 1s | Loss: 1.8 | Acc: 30.2% (3020/10000)\t 10/391\n"
        " [==========>]  Step: 12ms | Tot: 9s | Loss: 1.5 | Acc: 45.2% (22620/50000)\t 391/391\n"
        " [==========>]  Step: 12ms | Tot: 2s | Loss: 1.3 | Acc: 52.2% (5220/10000)\t 100/100\n"
    )
    assert [(r.axis, r.epoch, r.series[0].split) for r in found] == [
        ("step", 0, None),
        ("epoch", 0, "train"),
        ("epoch", 0, "test"),
    ]
    assert found[0].step == 10


def test_the_logger_of_a_basic_configuration_is_no_label() -> None:
    """`INFO:tensorflow:loss = 8.1` names a loss."""
    assert values("INFO:tensorflow:loss = 8.1, step = 100\n") == {("loss", None): [8.1]}


def test_the_first_of_many_values_is_no_result_of_its_epoch() -> None:
    """Values that follow a step at the epoch's beginning are running ones from the first on."""
    log = "".join(f"epoch 1\nstep {n}/200\nloss_d: 0.5{n} loss_g: 0.6{n}\n" for n in (0, 10, 20)).replace(
        "epoch 1\nstep 1", "step 1"
    )
    assert {r.axis for r in read(log)} == {"step"}


def test_a_line_that_names_its_epoch_is_a_result_though_few_steps_were_told() -> None:
    """`epoch: 3 done, AUC: ...` after `batch_id: 0` is the epoch's result."""
    log = "".join(f"epoch: {n}, batch_id: 0, AUC: 0.9{n}1\nepoch: {n} done, AUC: 0.8{n}1\n" for n in range(3))
    assert [r.epoch for r in read(log) if r.axis == "epoch"] == [0, 1, 2]


def test_the_last_line_of_an_ended_log_counts_though_it_has_no_end() -> None:
    """A line without a line end is whole if lines of its very shape came before; one that was cut off is not read."""
    log = "Epoch 1, val loss: 0.511\nEpoch 2, val loss: 0.412\n"
    assert values(log + "Epoch 3, val loss: 0.313") == {("val loss", "val"): [0.511, 0.412, 0.313]}
    assert values(log + "Epoch 3, val loss: 0.3") == {("val loss", "val"): [0.511, 0.412]}


def test_the_last_line_of_a_log_that_is_being_written_waits() -> None:
    """While the writer lives the line may go on."""
    session = Session(keep_readings=True)
    session.feed(Data(b"Epoch 1, val loss: 0.511\nEpoch 2, val loss: 0.412", 0.0))
    session.feed(Tick(1.0, writer_alive=True))
    assert session.finish().readings == []


def test_frames_of_the_last_line_count() -> None:
    """Prints that end in a carriage return are whole up to the last one."""
    log = "".join(f"\rEpisode {n}\tAverage Score: 2{n}.50" for n in range(1, 5))
    assert values(log)["Average Score", None] == [21.5, 22.5, 23.5, 24.5]


def test_an_evaluation_before_the_first_step_stands_at_zero() -> None:
    """`val loss` before `step 1` was measured on the untrained model; a training loss there stays without a place."""
    log = "val loss 11.007\nstep 1/100 | train loss 11.009\nstep 2/100 | train loss 10.9\nval loss 6.2\n"
    assert [(r.axis, r.step) for r in read(log) if r.series[0].split == "val"] == [("epoch", 0), ("epoch", 2)]
    assert [r.axis for r in read("train loss 11.007\nstep 7/100 | train loss 11.009\n")] == ["index", "step"]


BAR = "100/100 [==============================] - 1s 9ms/step - loss: {loss} - val_loss: 0.6\n"


def epochs_of(*announced: int) -> list[float | None]:
    """Return the epochs of the full bars, one of which follows each announced epoch."""
    log = "".join(f"Epoch {n}/60\n" + BAR.format(loss=0.5 + at / 1000) for at, n in enumerate(announced))
    return [r.epoch for r in read(log) if r.axis == "epoch"]


def test_bars_of_several_writers_have_no_epoch() -> None:
    """Where runs announce their epochs in turn, nobody knows whose bar is full."""
    found = epochs_of(8, 9, 1, 10, 2, 11, 3, 12, 4)
    assert found[:3] == [8, 9, 1]
    assert found[-2:] == [None, None]


def test_a_run_left_alone_in_a_file_of_several_writers_gets_its_epochs_again() -> None:
    """After a few epochs, each with one full bar, nobody else writes."""
    several = (8, 1, 9, 2, 10, 3, 11, 4, 12, 5)
    found = epochs_of(*several, *range(1, 11))
    assert found[-5:] == [6, 7, 8, 9, 10]
    assert set(found[len(several) - 3 : len(several)]) == {None}


def test_restarts_and_a_resumed_run_keep_their_epochs() -> None:
    """A run that starts anew, or goes on where an earlier one stopped, writes alone."""
    story = (1, 2, 3, 4, 5, 6, 1, 2, 7, 8, 1, 2, 3)
    assert epochs_of(*story) == list(story)


def test_an_epoch_announced_behind_another_writers_bar_is_seen() -> None:
    """`accuracy: 0.5064Epoch 11/60` begins epoch 11."""
    bar = " 50/100 [======>.......] - ETA: 1s - loss: 0.7 - accuracy: 0.5064Epoch 11/60\n"
    assert [r.epoch for r in read("Epoch 10/60\n" + bar + BAR.format(loss=0.5)) if r.axis == "epoch"] == [11]


@pytest.mark.parametrize("counted", ["第3轮 ", "第 3 轮次: ", "第3个epoch ", "第3步，"])
def test_a_word_that_counts_belongs_to_the_number_before_it(counted: str) -> None:
    """Not to the name behind it."""
    found = values(f"{counted}训练损失: 0.5 验证损失: 0.6\n")
    assert found == {("训练损失", "train"): [0.5], ("验证损失", "val"): [0.6]}


def test_validation_at_a_numbered_step_is_an_evaluation_at_that_step() -> None:
    """`step:40/900 val_loss:4.1` stands at the run's step 40, the last one at 900; a validation's own batches do not."""
    found = read(
        "step:40/900 train_time:12ms\nstep:40/900 val_loss:4.1 train_time:15ms\nstep:900/900 val_loss:3.2 train_time:90ms\n"
    )
    assert [(r.axis, r.step) for r in found] == [("epoch", 40), ("epoch", 900)]
    within = read("Epoch 1 step 50/50 loss 0.5\nValidation:\nstep 10/20 val_loss 0.7\nstep 20/20 val_loss 0.6\n")
    assert [r.step for r in within if r.series[0].split == "val"] == [10, 50]


def test_an_estimators_evaluation_ends_with_its_result() -> None:
    """TensorFlow's estimator goes on with training after `Saving dict`: its losses are no validation's."""
    log = (
        "INFO:tensorflow:Starting evaluation at 2020-01-02-03:04:05\n"
        "INFO:tensorflow:Saving dict for global step 60: global_step = 60, loss = 0.8\n"
        "INFO:tensorflow:loss = 0.7, step = 60\nINFO:tensorflow:Loss for final step: 0.6.\n"
    )
    assert values(log) == {("loss", "val"): [0.8], ("loss", None): [0.7], ("Loss for final step", None): [0.6]}


def test_a_number_before_bracketed_losses_is_the_round() -> None:
    """`7 [D loss: 0.61] [G loss: 0.9]` is round 7; a bare number before anything else is none."""
    assert [r.step for r in read("7 [D loss: 0.61, acc.: 52.0%] [G loss: 0.9]\n8 [D loss: 0.6] [G loss: 0.8]\n")] == [7, 8]
    assert [r.step for r in read("7 [worker] loss: 0.61\n")] == [None]


def test_what_an_example_session_printed_is_no_measurement() -> None:
    """The output under `>>> f(x)` is an example's; the next line that names its epoch is the run's again."""
    log = ">>> train(model)\nloss: 0.25\nExpected:\n    accuracy: 0.5\nEpoch 1 loss: 0.9\nval loss: 0.8\n"
    assert [v for found in values(log).values() for v in found] == [0.9, 0.8]


def test_columns_that_count_images_are_no_measurements() -> None:
    """How many images and instances there were, and their size, make no series."""
    log = (
        "      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"
        "        1/3       1.1G      1.412      2.312      1.112         19        320: 100%|███| 9/9 [00:03<00:00]\n"
        "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|███| 2/2 [00:00<00:00]\n"
        "                   all         64        400      0.412      0.312      0.331      0.171\n"
    )
    assert {name for name, _ in values(log)} == {
        "box_loss",
        "cls_loss",
        "dfl_loss",
        "Box P",
        "Box R",
        "Box mAP50",
        "Box mAP50-95",
    }


def _rich(epoch: int, step: int, metrics: str = "") -> str:
    bar = "━" * step + "╸" + "━" * (9 - step)
    return f"\r\x1b[2K\x1b[1A\x1b[2KEpoch {epoch}/2  {bar} {step}/9 0:00:01 \u2022 0:00:02 45.21it/s {metrics}\r\n"


def _results(log: str) -> list[tuple[str, float | None, float]]:
    return [(s.name, r.epoch, v) for r in read(log) if r.axis == "epoch" for s, v in zip(r.series, r.values, strict=True)]


def test_a_rich_bar_shows_the_results_of_the_epoch_before() -> None:
    """What stands at step 0 is the epoch before's, what stays unchanged is old, and the last epoch's stand at its end."""
    below = " " * 60 + "val_acc: {}                         \r\n"
    log = (
        _rich(0, 0, "val_loss: 1.4")
        + _rich(0, 9, "loss_step: 0.9")
        + _rich(1, 0, "loss_step: 0.9 val_loss: 0.8")
        + below.format(0.61)
        + _rich(1, 9, "loss_step: 0.7 val_loss: 0.8")
        + below.format(0.61)
        + _rich(1, 9, "loss_step: 0.7 val_loss: 0.6")
        + below.format(0.72)
    )
    assert _results(log) == [("val_loss", 0, 0.8), ("val_acc", 0, 0.61), ("val_loss", 1, 0.6), ("val_acc", 1, 0.72)]


def test_a_validation_in_the_middle_of_a_rich_epoch_is_the_epochs_own() -> None:
    """With `val_check_interval` the values change within the epoch, at the step they were measured at."""
    log = _rich(0, 1, "v_num: 3.000") + _rich(0, 4, "val_loss: 0.9") + _rich(0, 8, "val_loss: 0.9") + _rich(0, 9, "val_loss: 0.7")
    assert [(r.epoch, r.step, r.values) for r in read(log)] == [(0, 4, (0.9,)), (0, 9, (0.7,))]


def test_the_batches_of_an_evaluation_are_no_step_of_the_training() -> None:
    """`Epoch(val) [1][120]` names how many batches were evaluated; the values stand at the training's last step."""
    found = read(
        "Epoch [1][600/600] lr: 1e-02, loss: 1.2\nEpoch(val) [1][77] mAP: 0.25\nEpoch [2][50/600] lr: 1e-02, loss: 1.1\n"
    )
    assert [(r.epoch, r.step) for r in found] == [(1, 600), (1, 600), (2, 50)]


def test_a_capital_a_is_a_name_and_a_number_before_bracketed_losses_no_rank() -> None:
    """`200: [D loss: 0.5] [A loss: 1.0]` is round 200 of discriminator and adversary; `3: loss` is rank 3."""
    (found,) = read("200: [D loss: 0.5, acc: 0.7] [A loss: 1.0, acc: 0.3]\n")
    assert (found.step, found.rank, [s.name for s in found.series]) == (200, None, ["D loss", "acc", "A loss", "acc #2"])


def test_a_time_behind_a_best_value_is_not_the_epoch_of_the_best() -> None:
    """`best=81.9@2 t=12.1s` has its epoch in the 2; what has a name of its own is something else."""
    assert 12.1 not in [v for name, found in values("Epoch 3 val_acc=81.2 best_acc=81.9@2 t=12.1s\n").items() for v in found]
    assert ("best epoch", None) in values("Epoch 3 val_acc=81.2, best_acc=81.9 at epoch 2\n")


def test_so_many_batches_that_were_measured_on_are_no_step() -> None:
    """`Start inference on 500 batches` says how much there is to do, `loss over 50 batches` on what a loss was measured."""
    log = "iter: 40  total_loss: 2.1\nStart inference on 500 batches\nval loss over 500 batches: 1.5\n"
    assert [(r.step, r.values) for r in read(log)] == [(40, (2.1,)), (40, (1.5,))]
