"""Boosted trees on labels of which a share is wrong, with or without early stopping. Needs xgboost."""

from __future__ import annotations

import argparse

import numpy as np
import xgboost


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--rate", type=float, default=0.3)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--samples", type=int, default=500)
    o = parser.parse_args()
    draw = np.random.default_rng(0)
    x = draw.normal(size=(o.samples + 1000, 10))
    y = (x[:, 0] * x[:, 1] + x[:, 2] > 0) ^ (draw.random(len(x)) < 0.2)
    train, held = xgboost.DMatrix(x[1000:], y[1000:]), xgboost.DMatrix(x[:1000], y[:1000])
    settings = {"objective": "binary:logistic", "max_depth": o.depth, "eta": o.rate, "nthread": 1, "lambda": 1.0, "seed": 0}
    xgboost.train(settings, train, o.rounds, evals=[(train, "train"), (held, "valid")])


if __name__ == "__main__":
    main()
