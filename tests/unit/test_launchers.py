"""What launchers, schedulers and log collectors write before the lines of a process changes nothing of what they say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from casebook import points_of

LOOP = """\
Epoch 1/3
step 20/100 loss 0.9121 lr 1.0e-03
epoch 1: train loss 0.8121, val loss 0.8512, val acc 61.2%
Epoch 2/3
step 20/100 loss 0.5121 lr 1.0e-03
epoch 2: train loss 0.4121, val loss 0.5512, val acc 71.2%
"""
ROUNDS = "[0]\ttrain-rmse:0.81212\teval-rmse:0.91212\n[10]\ttrain-rmse:0.41212\teval-rmse:0.61212\n"
PREFIXES = (
    "trainer-1  | ",
    "lm_train_1 | ",
    "algo-2-qx7d1  | ",
    "2|finetune | ",
    "[pod/finetune-6c9d8f7b4-zx8qp/main] ",
    "finetune-6c9d8f7b4-zx8qp main ",
    "node12: ",
    "dgx-a100-03.lab.example: ",
    "192.168.7.12: ",
    "[1,mpirank:3,algo-2]<stderr>:",
    "[prterun-node12-4711@1,3]<stdout>: ",
    "2026-03-01T08:15:30.123456789Z stdout F ",
    "2026-03-01T08:15:30.123456Z 01O ",
    "Mar 01 08:15:30 gpu3 run.sh[4711]: ",
    "2026-03-01T08:15:30+0100 gpu3 python3[4711]: ",
    "2026-03-01T08:15:30.123456+00:00 app[worker.2]: ",
    "fit\tRun the training\t2026-03-01T08:15:30.1234567Z ",
    "trainer-1  | 2026-03-01T08:15:30.123456789Z ",
    "(head, rank=0, pid=4711) ",
    "(job-3, pid=4711) ",
)


def _without_rank(log: str) -> list[tuple[str, str]]:
    return sorted((place.partition(" @")[0], value) for place, value in points_of(log.encode()))


@pytest.mark.parametrize("log", [LOOP, ROUNDS], ids=["loop", "rounds"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_stands_before_each_line_is_no_part_of_it(prefix: str, log: str) -> None:
    """Every value keeps its name, its split and its place."""
    printed = "".join(f"{prefix}{line}\n" for line in log.splitlines())
    assert _without_rank(log)
    assert _without_rank(printed) == _without_rank(log)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("fold-2 | loss 0.4121", "loss 0.4121"),
        ("top-1: 0.8121 accuracy: 0.7", "accuracy 0.7"),
    ],
)
def test_a_name_before_its_number_is_no_launcher(line: str, value: str) -> None:
    """What looks like a host or a replica may be what was measured."""
    assert value in {f"{said}" for _, said in points_of(f"Epoch 1/3\n{line}\n".encode())}


@pytest.mark.parametrize("width", [1, 2, 3])
def test_labels_of_srun_may_be_padded(width: int) -> None:
    """With ten tasks and more the labels of the first are wider than they need be."""
    labelled = "".join(f"{0:{width}d}: {line}\n" for line in LOOP.splitlines())
    assert _without_rank(labelled) == _without_rank(LOOP)


def test_labels_of_srun_stand_before_chinese() -> None:
    """The number before the colon is the rank that printed the line."""
    log = "第 1 轮 训练损失: 0.9121 验证损失: 0.9512\n第 2 轮 训练损失: 0.7121 验证损失: 0.8512\n"
    assert _without_rank("".join(f"0: {line}\n" for line in log.splitlines())) == _without_rank(log)


@pytest.mark.parametrize(
    "other",
    [
        "/opt/lib/nn/functional.py:1709: UserWarning: nn.functional.tanh is deprecated.",
        "node7:4711:4802 [3] NCCL INFO Channel 00/08 : 0 7 6 5",
        "[2026-03-01 08:15:30] worker 3 is alive",
    ],
)
def test_a_line_that_another_writer_goes_on_with_keeps_its_values(other: str) -> None:
    """The last number of the line is not lost, and takes nothing from what follows it."""
    first, second = "epoch 1: train loss 0.8121, val acc: 61.2%", "epoch 2: train loss 0.4121, val acc: 71.2%"
    assert points_of(f"{first}{other}\n{second}\n".encode()) == points_of(f"{first}\n{second}\n".encode())


@pytest.mark.parametrize("said", ["Saved the model.", "connection refused (errno: 97)."])
@pytest.mark.parametrize("line", ["Epoch 3 loss 0.4121", "iter 30: loss 0.4121", "{'loss': 0.4121, 'epoch': 3}"])
def test_a_line_that_begins_behind_a_sentence_keeps_its_place(said: str, line: str) -> None:
    """As where one process ended its sentence without a line end."""
    assert points_of(f"{said}{line}\n".encode()) == points_of(f"{line}\n".encode())
