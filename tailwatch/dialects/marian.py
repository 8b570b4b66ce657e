"""Marian's training lines, whose fields stand between colons with their names before or behind.

Source: marian-nmt/marian, src/training/scheduler.h (update, validate).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import part
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "marian"
ORDER: Final = 4
ANCHORS: Final = (b" : Up. 0",)
SAMPLES: Final = (
    (
        (
            "[2023-05-01 10:11:22] Ep. 1 : Up. 1000 : Sen. 121,212 : Cost 7.121 * 312,121 @ 1,212 after 3,121,212 : Time 61.21s : "
            "512.12 words/s : gNorm 1.2121 : L.r. 1.8750e-05"
        ),
        "train cost, grad_norm, lr",
    ),
    ("[2023-05-01 10:21:32] [valid] Ep. 1 : Up. 5000 : bleu : 12.1212 : new best", "val bleu"),
)

_HEAD: Final = lazy(rb"(?:\[valid\] )?Ep\. (0{1,9}) : Up\. (0{1,9}) : ")
_NUMBER: Final = rb"(-?(?:0{1,12}(?:\.0{1,12})?(?:e[-+]?0{1,3})?|nan|inf))"
_VALID: Final = lazy(rb"([A-Za-z][\w-]{1,40}) : " + _NUMBER + rb"(?= : |\s*$)")
_TRAIN: Final = (
    (lazy(rb"Cost " + _NUMBER), SeriesSpec("Cost", "cost", "train")),
    (lazy(rb"gNorm " + _NUMBER), SeriesSpec("gNorm", "grad_norm")),
    (lazy(rb"L\.r\. " + _NUMBER), SeriesSpec("L.r.", "lr")),
)


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read an update or a validation."""
    del frame
    before = prefix(shape)
    head = _HEAD.search(shape, max(0, before.end - 8), before.end + 40)
    if head is None:
        return None
    fields = [part(head, 1, "epoch"), part(head, 2, "step")]
    if before.time is not None:
        fields.append(Field("time", *before.time))
    valid = _VALID.match(shape, head.end()) if b"[valid]" in shape[: head.start() + 8] else None
    if valid is not None:
        name = valid[1].decode("ascii")
        fields.append(Field("value", *valid.span(2), SeriesSpec(name, meaning(name).metric, "val")))
        return Plan(NAME, tuple(fields), kind="summary")
    found = [(pattern.search(shape, head.end()), spec) for pattern, spec in _TRAIN]
    values = [Field("value", *match.span(1), spec) for match, spec in found if match is not None]
    return Plan(NAME, (*fields, *values), kind="running") if values else None
