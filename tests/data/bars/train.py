"""A small classifier trained by a loop that says nothing but what its progress bars show; what they should tell goes to a file.

Needs numpy and tqdm: `python train.py STYLE TRUTH 2> STYLE.log`. The task: which half of the space a random vector lies in, some
labels being wrong. TRUTH gets one JSON object an epoch: the means that the last state of its bars showed.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

EPOCHS, BATCHES, HELD_OUT, SIZE = 4, 16, 6, 16


class Net:
    """One hidden layer, trained by gradient descent; `learn` and `judge` return loss and accuracy of a batch."""

    def __init__(self) -> None:
        draw = np.random.default_rng(3)
        self.x = draw.normal(size=((BATCHES + HELD_OUT) * SIZE, 8))
        self.y = (self.x @ draw.normal(size=8) + 2 * draw.normal(size=len(self.x)) > 0) * 1.0
        self.hidden, self.out = draw.normal(size=(8, 16)) * 0.3, draw.normal(size=16) * 0.3

    def judge(self, batch: int) -> tuple[float, float]:
        time.sleep(0.01)
        _, _, p, y = self._batch(batch)
        loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
        return float(loss), float(((p > 0.5) == y).mean())

    def learn(self, batch: int) -> tuple[float, float]:
        found = self.judge(batch)
        x, h, p, y = self._batch(batch)
        slope = (p - y) / SIZE
        back = np.outer(slope, self.out) * (1 - h * h)
        self.out -= 0.5 * h.T @ slope
        self.hidden -= 0.5 * x.T @ back
        return found

    def _batch(self, batch: int):
        at = slice(batch * SIZE, (batch + 1) * SIZE)
        h = np.tanh(self.x[at] @ self.hidden)
        return self.x[at], h, np.clip(1 / (1 + np.exp(-h @ self.out)), 1e-6, 1 - 1e-6), self.y[at]


def run(batches, step, bar, names) -> list[float]:
    """Go through batches and show their means so far; returns the last ones."""
    seen = []
    for batch in bar(batches):
        seen.append(step(batch))
        means = np.mean(seen, axis=0)
        if names and (len(seen) % 4 == 0 or len(seen) == len(batches)):
            bar.shown.set_postfix({name: f"{value:.4f}" for name, value in zip(names, means, strict=True)})
    return [round(float(value), 4) for value in means]


class Bar:
    """A bar that is yet to be shown, with tqdm's options."""

    def __init__(self, **options) -> None:
        self.options = options

    def __call__(self, batches):
        self.shown = tqdm(batches, **self.options)
        return self.shown


def both(net: Net, first: dict, second: dict, names=("loss", "acc"), held_out=("val_loss", "val_acc")) -> list[float]:
    """Train for an epoch, then validate."""
    train = run(range(BATCHES), net.learn, Bar(**first), names)
    return train + run(range(BATCHES, BATCHES + HELD_OUT), net.judge, Bar(**second), held_out)


def main(style: str, truth: Path) -> None:
    net, told = Net(), []
    epochs = range(1, EPOCHS + 1)
    alike = {"held_out": ("loss", "acc")}
    match style:
        case "two_bars":
            told = [both(net, {"desc": f"Epoch {e}/{EPOCHS}", "unit": "batch"}, {"desc": "Validation"}) for e in epochs]
        case "split_in_brackets":
            told = [both(net, {"desc": f"Epoch {e} [Train]"}, {"desc": f"Epoch {e} [Val]"}, **alike) for e in epochs]
        case "wiped_off":
            told = [both(net, {"desc": f"Epoch {e}", "leave": False}, {"desc": "Val", "leave": False}, **alike) for e in epochs]
        case "chinese":
            told = [
                both(net, {"desc": f"第{e}轮 训练", "ncols": 90}, {"desc": f"第{e}轮 验证", "ncols": 90}, **alike) for e in epochs
            ]
        case "nested":
            for _ in tqdm(epochs, desc="Epochs"):
                told.append(both(net, {"desc": "train", "leave": False}, {"desc": "valid", "leave": False}, **alike))
        case "over_epochs" | "over_epochs_said":
            bar = tqdm(epochs, desc="Epochs") if style == "over_epochs_said" else tqdm(epochs)
            for _ in bar:
                hidden = {"disable": True}
                told.append(both(net, hidden, hidden, names=(), held_out=()))
                bar.set_postfix(train_loss=told[-1][0], train_acc=told[-1][1], val_loss=told[-1][2], val_acc=told[-1][3])
    keys = ("train loss", "train accuracy", "val loss", "val accuracy")
    truth.write_text(
        "".join(json.dumps({"epoch": e, **dict(zip(keys, t, strict=True))}) + "\n" for e, t in zip(epochs, told, strict=True))
    )


main(sys.argv[1], Path(sys.argv[2]))
