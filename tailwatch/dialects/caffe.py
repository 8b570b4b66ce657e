"""Caffe's solver: the loss of an iteration is the training's, also after a test of the net.

Source: BVLC/caffe, src/caffe/solver.cpp (Step, Test). The outputs of the nets are read by the general grammar.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import part
from tailwatch.dialects._frames import under
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "caffe"
ORDER: Final = 4
ANCHORS: Final = (b"solver.cpp:000] Iteration",)
SAMPLES: Final = (
    (
        "I0301 10:11:13.131312  5405 solver.cpp:218] Iteration 0 (-1.1e-42 iter/s, 0.312s/100 iters), loss = 2.3412",
        "train loss 2.3412",
    ),
    ("I0301 10:11:12.121212  5405 solver.cpp:229] Iteration 200, loss = 1.1212", "train loss 1.1212 at step 200"),
)

_ROUND: Final = lazy(
    rb"Iteration (0{1,9})(?: \([^()]{1,60}\))?, loss = (-?(?:0{1,12}(?:\.0{1,12})?(?:e[-+]0{1,3})?|nan|inf))\s*$"
)


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the smoothed training loss of an iteration."""
    before = prefix(shape)
    row = _ROUND.match(shape, before.end)
    if row is None:
        return None
    fields = [part(row, 1, "step"), Field("value", *row.span(2), SeriesSpec("Iteration loss", "loss", "train"))]
    if before.time is not None:
        fields.append(Field("time", *before.time))
    return Plan(NAME, tuple(fields), kind="running", frame=under(frame, None) if frame.split else None)
