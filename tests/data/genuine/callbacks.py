"""Keras with early stopping and a checkpoint, on one metric or on two, as `--checkpoint` says. Needs keras and torch."""

from __future__ import annotations

import argparse
import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np


def data(count: int, seed: int, wrong: float) -> tuple[np.ndarray, np.ndarray]:
    """Return random vectors and the class that a random plane gives them, a share of the classes being wrong."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(count, 20)).astype("float32")
    y = (x @ np.random.default_rng(99).normal(size=20) > 0).astype("int32")
    return x, np.where(draw.random(count) < wrong, 1 - y, y)


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", default="val_accuracy")
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--patience", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", type=int, default=2)
    o = parser.parse_args()
    keras.utils.set_random_seed(o.seed)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((20,)), layers.Dense(128, "relu"), layers.Dense(128, "relu"), layers.Dense(1, "sigmoid")]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    callbacks = [
        keras.callbacks.ModelCheckpoint("best.keras", monitor=o.checkpoint, save_best_only=True, verbose=1),
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=o.patience, restore_best_weights=True, verbose=1),
    ]
    model.fit(
        *data(o.samples, 1, 0.15), validation_data=data(600, 2, 0.15), epochs=30, batch_size=32, verbose=o.verbose,
        callbacks=callbacks,
    )  # fmt: skip


if __name__ == "__main__":
    main()
