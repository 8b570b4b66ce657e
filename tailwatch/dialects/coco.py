"""The summary that pycocotools prints after an evaluation: twelve lines of average precision and recall.

Source: pycocotools/cocoeval.py (summarize). Each line is a series of its own: its name holds the IoU, the area and the count.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import part

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "coco"
ORDER: Final = 7
ANCHORS: Final = (b"@[ IoU=",)
SAMPLES: Final = ((" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.370", "val AP 0.37"),)

_LINE: Final = lazy(
    rb"(?P<name>Average (?P<what>Precision|Recall)\s{1,6}\(A[PR]\) @\[ IoU=[0.:]{3,12}\s{0,12}\| area=\s{0,8}\w{1,10}\s{0,4}\| maxDets=\s{0,6}0{1,6}\s?\])"
    rb" ?= ?(?P<value>-?0\.0{1,6})"
)


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read one line of the summary; -1 says that there was nothing of that area."""
    found = _LINE.search(shape)
    if found is None:
        return None
    metric = "map" if found["what"] == b"Precision" else "mar"
    split = "test" if frame.split == "test" else "val"
    text = found["name"].decode("ascii", "replace")
    value = Field("value", *found.span("value"), SeriesSpec(text, metric, split), name_field=1)  # type: ignore[arg-type]
    return Plan(NAME, (value, part(found, "name", "name")), kind="summary")
