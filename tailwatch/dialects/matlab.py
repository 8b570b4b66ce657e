"""MATLAB's table of training, whose columns are named in two rows: `Mini-batch` and below it `Accuracy`.

Source: Deep Learning Toolbox, trainNetwork and trainnet with `Verbose` (documented in trainingOptions).
"""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Frame, Plan
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import Final

NAME: Final = "matlab"
ORDER: Final = 5
ANCHORS: Final = (b"  Epoch  |  Iteration  |", b" Iteration | Epoch |")
SAMPLES: Final = (
    (
        (
            "|  Epoch  |  Iteration  |  Time Elapsed  |  Mini-batch  |  Mini-batch  |  Base Learning  |\n"
            "|         |             |   (hh:mm:ss)   |   Accuracy   |     Loss     |      Rate       |\n"
            "|       1 |          50 |       00:00:04 |       71.88% |       0.9121 |          0.0100 |"
        ),
        "accuracy 71.88 and loss 0.9121 at step 50 of epoch 1",
    ),
)

_FIRST: Final = lazy(rb"\s{0,8}\|? {1,4}(?:Epoch {1,4}\| {1,4}Iteration|Iteration {1,4}\| {1,4}Epoch) {1,4}\|")
_SIGNS: Final = b" |-=:\t"


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the first row of the header, or the second one, which opens a table of whole names."""
    if _FIRST.match(shape) is not None and b"0" not in shape:
        return Plan(NAME, frame=Frame(header=_names(shape), dialect=NAME, split=frame.split))
    if frame.dialect != NAME or b"0" in shape or shape.count(b"|") < 2:
        return None
    second = _names(shape)
    if not shape.strip(_SIGNS):
        second = ("",) * len(frame.header)  # a rule: there is no second row
    if len(second) != len(frame.header):
        return Plan("", frame=EMPTY_FRAME)
    names = tuple(f"{first} {below}".strip() for first, below in zip(frame.header, second, strict=True))
    return Plan(NAME, frame=Frame(section="bar:::", header=names, dialect="table", split=frame.split))


def _names(shape: bytes) -> tuple[str, ...]:
    body = shape.strip().strip(b"|") + b"|"
    return tuple(part.strip().decode("utf-8", "replace") for part in body.split(b"|")[:-1])
