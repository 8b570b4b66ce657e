"""From the name a log prints to what it means: the metric, the split it was measured on, and which way is better.

Names are split into words (camel case, `_`, `/`, `-`, `.` and spaces separate), so `val_loss`, `Validation Loss`, `eval/loss`,
`valid_0's rmse`, `验证损失` and `TestAcc` all read alike. Unknown names keep their own words as the metric.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from tailwatch.core.events import Goal, Split

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[一-鿿]+|@|%")

_SPLIT_WORDS: Final[dict[str, Split]] = {
    **dict.fromkeys(("train", "training", "trn", "tr", "learn", "fit"), "train"),
    **dict.fromkeys(
        ("val", "valid", "validation", "validate", "validating", "eval", "evaluation", "evaluate", "dev", "holdout", "heldout"),
        "val",
    ),
    **dict.fromkeys(("test", "testing", "tst"), "test"),
}
_CHINESE_SPLITS: Final[tuple[tuple[str, Split], ...]] = (
    ("训练", "train"), ("验证", "val"), ("校验", "val"), ("评估", "val"), ("测试", "test"), ("訓練", "train"), ("驗證", "val"), ("測試", "test"),
)  # fmt: skip

_SYNONYMS: Final[dict[str, str]] = {
    "acc": "accuracy", "accuracy": "accuracy", "准确率": "accuracy", "精度": "accuracy", "正确率": "accuracy", "準確率": "accuracy",
    "categorical accuracy": "accuracy", "binary accuracy": "accuracy", "sparse categorical accuracy": "accuracy",
    "loss": "loss", "损失": "loss", "损失值": "loss", "損失": "loss", "average loss": "loss", "avg loss": "loss", "mean loss": "loss",
    "total loss": "loss", "tatal loss": "loss", "epoch loss": "loss", "batch loss": "loss", "running loss": "loss", "current loss": "loss",
    "lr": "lr", "learning rate": "lr", "学习率": "lr", "learningrate": "lr", "base lr": "lr", "學習率": "lr",
    "ppl": "perplexity", "perplexity": "perplexity", "困惑度": "perplexity",
    "grad norm": "grad_norm", "gradnorm": "grad_norm", "gnorm": "grad_norm", "norm": "grad_norm", "gradient norm": "grad_norm",
    "f1": "f1", "f 1": "f1", "f1 score": "f1", "auc": "auc", "roc auc": "auc", "召回率": "recall", "精确率": "precision",
    "acc 1": "accuracy_top1", "acc @ 1": "accuracy_top1", "top 1": "accuracy_top1", "prec @ 1": "accuracy_top1",
    "acc @ 5": "accuracy_top5", "prec @ 5": "accuracy_top5", "accuracy @ 1": "accuracy_top1", "accuracy @ 5": "accuracy_top5",
}  # fmt: skip

_LOWER_IS_BETTER: Final = frozenset(
    [
        "loss",
        "losses",
        "error",
        "err",
        "perplexity",
        "ppl",
        "rmse",
        "mse",
        "mae",
        "mape",
        "wer",
        "cer",
        "nll",
        "logloss",
        "bce",
        "ce",
        "crossentropy",
        "entropy",
        "kl",
        "epe",
        "fid",
        "mlogloss",
        "rmsle",
        "deviance",
        "objective",
        "cost",
        "bpb",
        "bpc",
        "bpd",
        "smape",
        "medae",
        "poisson",
        "hinge",
        "rank",
        "regret",
        "eer",
        "der",
        "ter",
    ]
)
_HIGHER_IS_BETTER: Final = frozenset(
    [
        "accuracy",
        "acc",
        "auc",
        "auroc",
        "auprc",
        "aucpr",
        "f1",
        "precision",
        "prec",
        "recall",
        "map",
        "ap",
        "mar",
        "ar",
        "dice",
        "iou",
        "miou",
        "pixacc",
        "bleu",
        "rouge",
        "reward",
        "return",
        "score",
        "r2",
        "psnr",
        "ssim",
        "ndcg",
        "hit",
        "hits",
        "top",
        "mrr",
        "exact",
        "em",
        "success",
        "win",
        "spearman",
        "pearson",
        "kappa",
        "mcc",
        "meteor",
        "cider",
        "spice",
        "chrf",
        "sari",
        "wins",
        "jaccard",
        "dcg",
    ]
)
_NEUTRAL: Final = frozenset(
    [
        "lr",
        "time",
        "eta",
        "data",
        "mem",
        "memory",
        "speed",
        "throughput",
        "seconds",
        "sec",
        "secs",
        "s",
        "ms",
        "hours",
        "epoch",
        "step",
        "iter",
        "iteration",
        "size",
        "count",
        "num",
        "scale",
        "tokens",
        "samples",
        "examples",
        "sps",
        "wps",
        "ups",
        "wpb",
        "bsz",
        "mfu",
        "fps",
        "norm",
        "gnorm",
        "wall",
        "elapsed",
        "duration",
        "runtime",
        "second",
        "lambda",
        "alpha",
        "beta",
        "gamma",
        "temperature",
        "temp",
    ]
)


class Meaning(NamedTuple):
    """What a printed name means. `metric` is normalised (`loss`, `accuracy`, `lr`, ...); `goal` None where neither way is better."""

    metric: str
    split: Split | None
    goal: Goal | None
    known: bool


def words(name: str) -> list[str]:
    """Return the lower-case words of a printed name."""
    return [w.lower() for w in _WORD.findall(name)]


@lru_cache(maxsize=4096)
def meaning(name: str) -> Meaning:
    """Work out metric, split and direction from a printed name."""
    kept: list[str] = []
    split: Split | None = None
    for word in words(name):
        found = _SPLIT_WORDS.get(word) or _chinese_split(word)
        if found and split is None:
            split = found
            word = _without_chinese_split(word)  # noqa: PLW2901 - what is left of it
            if word in _SPLIT_WORDS or not word:
                continue
        kept.append(word)
    if split == "val" and kept[:1] and kept[0].isdigit():
        kept = kept[1:]  # valid_0's rmse
    if kept[:1] == ["s"]:
        kept = kept[1:]  # training's auc
    phrase = " ".join(kept)
    metric = (
        _SYNONYMS.get(phrase)
        or _SYNONYMS.get(phrase.removesuffix(" avg").removeprefix("avg ").removeprefix("average "))
        or "_".join(kept)
    )
    goal = _goal(metric, kept)
    return Meaning(metric or name.strip().lower(), split, goal, goal is not None or metric in _SYNONYMS.values())


def split_of(text: str) -> Split | None:
    """Return the split that a heading or a line's opening words name, if any."""
    for word in words(text):
        found = _SPLIT_WORDS.get(word) or _chinese_split(word)
        if found and word not in {"fit", "tr", "learn"}:
            return found
    return None


def _chinese_split(word: str) -> Split | None:
    return next((split for mark, split in _CHINESE_SPLITS if mark in word), None)


def _without_chinese_split(word: str) -> str:
    for mark, _ in _CHINESE_SPLITS:
        word = word.replace(f"{mark}集", "").replace(mark, "")
    return word


def _goal(metric: str, kept: list[str]) -> Goal | None:
    if metric in {"lr", "grad_norm"}:
        return None
    stems = [metric, *kept, *metric.split("_")]
    if any(w in _LOWER_IS_BETTER or w.endswith(("loss", "error", "损失", "損失", "误差")) for w in stems):
        return "min"
    if any(w in _HIGHER_IS_BETTER or w.endswith(("accuracy", "准确率", "精度", "召回率", "acc")) for w in stems):
        return "max"
    return None


def is_neutral(name: str) -> bool:
    """Whether a name is of the kind that has no split of its own: a rate, a time, a size, a counter."""
    found = words(name)
    return meaning(name).metric in {"lr", "grad_norm"} or any(w in _NEUTRAL for w in found)
