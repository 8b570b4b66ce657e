"""From the text before a number to its name, and from the name to the part the number plays."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from tailwatch.core.metrics import is_neutral, meaning, words

_DELIMITERS: Final = re.compile(
    rb"[,;|\t{}~<>]|\s-{1,3}\s|\]\s*\[|\]\s|\)\s|\\[tn]|>> ?|\s{3,}|\xe3\x80\x81|\xe3\x80\x82|[!?] |(?<=[a-z]{5})\. |(?<=0[a-z])\. |(?<=0)\. |\xef\xbc\x81|\xef\xbc\x8c|\xef\xbc\x9b|(?<=\S)\|"
)
_TRAIL: Final = re.compile(rb"(?:[\s:=\"'(\[]|-+>|\xef\xbc\x9a|tensor\(|np\.float0+\()*$")
_STOP: Final = frozenset(
    (
        "is",
        "of",
        "at",
        "was",
        "to",
        "from",
        "by",
        "in",
        "with",
        "on",
        "the",
        "and",
        "a",
        "for",
        "reached",
        "be",
        "are",
        "as",
        "or",
        "than",
    )
)
_EPOCH: Final = frozenset(("epoch", "epochs", "ep", "轮", "轮次", "周期", "epoc"))
_STEP: Final = frozenset(
    ("step", "steps", "iter", "iters", "iteration", "iterations", "batch", "batches", "update", "updates", "itr", "minibatch", "it", "步", "步数", "迭代", "批次", "episode", "round", "globalstep", "timesteps", "fold", "boosting", "trees", "tree")
)  # fmt: skip
_NOT_A_PLACE: Final = frozenset(
    ("best", "per", "max", "num", "total", "warmup", "every", "time", "size", "early", "stop", "stopped", "patience", "n", "each", "last", "seconds", "sec", "speed", "number", "decay", "save", "log", "eval", "interval", "accumulation", "until", "after", "warm", "start", "init")
)  # fmt: skip
_SETTING_KEYS: Final[dict[str, str]] = {
    "global batch size": "global_batch_size", "全局批次大小": "global_batch_size", "total train batch size w parallel distributed accumulation": "global_batch_size",
    "total train batch size": "global_batch_size", "total batch size": "global_batch_size", "global batch": "global_batch_size", "全局 batch size": "global_batch_size",
    "effective batch size": "global_batch_size", "total desired batch size": "global_batch_size", "train batch size": "per_device_batch_size",
    "instantaneous batch size per device": "per_device_batch_size", "per device train batch size": "per_device_batch_size", "batch size per device": "per_device_batch_size",
    "per device batch size": "per_device_batch_size", "micro batch size": "per_device_batch_size", "batch size per gpu": "per_device_batch_size", "单 gpu": "per_device_batch_size",
    "单gpu": "per_device_batch_size", "每卡批次大小": "per_device_batch_size", "batch size": "batch_size", "batchsize": "batch_size", "批次大小": "batch_size", "批大小": "batch_size",
    "gradient accumulation steps": "gradient_accumulation", "梯度累积步数": "gradient_accumulation", "grad accum": "gradient_accumulation", "grad accum steps": "gradient_accumulation",
    "learning rate": "learning_rate", "学习率": "learning_rate", "初始学习率": "learning_rate", "init lr": "learning_rate", "initial lr": "learning_rate", "base lr": "learning_rate", "lr": "learning_rate",
    "initial learning rate": "learning_rate", "num epochs": "epochs", "epochs": "epochs", "max epochs": "epochs", "num train epochs": "epochs", "训练轮数": "epochs", "总轮数": "epochs", "n epochs": "epochs",
    "world size": "devices", "num gpus": "devices", "gpus": "devices", "n gpu": "devices", "num devices": "devices", "副本数": "devices", "number of devices": "devices", "replicas": "devices", "num replicas in sync": "devices",
    "num examples": "train_samples", "训练样本": "train_samples", "训练样本数": "train_samples", "train samples": "train_samples", "training samples": "train_samples", "number of training examples": "train_samples",
    "num train samples": "train_samples", "train size": "train_samples", "train dataset size": "train_samples", "验证样本": "val_samples", "val samples": "val_samples", "validation samples": "val_samples", "val size": "val_samples",
    "每轮步数": "steps_per_epoch", "steps per epoch": "steps_per_epoch", "iterations per epoch": "steps_per_epoch", "total optimization steps": "total_steps", "max steps": "total_steps", "total steps": "total_steps",
    "warmup steps": "warmup_steps", "warmup iters": "warmup_steps", "seed": "seed", "weight decay": "weight_decay", "dropout": "dropout", "patience": "patience", "模型参数量": "parameters", "num parameters": "parameters",
    "number of parameters": "parameters", "number of trainable parameters": "parameters", "trainable parameters": "parameters", "总参数": "parameters", "num workers": "num_workers", "max lr": "learning_rate",
}  # fmt: skip
_NOT_METRICS: Final = re.compile(
    r"scale|weight|coef|thresh|ratio|warmup|decay|smooth|patience|min_?delta|factor|window|interval|freq|param|version|port\b|seed|_fn|func(?:tion)?s?$|size|worker|memory|\bmem\b|gpu|device|layer|hidden|dim\b|head|limit|margin|lambda|temperature_init|beta_?0|iou_t|conf_t"
)

Part = Literal["value", "epoch", "step", "setting", "time", "nothing"]


class Name(NamedTuple):
    """A name as printed and the part its number plays. `sure` says that the name alone makes it a metric."""

    text: str
    part: Part
    sure: bool
    key: str = ""


def name_before(gap: bytes) -> tuple[bytes, int]:
    """Return the name that ends before a number and where in `gap` it begins; b"" if there is none."""
    end = _TRAIL.search(gap)
    stop = end.start() if end else len(gap)
    body = gap[:stop]
    start = 0
    for found in _DELIMITERS.finditer(body):
        start = found.end()
    piece = body[start:]
    for mark in (b": ", b":\t", b"=", b":", b"\xef\xbc\x9a"):
        cut = piece.rfind(mark)
        if cut >= 0 and _has_word(piece[cut + len(mark) :]):
            start += cut + len(mark)
            piece = body[start:]
    lead = len(piece) - len(piece.lstrip(b" \t\"'*#-.[({!>=:/)]%+"))
    return piece[lead:].rstrip(b" \"'*#>)]"), start + lead


def _has_word(piece: bytes) -> bool:
    return re.search(rb"[A-Za-z\x80-\xff]", piece) is not None


@lru_cache(maxsize=4096)
def classify(raw: bytes) -> Name:
    """Return what a number called so is."""
    text = raw.decode("utf-8", "replace").strip()
    found = words(text)
    while found and found[0] in _STOP:
        found = found[1:]
    while found and found[-1] in _STOP:
        found = found[:-1]
    if not found or len(found) > 8 or len(text) > LONGEST_NAME:
        return Name(text, "nothing", sure=False)
    phrase = " ".join(found)
    placed = _place(found)
    if placed is not None:
        return Name(text, placed, sure=True)
    key = _SETTING_KEYS.get(phrase)
    if key is not None and phrase not in ("lr", "learning rate", "学习率"):
        return Name(text, "setting", sure=True, key=key)
    if found[-1] in ("eta", "elapsed", "remaining") or phrase in ("time", "data"):
        return Name(text, "time", sure=False)
    known = meaning(text)
    sure = known.known and _NOT_METRICS.search(text.lower()) is None and len(found) <= 6
    if not sure and len(found) > 5:
        return Name(text, "nothing", sure=False)
    return Name(text, "value", sure=sure, key=key or "")


LONGEST_NAME: Final = 48


def _place(found: list[str]) -> Part | None:
    last = found[-1]
    if last in {"th", "st"} or (len(found) > 1 and any(w in _NOT_A_PLACE for w in found[:-1])):
        return None
    if last in _EPOCH or last.endswith("第") or (last == "id" and len(found) > 1 and found[-2] == "epoch"):
        return "epoch" if last != "epochs" else None
    if last in _STEP or (last in ("id", "index", "idx", "number", "#") and len(found) > 1 and found[-2] in _STEP):
        return (
            "step"
            if last not in ("steps", "iters", "iterations", "batches", "updates", "trees", "timesteps") or len(found) == 1
            else None
        )
    return None


def inherits_split(text: str) -> bool:
    """Whether a name without a split of its own takes that of the name before it in the line."""
    return not is_neutral(text)
