"""FuxiCTR: an epoch's loss stands before the line that names it, for only the first epoch is announced, and the end of each.

Source: fuxictr/pytorch/models/rank_model.py (fit, train_epoch, eval_step, evaluate).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    import re

    from tailwatch.core.events import Role

NAME: Final = "fuxictr"
ORDER: Final = 7
ANCHORS: Final = (b"* Epoch=0", b"Evaluation @epoch 0", b"Train loss: 0")
SAMPLES: Final = (
    (
        (
            "2024-05-01 10:11:12,123 P77 INFO ************ Epoch=4 end ************\n"
            "2024-05-01 10:12:12,123 P77 INFO Train loss: 0.431212\n"
            "2024-05-01 10:12:12,124 P77 INFO Evaluation @epoch 5 - batch 128: "
        ),
        "train loss 0.431212 at step 128 of epoch 5",
    ),
)

_EDGE: Final = lazy(rb"\*{4,20} Epoch=(0{1,6}) (start|end) \*{4,20}\s*$")
_LOSS: Final = lazy(rb"Train loss: (0{1,9}\.0{1,12}|nan|inf)\s*$")
_EVALUATION: Final = lazy(rb"Evaluation @epoch (0{1,6}) - batch (0{1,9}):\s*$")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the edges of an epoch, the loss that waits for the name of its epoch, and the line that names it."""
    before = prefix(shape)
    edge = _EDGE.match(shape, before.end)
    if edge is not None:
        fields = () if edge[2] == b"end" else (Field("epoch", *edge.span(1)),)
        return Plan(NAME, fields, mark="epoch_begin" if fields else None, frame=Frame(dialect=NAME))
    if frame.dialect != NAME:
        return None
    loss = _LOSS.match(shape, before.end)
    if loss is not None:
        time = () if before.time is None else (Field("time", *before.time),)
        return Plan(NAME, (*time, Field("value", *loss.span(1), SeriesSpec("Train loss", "loss", "train"))), kind="boxed")
    found = _EVALUATION.match(shape, before.end)
    if found is None:
        return None
    return Plan(NAME, _places(found), kind="boxed", frame=Frame(split="val", dialect=NAME), closes=True)


def _places(found: re.Match[bytes]) -> tuple[Field, ...]:
    roles: tuple[Role, ...] = ("epoch", "step")
    return tuple([Field(role, *found.span(group)) for group, role in enumerate(roles, 1)])
