"""EvoTorch's log on the screen: a block of names, set to the right, for each generation, the first of which is its number.

Source: evotorch/logging.py (StdOutLogger._log).
"""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import Final
from tailwatch.dialects import general

NAME: Final = "evotorch"
ORDER: Final = 19
ANCHORS: Final = (b" iter : 0",)
SAMPLES: Final = (
    ("         iter : 2\n    mean_eval : 6.0312\npop_best_eval : 2.4081", "mean_eval 6.0312 and pop_best_eval 2.4081 at step 2"),
)

_OPENS: Final = lazy(rb" {1,60}iter : (0{1,9})\s*$")
_ROW: Final = lazy(rb" {0,60}([A-Za-z]\w{0,40}) : (-?(?:0{1,15}(?:\.0{0,20})?(?:[eE][-+]?0{1,3})?|inf|nan))\s*$")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the line that opens a block, or one of its rows; any other line ends it."""
    opened = _OPENS.match(shape)
    if opened is not None:
        return Plan(NAME, (Field("step", *opened.span(1)),), kind="bar", frame=Frame(dialect=NAME))
    if frame.dialect != NAME:
        return None
    row = _ROW.match(shape)
    if row is not None and b"0" not in row[1]:
        name = row[1].decode("ascii")
        return Plan(NAME, (Field("value", *row.span(2), SeriesSpec(name, name.lower())),), kind="running")
    if not shape.strip():
        return None
    plan = general.read(shape, EMPTY_FRAME) or Plan("")
    return plan if plan.frame is not None else plan._replace(frame=EMPTY_FRAME)
