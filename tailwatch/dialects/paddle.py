"""PaddlePaddle's high-level API (`Model.fit`), verbose 1 and 2: one line form for training and evaluation.

Source: paddle/hapi/progressbar.py and callbacks.py (ProgBarLogger). The loss is that of the last step, the metrics are
cumulative; `Eval begin...` tells that the lines after it are an evaluation's.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import named_values, part
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "paddle"
ORDER: Final = 5
ANCHORS: Final = (b"step 0", b"step  0", b"step   0")
SAMPLES: Final = (
    ("step 79/79 [==============================] - loss: 0.6905 - acc: 0.4910 - 7ms/step", "train loss 0.6905, train acc 0.491"),
    ("    step 100/614 - loss: 0.1709 - AUROC_avg: 0.6707", "train loss 0.1709, train AUROC_avg 0.6707"),
)

_HEAD: Final = lazy(rb"\s*step {1,4}(?P<step>0{1,9})(?:/(?P<steps>0{1,9}))?(?: \[[=>.]{1,60}\])?(?= - )")
_PAIR: Final = lazy(
    rb" - ([A-Za-z_\x80-\xff][^:]{0,80}?): {1,2}([-+]?(?:0{1,12}(?:\.0{0,20})?(?:e[-+]?0{1,3})?|nan|inf))(?![\d:])"
)


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a step line; which phase it belongs to is told by the line before the first."""
    before = prefix(shape)
    head = _HEAD.match(shape, before.end)
    if head is None:
        return None
    split = frame.split if frame.split in ("val", "test") else "train"
    pairs = [(m.span(1), m.span(2)) for m in _PAIR.finditer(shape, head.end()) if m[1] != b"ETA"]
    if not pairs:
        return None
    fields: list[Field] = [
        f
        if f.series is None or is_neutral(f.series.name)
        else Field(f.role, f.start, f.end, f.series.on(split), name_field=f.name_field)
        for f in named_values(pairs, shape)
    ]
    fields.append(part(head, "step", "step"))
    if head["steps"]:
        fields.append(part(head, "steps", "steps"))
    if before.time is not None:
        fields.append(Field("time", *before.time))
    return Plan(NAME, tuple(fields), kind="bar" if head["steps"] else "running", inherits=True)
