"""The row of all classes in an evaluation of YOLOv5 and later, where the header's line was cut away.

Source: ultralytics/models/yolo/detect/val.py (print_results), yolov5/val.py: images, instances, precision, recall and two means
of the average precision.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "yolo row"
ORDER: Final = 19
ANCHORS: Final = (b"       all       ",)
SAMPLES: Final = (
    (
        "                   all        128        929      0.712      0.612      0.691      0.452",
        "precision 0.712, recall 0.612, mAP50 0.691",
    ),
)

_ROW: Final = lazy(
    rb" {12,30}all {2,12}0{1,9} {2,12}0{1,9} {2,12}(0(?:\.0+)?) {2,12}(0(?:\.0+)?) {2,12}(0(?:\.0+)?) {2,12}(0(?:\.0+)?)\s*"
)
_NAMES: Final = ("P", "R", "mAP50", "mAP50-95")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the row where no header is known."""
    found = _ROW.fullmatch(shape) if not frame.header else None
    if found is None:
        return None
    specs = [SeriesSpec(name, meaning(name).metric, "val") for name in _NAMES]
    return Plan(NAME, tuple(Field("value", *found.span(i), spec) for i, spec in enumerate(specs, 1)))
