"""ElegantRL's table of evaluations: columns of numbers under short names, in groups between bars.

Source: AI4Finance-Foundation/ElegantRL, elegantrl/train/evaluator.py (Evaluator.__init__, evaluate_and_save). The agent's return and
its episode's length are of an evaluation; what stands behind the last bar is of the training.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Split

NAME: Final = "elegantrl"
ORDER: Final = 5
ANCHORS: Final = (b"ID     Step ",)
SAMPLES: Final = (
    (
        (
            "ID     Step    maxR |    avgR   stdR   avgS  stdS |    expR   objC   etc.\n"
            "0  1.00e+04  121.21 |  121.21   12.1    200     0 |    0.12   1.21   2.12"
        ),
        "return 121.21 and its deviation 12.1 of an evaluation",
    ),
)

_NUMBER: Final = lazy(rb"(?<!\S)-?(?:0{1,12}(?:\.0{1,6})?(?:e[-+]00)?|nan|inf)(?!\S)")
_ROW: Final = lazy(rb"0{1,3} {1,9}0\.0{1,2}e[-+]00 ")
_HEADER: Final = lazy(rb"ID {1,9}Step[A-Za-z.|# ]{10,90}\s*$")
_OF_AN_EVALUATION: Final = frozenset(("maxR", "avgR", "stdR", "avgS", "stdS", "curR", "curS"))
_METRICS: Final = {"avgR": "return", "curR": "return", "maxR": "best_return", "expR": "reward"}
_BARS: Final = str.maketrans("|#", "  ")
_NOT_MEASURED: Final = frozenset(("Time", "TargetR", "UsedTime"))


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the header, or a row under it."""
    if _HEADER.match(shape):
        columns = tuple(shape.decode("ascii").translate(_BARS).split())
        return Plan(NAME, frame=Frame(header=columns, dialect=NAME, split=frame.split))
    if frame.dialect != NAME or _ROW.match(shape) is None:
        return None
    numbers = [found.span() for found in _NUMBER.finditer(shape)]
    names = [*frame.header, *(f"etc. #{n}" for n in range(2, 2 + len(numbers) - len(frame.header)))]
    fields = [Field("step", *numbers[1])]
    for name, span in list(zip(names, numbers, strict=False))[2:]:
        split: Split | None = "val" if name in _OF_AN_EVALUATION else None
        if name not in _NOT_MEASURED:
            fields.append(Field("value", *span, SeriesSpec(name, _METRICS.get(name, name.lower().strip(".")), split)))
    return Plan(NAME, tuple(fields), kind="summary") if len(fields) > 1 else None
