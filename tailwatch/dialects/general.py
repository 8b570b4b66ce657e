"""The general grammar: `name number` pairs with epoch, step and split from the line itself or from what came before.

It carries most of what people invent: `Epoch 3/100 | train loss 0.5 | val loss 0.6`, `[epoch 1] loss=...`, Python and JSON
dicts, tqdm postfixes, `[10] train-rmse:0.5`, `第3轮 验证损失 0.5`. A number becomes a series only when its name is known to be a
metric, or when it stands beside one or beside an epoch or a step.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tailwatch.core.events import EMPTY_FRAME, Field, Frame, Plan
from tailwatch.core.metrics import split_of
from tailwatch.dialects._headings import heading
from tailwatch.dialects._pairs import Pairs
from tailwatch.dialects._tokens import Scan, scan

if TYPE_CHECKING:
    from tailwatch.core.events import PlanKind

NAME: Final = "general"
ANCHORS: Final[tuple[bytes, ...]] = ()
SAMPLES: Final = (
    ("Epoch 3/100 | train loss 0.5 | val loss 0.6", "loss train 0.5, loss val 0.6 at epoch 3"),
    ("[epoch 1] loss=0.25, acc=81.2%", "loss 0.25, accuracy 81.2 % at epoch 1"),
    ("step 50: train loss 2.7721, val loss 2.7904", "loss train 2.7721, loss val 2.7904 at step 50"),
    ("第3轮 训练损失: 0.41, 验证损失: 0.5", "loss train 0.41, loss val 0.5 at epoch 3"),
    ("[10]\ttrain-logloss:0.12619\teval-auc:0.88448", "logloss train, auc val at step 10"),
    ("{'eval_loss': '0.3214', 'eval_accuracy': '0.91', 'epoch': '1.0'}", "loss val, accuracy val at epoch 1"),
)

_CONFIG: Final = re.compile(
    rb"Namespace\(|[Aa]rgs?\b[ :=({]|[Cc]onfig(?:uration)?\b[ :=({]|[Pp]arams?: ?\{|[Hh]yper-?[Pp]aram|Arguments\(|"
    rb"defaults? ?[:=]"
)
_NOT_AN_EPOCH: Final = re.compile(rb"[Ll]oad|[Rr]esum|[Bb]est|[Rr]estor|[Ss]av|checkpoint|[Ww]arm|[Ss]top", re.ASCII)
_STRATEGY: Final = re.compile(
    rb"\b((?:Multi[Ww]orker)?Mirrored|TPU|ParameterServer|CentralStorage|OneDevice|_?DefaultDistribution)Strategy\b"
)


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Make the plan of a line from its name-number pairs; None where it holds none that matter."""
    found = scan(shape)
    pairs = Pairs(found, frame)
    pairs.read()
    texts = _texts(shape)
    if _is_config(found, pairs):
        return _settings(pairs, texts, found)
    pairs.keep_values()
    if pairs.values:
        return Plan(NAME, _fields(found, pairs), kind=_kind(found, pairs), frame=_frame_after(frame, pairs), settings=texts)
    if pairs.settings or texts:
        return _settings(pairs, texts, found)
    if pairs.epoch_field is not None and pairs.first_place < 32 and _NOT_AN_EPOCH.search(found.masked) is None:
        split = split_of(found.masked.decode("utf-8", "replace"))
        return Plan(NAME, _fields(found, pairs), mark="epoch_begin", frame=None if frame.dialect else Frame(split=split))
    if found.bar or (pairs.step_field is not None and pairs.first_place < 32):
        return Plan(NAME, _fields(found, pairs), kind="bar")
    return heading(shape, found.masked, frame)


def _kind(found: Scan, pairs: Pairs) -> PlanKind:
    if found.bar or pairs.steps_field is not None:
        return "bar"
    if pairs.step_field is not None:
        return "summary" if any(f.series and f.series.split in ("val", "test") for f in pairs.values) else "running"
    return "context"


def _frame_after(frame: Frame, pairs: Pairs) -> Frame | None:
    """A line that names its own epoch ends the heading before it, unless it stands under it and takes its split from it."""
    if frame == EMPTY_FRAME or frame.dialect or pairs.epoch_field is None or pairs.used_frame:
        return None
    return EMPTY_FRAME


def _fields(found: Scan, pairs: Pairs) -> tuple[Field, ...]:
    names_at = len(pairs.values)
    values = [replace(v, name_field=v.name_field + names_at) if v.name_field >= 0 else v for v in pairs.values]
    fields = [*values, *pairs.names, *pairs.places]
    if found.time is not None:
        fields.append(Field("time", *found.time))
    if found.rank is not None:
        fields.append(Field("rank", *found.rank))
    return tuple(fields)


def _is_config(found: Scan, pairs: Pairs) -> bool:
    placed = pairs.epoch_field is not None or pairs.step_field is not None
    if placed and len(pairs.settings) < 3:
        return False
    return len(pairs.settings) >= 2 or _CONFIG.search(found.masked) is not None


def _settings(pairs: Pairs, texts: tuple[tuple[str, str], ...], found: Scan) -> Plan | None:
    fields = pairs.all_settings()
    if not fields and not texts:
        return Plan(NAME) if _CONFIG.search(found.masked) is not None else None
    return Plan(NAME, tuple(fields), settings=texts)


def _texts(shape: bytes) -> tuple[tuple[str, str], ...]:
    found = _STRATEGY.search(shape)
    return (("strategy", found[0].decode("ascii").lstrip("_")),) if found else ()
