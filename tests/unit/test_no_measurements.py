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
