"""Trainings of language models, of agents and of many processes: where they stand, how they end, and what is a step of theirs."""

from __future__ import annotations

import pytest

from tailwatch.core.events import EMPTY_FRAME, Data, Frame, Notice
from tailwatch.dialects import plan_for
from tailwatch.report.status import status_line
from tailwatch.session import Session


def session_of(log: str) -> Session:
    """Return the session of a whole log."""
    session = Session(keep_readings=True)
    session.feed(Data(log.encode(), 0.0))
    session.feed(Notice("ended", 0.0))
    return session


def bar(done: int, total: int, name: str = "") -> str:
    """Return a frame as tqdm draws it."""
    return f"\r{name}{100 * done // total:3d}%|█████     | {done}/{total} [00:12<00:30,  3.12it/s]"


def test_the_bar_of_an_evaluation_after_the_end_does_not_move_the_run() -> None:
    """The trainer has said what it took; a shorter bar without a name is of an evaluation, the training's own is not."""
    log = "".join(bar(step, 90) + f"\n{{'loss': 0.{9 - step // 30}, 'epoch': {step / 30}}}\n" for step in (30, 60, 90))
    log += "{'train_runtime': 12.1, 'train_loss': 0.71, 'epoch': 3.0}\n" + bar(90, 90) + "\n" + bar(2, 13) + bar(13, 13) + "\n"
    progress = session_of(log).run.progress
    assert (progress.step, progress.steps) == (90, 90)


def test_a_second_training_after_the_end_moves_the_run_again() -> None:
    log = bar(90, 90) + "\n{'train_runtime': 12.1, 'train_loss': 0.71, 'epoch': 3.0}\n"
    log += "{'loss': 0.9, 'epoch': 0.5}\n" + bar(20, 40) + "\n"
    progress = session_of(log).run.progress
    assert (progress.step, progress.steps) == (20, 40)


def test_a_longer_bar_under_the_heading_of_an_evaluation_is_not_the_training_s() -> None:
    log = bar(30, 30) + "\n*** Evaluate ***\n" + bar(110, 110) + "\n"
    progress = session_of(log).run.progress
    assert (progress.step, progress.steps) == (30, 30)


def test_how_far_an_evaluation_is_in_its_own_batches_does_not_move_the_run() -> None:
    progress = session_of(
        "[epoch=2][batch=7/9]:\n\t Train loss/train/total: 0.5121\n[Eval batch=21/40] Eval on eval data\n"
    ).run.progress
    assert (progress.step, progress.steps) == (7, 9)


@pytest.mark.parametrize(
    "last",
    [
        "[2025-02-03 04:05:06,789] [INFO] [launch.py:351:main] Process 4711 exits successfully.",
        "[n7] 2025-02-03 04:05:06,789 (trainer:534) INFO: The training was finished at 12 epochs ",
        "Saving to runs/sac/Walker2d-v4_3",
    ],
)
def test_the_last_words_of_a_framework_tell_that_the_run_ended_well(last: str) -> None:
    assert session_of(f"step 10 loss 0.9121\nstep 20 loss 0.8121\n{last}\n").run.outcome(final=True) == "finished"


def test_a_checkpoint_written_on_the_way_does_not_end_the_run() -> None:
    log = "step 10 loss 0.9121\nSaving to runs/best_model.zip\nstep 20 loss 0.8121\n"
    assert session_of(log).run.outcome(final=True) == "unknown"


def _roles(shape: bytes, frame: Frame = EMPTY_FRAME) -> dict[str, bytes]:
    plan = plan_for(shape, frame)
    assert plan is not None
    return {field.role: shape[field.start : field.end] for field in plan.fields if field.role != "value"}


def test_a_step_that_took_so_many_milliseconds_is_no_step() -> None:
    """DeepSpeed's breakdown calls a time `step`."""
    assert "step" not in _roles(b"time (ms) | fwd: 00.00 | bwd: 00.00 | loss: 0.0 | step: 00.00")
    assert _roles(b"{'loss': 0.00, 'step': 000.0}")["step"] == b"000.0"


def test_the_rank_may_stand_behind_the_place() -> None:
    assert _roles(b"Epoch: 0, Step: 00, Rank: 0, loss = 0.0000")["rank"] == b"0"
    assert "rank" not in _roles(b"Rank: 0, score: 0.0000")


def test_k2_tells_the_rank_and_how_many_there_are_behind_the_file() -> None:
    found = _roles(
        b"0000-00-00 00:00:00,000 INFO [train.py:000] (0/0) Epoch 0, batch 00, loss[loss=0.000, over 0000.00 frames. ]"
    )
    assert (found["rank"], found["step"], "steps" in found) == (b"0", b"00", False)


def test_an_epoch_may_be_glued_to_how_many_there_are() -> None:
    found = _roles(b"[n0] 0000-00-00 00:00:00,000 (trainer:000) INFO: 0/00epoch started. Estimated time to finish: 0 hours")
    assert (found["epoch"], found["epochs"]) == (b"0", b"00")


def test_a_count_of_parameters_may_have_its_unit_apart() -> None:
    counted = session_of("Trainable params: 1.25 M\nNon-trainable params: 0\nTotal params: 1.25 M\n").run.segments[-1].settings
    assert counted["parameters"].value == 1_250_000


def test_what_is_printed_between_the_states_of_a_training_s_bar_keeps_the_split_it_says() -> None:
    """Otherwise the first line had another series than those after the bar was drawn."""
    shape = b"step:0 - critic/score/mean:0.000 - actor/entropy:0.000"
    for frame in (
        EMPTY_FRAME,
        plan_for(b"Training Progress:   0%|          | 0/000 [00:00<0:00:00, 00.0s/it]", EMPTY_FRAME).frame,
    ):  # type: ignore[union-attr]
        plan = plan_for(shape, frame or EMPTY_FRAME)
        assert plan is not None
        assert {f.series.split for f in plan.fields if f.series is not None} == {None}


def test_a_dict_of_the_last_step_is_as_running_as_those_before_it() -> None:
    log = "".join(
        f"{{'loss': 0.{9 - i}121, 'lr': 1e-05, 'epoch': {i / 4}, 'global_step/max_steps': '{i * 5}/20'}}\n" for i in (1, 2, 3, 4)
    )
    session = Session(keep_readings=True)
    axes = [reading.axis for _, reading in session.feed(Data(log.encode(), 0.0)).readings]
    assert axes == ["step"] * 4


def test_t5x_evaluates_while_it_trains() -> None:
    plan = plan_for(b"[000] collection=training_eval/wmt accuracy=0.000, loss=0.000", EMPTY_FRAME)
    assert plan is not None
    assert {f.series.split for f in plan.fields if f.series is not None} == {"val"}


def places_of(log: str) -> list[tuple[float | None, list[float]]]:
    """Return step and values of each reading of a log."""
    session = Session(keep_readings=True)
    return [(reading.step, list(reading.values)) for _, reading in session.feed(Data(log.encode(), 0.0)).readings]


def test_steps_and_seconds_may_open_the_line() -> None:
    assert places_of("[20 | 41.12] loss=3.21 avg=3.31\n[110 | 212.50] loss=2.91 avg=3.01\n") == [
        (20, [3.21, 3.31]),
        (110, [2.91, 3.01]),
    ]


def test_values_without_colons_are_read_behind_the_step_that_opens_the_line() -> None:
    """Dreamer's, whose episodes tell how long they were in a sentence."""
    log = "Train episode has 500 steps and return 41.5.\n[3000] fps 21.5 / train_return 41.5 / model_loss 1.5\n"
    assert places_of(log) == [(3000, [41.5, 1.5])]


def test_a_share_of_parameters_is_no_count_of_them() -> None:
    assert "parameters" not in session_of("Trainable parameters: 0.031% (2.125M/6812.5M)\n").run.segments[-1].settings


def test_sample_factory_tells_the_frames_and_below_them_the_reward() -> None:
    log = (
        "[2025-02-03 04:05:06,789][4711] Fps is (10 sec: 9121.2, 60 sec: 9012.1). "
        "Total num frames: 245760. Throughput: 0: 9012.1.\n"
        "[2025-02-03 04:05:06,790][4711] Avg episode reward: [(0, '-4.250'), (1, '3.500')]\n"
    )
    assert places_of(log) == [(245760, [-4.25])]


def test_a_step_beyond_the_bar_s_total_is_not_one_of_so_many() -> None:
    """The bar is of an epoch, the lines between its states count on: `step 30/15` and an end there would be wrong."""
    log = "".join(f"\r{k}/15: {bar(k, 15)}\nStep {15 + k} | loss:0.{99 - k} lr:0.001\n" for k in range(1, 16))
    session = session_of(log)
    assert status_line(session) == "step 30 | train loss 0.84 (best 0.84) | end unknown"
    assert not session.run.complete()
