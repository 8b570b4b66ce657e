"""Darknet's training lines, old and new, and the accuracy it counts in between.

Source: AlexeyAB/darknet, src/detector.c (train_detector, validate_detector_map); pjreddie/darknet, examples/detector.c.
The first number is the batch's loss, the second its running average. What each detection layer prints (`Region 82 Avg IOU`,
`v3 (iou loss, ...`) is of one layer and one part of a batch: claimed, and no series.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import part

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "darknet"
ORDER: Final = 4
ANCHORS: Final = (b" avg loss, ", b" avg, 0", b"mAP@0", b"Region 0", b"v0 (", b"next mAP calculation")
SAMPLES: Final = (
    (" 1001: 2.312311, 2.512311 avg loss, 0.001000 rate, 4.221312 seconds, 64064 images, 3.1 hours left", "loss, loss (avg), lr"),
    ("1: 712.312123, 712.312123 avg, 0.000000 rate, 8.121212 seconds, 64 images", "loss, loss (avg), lr"),
    (" mean average precision (mAP@0.50) = 0.712121, or 71.21 % ", "val map 0.712121"),
    (" Last accuracy mAP@0.50 = 61.21 %, best = 62.31 % ", "understood"),
)

_NUMBER: Final = rb"-?(?:0{1,12}(?:\.0{1,12})?|nan|inf)"
_ROUND: Final = lazy(rb"\s{0,4}(0{1,9}): (" + _NUMBER + rb"), (" + _NUMBER + rb") avg(?: loss)?, (" + _NUMBER + rb") rate, 0")
_MAP: Final = lazy(rb"\s{0,2}mean average precision \(mAP@0\.0{1,2}\) = (" + _NUMBER + rb")")
_CLAIMED: Final = lazy(
    rb"\s{0,2}(?:Region 0{1,4} Avg IOU:|v0 \(\w{1,8} loss, Normalizer:|\(next mAP calculation at|Last accuracy mAP@)"
)
_SPECS: Final = (SeriesSpec("loss", "loss", "train"), SeriesSpec("loss (avg)", "loss", "train"), SeriesSpec("rate", "lr"))


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a round, or the mean average precision of a validation."""
    del frame
    row = _ROUND.match(shape)
    if row is not None:
        values = [Field("value", *row.span(i + 2), spec) for i, spec in enumerate(_SPECS)]
        return Plan(NAME, (part(row, 1, "step"), *values), kind="running")
    counted = _MAP.match(shape)
    if counted is not None:
        return Plan(NAME, (Field("value", *counted.span(1), SeriesSpec("mAP", "map", "val")),), kind="summary")
    return Plan(NAME) if _CLAIMED.match(shape) else None
