"""What settings, metrics, findings and verdicts are called in sentences: literal English, so that it can be translated."""

from __future__ import annotations

from tailwatch.core.events import Text
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTINGS: Final[dict[str, str]] = {
    "batch_size": "batch size",
    "devices": "devices",
    "dropout": "dropout",
    "epochs": "planned epochs",
    "global_batch_size": "global batch",
    "gradient_accumulation": "gradient accumulation",
    "learning_rate": "learning rate",
    "momentum": "momentum",
    "num_workers": "loader workers",
    "parameters": "parameters",
    "patience": "patience",
    "per_device_batch_size": "batch per device",
    "seed": "seed",
    "steps_per_epoch": "steps per epoch",
    "strategy": "strategy",
    "total_steps": "total steps",
    "train_samples": "training samples",
    "val_samples": "validation samples",
    "warmup_steps": "warm-up steps",
    "weight_decay": "weight decay",
}

METRICS: Final[dict[str, str]] = {
    "loss": "loss",
    "accuracy": "accuracy",
    "accuracy_top1": "top-1 accuracy",
    "accuracy_top5": "top-5 accuracy",
    "perplexity": "perplexity",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "auc": "AUC",
    "map": "mAP",
    "miou": "mIoU",
    "lr": "learning rate",
}


FINDINGS: Final[dict[str, str]] = {
    "overfitting": "overfitting",
    "diverged": "diverged",
    "not_a_number": "not a number",
    "spike": "spike",
    "oscillating": "oscillating",
    "plateau": "plateau",
    "batch_scaling": "batch scaling",
    "monitors_disagree": "monitors disagree",
    "lr_too_high": "lr too high",
    "stalled": "stalled",
    "slowdown": "slowdown",
    "crashed": "crashed",
    "killed": "killed",
    "out_of_memory": "out of memory",
    "regression": "regression",
}


LABELS: Final[dict[str, str]] = {
    "fatal": "fatal",
    "actionable": "actionable",
    "unknown": "unknown",
    "info": "info",
    "harmless": "harmless",
}

SEVERITIES: Final[dict[str, str]] = {"critical": "critical", "warning": "warning", "info": "info"}

SPLITS: Final[dict[str, str]] = {"train": "train", "val": "val", "test": "test"}


LIST: Final = "{first}, {rest}"
SENTENCES: Final = "{first} {rest}"


def setting_name(key: str) -> Text:
    """Return what a setting is called; one without a name of its own is called by its key."""
    return Text(SETTINGS[key]) if key in SETTINGS else Text("{name}", {"name": key.replace("_", " ")})


def metric_name(metric: str) -> Text:
    """Return what a metric is called; one without a name of its own is called as the log has it."""
    return Text(METRICS[metric]) if metric in METRICS else Text("{name}", {"name": _written(metric)})


def _written(metric: str) -> str:
    """Return a name in words, with detection's scores as everybody writes them: `box map_50_95` is `box mAP50-95`."""
    words = metric.replace("_", " ").split(" ")
    shown: list[str] = []
    for word in words:
        if word.isdecimal() and shown and shown[-1].startswith("mAP"):
            shown[-1] += word if shown[-1] == "mAP" else f"-{word}"
        else:
            shown.append("mAP" + word[3:] if word == "map" or (word[:3] == "map" and word[3:].isdecimal()) else word)
    return " ".join(shown)


def listed(items: Sequence[Text | str]) -> Text:
    """Join sentences or words as a list: `a, b, c`."""
    return _together(LIST, items)


def joined(sentences: Sequence[Text]) -> Text:
    """Put whole sentences one after another."""
    return _together(SENTENCES, sentences)


def _together(template: str, items: Sequence[Text | str]) -> Text:
    """Join in halves: a long list must not nest as deep as it is long."""
    if not items:
        return Text("")
    if len(items) == 1:
        return items[0] if isinstance(items[0], Text) else Text("{name}", {"name": items[0]})
    middle = len(items) // 2
    return Text(template, {"first": _together(template, items[:middle]), "rest": _together(template, items[middle:])})
