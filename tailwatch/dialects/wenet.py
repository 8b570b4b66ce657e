"""WeNet's lines of a batch and of a cross validation, whose epoch stands before the slash: `TRAIN Batch 3/100 loss 9.1`.

Source: wenet-e2e/wenet, wenet/utils/executor.py (train, cv) and wenet/bin/train.py (`Epoch {} CV info cv_loss {}`) of version 1;
wenet/utils/train_utils.py (log_per_step, log_per_epoch) of version 3.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    from tailwatch.core.events import Frame, Split

NAME: Final = "wenet"
ANCHORS: Final = (b"TRAIN Batch 0", b"CV Batch 0", b"| Batch 0", b" CV info ")
SAMPLES: Final = (
    (
        "2023-05-01 10:11:12,121 DEBUG TRAIN Batch 3/100 loss 9.121 loss_att 8.121 lr 0.004 rank 1",
        "loss 9.121 of rank 1 at step 100 of epoch 3",
    ),
    ("2023-05-01 10:11:12,121 DEBUG CV Batch 3/100 loss 9.121 history loss 8.121 rank 0", "validation loss 9.121 of a batch"),
    ("2023-05-01 10:11:12,121 INFO Epoch 3 CV info cv_loss 7.121", "validation loss 7.121 of epoch 3"),
    (
        "2024-05-01 10:11:12,121 DEBUG CV | steps/sec 3.213| Batch 3/100 loss 9.121000 loss_ctc 8.121000 ",
        "validation loss 9.121 of a batch",
    ),
)

_BATCH: Final = lazy(rb"\b(TRAIN|CV) (?:\| (?:steps/sec 0{1,6}\.0{1,6}\| )?)?Batch (0{1,5})/(0{1,9})")
_RESULT: Final = lazy(rb"Epoch (0{1,5})(?: Step (0{1,9}))? CV info")
_PAIR: Final = lazy(rb" ([a-z_]{1,24}|history loss) (-?(?:0{1,12}(?:\.0{1,20})?(?:e[-+]?0{1,3})?|nan|inf))(?![^ \n])")


def read(shape: bytes, frame: Frame) -> Plan | None:  # noqa: ARG001 - every dialect is asked so
    """Read the line of a batch or of an epoch's cross validation."""
    before = prefix(shape)
    batch = _BATCH.search(shape, 0, 240)  # the name before a bar looks like a logger's
    result = _RESULT.match(shape, before.end) if batch is None else None
    found = batch or result
    if found is None:
        return None
    split: Split = "train" if batch is not None and batch[1] == b"TRAIN" else "val"
    fields: list[Field] = []
    for pair in _PAIR.finditer(shape, found.end()):
        name = pair[1].decode("ascii")
        if name == "rank":
            fields.append(Field("rank", *pair.span(2)))
        else:
            spec = SeriesSpec(name, meaning(name).metric, None if is_neutral(name) else split)
            fields.append(Field("value", *pair.span(2), spec))
    if not any(f.role == "value" for f in fields):
        return None
    if before.time is not None:
        fields.append(Field("time", *before.time))
    if result is not None:
        step = [Field("step", *result.span(2))] if result[2] is not None else []
        return Plan(NAME, (*fields, Field("epoch", *result.span(1)), *step), kind="summary")
    places = [Field("epoch", *found.span(2)), *([Field("step", *found.span(3))] if split == "train" else [])]
    return Plan(NAME, (*fields, *places), kind="running")
