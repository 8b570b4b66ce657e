"""Vowpal Wabbit: progressive losses in rows whose count of examples doubles, under a header of two lines.

Source: vowpalwabbit/vowpalwabbit, vowpalwabbit/core/src/shared_data.cc (print_update_header, print_update).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Frame as FrameType

NAME: Final = "vowpal"
ORDER: Final = 19
ANCHORS: Final = (b"loss     last          counter", b"0.000000 0.000000 ", b"0.000000 n.a. ", b"00.000000 ")
SAMPLES: Final = (
    (
        (
            "loss     last          counter         weight          label        predict features\n"
            "0.512121 0.412121           16           16.0         1.0000         0.4121       51"
        ),
        "average loss 0.512121 and 0.412121 since the last row, at step 16",
    ),
)

_HEADER: Final = lazy(rb"loss {2,}last {2,}counter {2,}weight ")
_ROW: Final = lazy(rb"\s{0,4}(0{1,9}\.0{1,9})\s{1,4}(?:(0{1,9}\.0{1,9})|n\.a\.)\s{1,24}(0{1,15})\s{1,24}0{1,15}\.0{1,3}\s")


def read(shape: bytes, frame: FrameType) -> Plan | None:
    """Read the header, or a row under it."""
    if _HEADER.match(shape):
        return Plan(NAME, frame=Frame(dialect=NAME))
    row = _ROW.match(shape) if frame.dialect == NAME else None
    if row is None:
        return None
    fields = [Field("value", *row.span(1), SeriesSpec("average loss", "loss", "train"))]
    if row[2]:
        fields.append(Field("value", *row.span(2), SeriesSpec("since last", "loss_since_last", "train")))
    return Plan(NAME, (*fields, Field("step", *row.span(3))), kind="running")
