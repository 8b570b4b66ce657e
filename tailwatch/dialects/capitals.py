"""The line of reinforcement learning whose names are capitals: `| train | F: 2000 | S: 1000 | E: 2 | L: 1000 | R: 12.1 | T: 0:00:19`.

Source: denisyarats/pytorch_sac, logger.py (MetersGroup._dump_to_console), whose form drq, drqv2, rad, curl and tdmpc took over. S is the
step, E the episode, R what it returned; names of several letters (`A_LOSS`, `BR`) are values as well.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Frame, NumberForm, Split

NAME: Final = "capitals"
ORDER: Final = 5
ANCHORS: Final = (b" S: 0", b" E: 0")
SAMPLES: Final = (
    ("| train | E: 4 | S: 1000 | D: 7.1 s | R: 12.1 | BR: 0.1 | A_LOSS: -1.2", "return 12.1, BR 0.1 and A_LOSS -1.2 of training at step 1000"),
)  # fmt: skip

_LINE: Final = lazy(rb"[|\s]{0,4}(train|eval)[\s|]{1,12}(?=[A-Z][A-Z_]{0,11}: 0)")
_PAIR: Final = lazy(
    rb"(?<=[\s|])([A-Z][A-Z_]{0,11}): (-?0{1,12}(?:,000){0,4}(?:\.0{1,12})?(?:e[-+]00)?|-?inf|nan)(?= s\b|[\s|]|$)"
)
_RETURNS: Final = frozenset((b"R", b"ER"))
_NO_MEASUREMENTS: Final = frozenset((b"S", b"E", b"F", b"D", b"L", b"T", b"BS", b"FPS"))
"""Places, times, lengths of an episode and sizes of the buffer."""


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read such a line; None for any other."""
    del frame
    line = _LINE.match(shape)
    if line is None:
        return None
    split: Split = "train" if line[1] == b"train" else "val"
    found = {pair[1]: pair for pair in _PAIR.finditer(shape, line.end() - 1)}
    place = found.get(b"S") or found.get(b"E")
    if place is None:
        return None
    fields = [Field("step", *place.span(2), form="grouped" if b"," in place[2] else "float")]
    for name, pair in found.items():
        if name in _NO_MEASUREMENTS:
            continue
        text = name.decode("ascii")
        metric = "return" if name in _RETURNS else meaning(text).metric
        form: NumberForm = "grouped" if b"," in pair[2] else "float"
        fields.append(Field("value", *pair.span(2), SeriesSpec(text, metric, split), form=form))
    return Plan(NAME, tuple(fields), kind="summary") if len(fields) > 1 else None
