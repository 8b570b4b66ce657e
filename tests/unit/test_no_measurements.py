"""Numbers of settings, sizes, shapes and times, written like measurements: they give no series."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from casebook import points_of

LINES = """\
Step 1: 2.5 GB free on /data
anchors: [10.5, 13.2, 16.0, 30.1]
anchor_loss_weights: [0.5, 0.5, 1.0]
class_weights = [0.12, 0.88]
mean = [0.485, 0.456, 0.406], std = [0.229, 0.224, 0.225]
betas=(0.9, 0.999), eps=1e-08
{"train_loss_weights": [0.5, 0.5], "milestones": [30, 60], "lr": [0.1, 0.01]}
CUDA_VISIBLE_DEVICES=0,1 python train.py --lr 0,001
devices: 0,1,2,3
Epochs: 12, batch size: 64, learning rate: 0,001
train/val/test split: 0.8/0.1/0.1
train/val/test sizes: 8000/1000/1000
Split ratio (train/val): 0.8 / 0.2
12 loss functions: 0.5 weight
Time per epoch (last 10 epochs): 12.1 s
elapsed 0,5 s
commit 0.12f3a
[2026-03-01 10:11:12] INFO 100: 0.5
wandb: Tracking run with wandb version 0.19.1
""".splitlines()


@pytest.mark.parametrize("line", LINES)
def test_what_is_no_measurement_gives_no_series(line: str) -> None:
    """By itself, and once more behind an epoch that was announced."""
    assert points_of(f"{line}\n".encode()) == []
    assert points_of(f"{line}\n{line}\n".encode()) == []


FOREIGN = """\
SELECT run, loss, accuracy FROM runs WHERE loss < 0.5 AND epoch > 10
2026-03-01 08:15:30 LOG:  statement: select id from runs where val_loss <= 0.25
   12 | int step(int x) { float loss = 0.5; int epoch = 3; return x; }
tests/test_losses.py::test_of_a_mean[epoch 3 loss 0.5 acc 0.9] PASSED     [ 12%]
FAILED tests/test_losses.py::test_of_a_mean - loss: 0.5 != 0.25
E       AssertionError: loss: 0.5121, val_loss: 0.6121
Step 4/12 : FROM python:3.12
accuracy    6.369617e-01  2.697867e-01  ...  8.158536e-01  2.738500e-03
test_f1         12.3121 (1.0)       41.2121 (1.0)      13.1212 (1.0)
[LightGBM] [Info] Start training from score 0.173769
loss_alpha: 0.25
expected accuracy: 0.95
allow_nan_loss: 0.0
packet loss: 0.12%
""".splitlines()
UNMOVED = """\
On branch epoch-30
wandb: Syncing run epoch-30-lr-0.001
   4410311     debug   epoch9    carol  R       2:11      1 gpu26
DETAIL:  Key (epoch)=(9) already exists.
src/loop.c: In function 'train_step_9':
   12 | int train_step_9(int x) { int epoch=9; return x; }
epoch=9-step=1200-val_loss=0.4121.ckpt   412 MB  2026-03-01 10:12
Number of nan iterations: 0
STEPS: (60000, 80000)
Warmup for 500 steps from 1e-06 to 0.0003
Loading val images:  98%|█████████▊| 294/300 [00:00<00:00, 1904.50it/s]
Tokenizing train split:  98%|█████████▊| 294/300 [00:00<00:00, 1904.50it/s]
generate:  79%|███████▉  | 158/200 [00:00<00:00, 790.41it/s, tokens=6169, mem=3.2G]
Using 734 files for validation.
Found 2000 validated image filenames belonging to 2 classes.
> building train, validation, and test datasets ...
Chain 1: Gradient evaluation took 0.000121 seconds
    validation: 320320
 tests/test_of_a_log[size1].svg  | 19 +++++++--------
create table metrics(epoch int, loss real, val_acc real)
""".splitlines()
RUN = """\
Epoch 4/9
step 20/50 loss 0.9121
accuracy 71.2%
loss 0.8121
"""


@pytest.mark.parametrize("line", FOREIGN)
def test_what_other_programs_print_gives_no_series(line: str) -> None:
    """Bounds, source code, test reports, builders, rows of unknown columns and hopes are not measured."""
    assert points_of(f"{line}\n".encode()) == []


@pytest.mark.parametrize("line", UNMOVED)
def test_what_is_said_of_other_things_moves_no_training(line: str) -> None:
    """The lines after it stand at the epoch and step, and belong to the split, that they would without it."""
    first, rest = RUN.splitlines(keepends=True)[:2], RUN.splitlines(keepends=True)[2:]
    assert points_of("".join([*first, line, "\n", *rest]).encode()) == points_of(RUN.encode())


def test_a_patch_in_the_log_is_none_of_its_lines() -> None:
    """It ends at the first line that is of another kind."""
    patch = """\
diff --git a/loop.py b/loop.py
index 3f1c2d7..9b10abc 100644
--- a/loop.py
+++ b/loop.py
@@ -12,4 +12,5 @@ def fit(model):
     best = 1.0
-    loss: 0.5, epoch: 3
+    loss: 0.25, epoch: 3
     accuracy = 0.75
"""
    assert points_of(f"{patch}{RUN}".encode()) == points_of(RUN.encode())
    assert points_of(f"{patch}  {RUN}".encode()) == points_of(RUN.encode())


def test_settings_are_announced_in_a_sentence() -> None:
    """What follows `with config:` is none of the training's values."""
    said = "Agent starts run 7 with config:\n  learning_rate: 0.0121\n  loss_weight: 0.5\n  dropout: 0.3\n"
    assert points_of(f"{said}{RUN}".encode()) == points_of(RUN.encode())
