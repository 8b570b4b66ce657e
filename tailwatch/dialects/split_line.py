"""Lines of a step, a split and a number and nothing else: `250 val 6.0512`, `250 hella 0.2512`, `250 train 5.951512`.

The number of a training or validation line is its loss. Source: build-nanogpt, train_gpt2.py, the lines written to log.txt.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Frame, Split

NAME: Final = "step and split"
ANCHORS: Final = (b"0 val 0", b"0 valid 0", b"0 train 0", b"0 test 0", b"0 hella 0")
SAMPLES: Final = (
    ("250 val 6.0512", "validation loss 6.0512 at step 250"),
    ("250 train 5.951512", "training loss 5.951512 at step 250"),
    ("250 hella 0.2512", "HellaSwag accuracy 0.2512 at step 250"),
)

_LINE: Final = lazy(rb"(0{1,9}) (train|val|valid|test|hella) (-?0{1,6}\.0{1,12}|nan)\s*")


def read(shape: bytes, frame: Frame) -> Plan | None:  # noqa: ARG001 - every dialect is asked so
    """Read the line where it holds nothing else."""
    found = _LINE.fullmatch(shape)
    if found is None:
        return None
    name = found[2].decode("ascii")
    split: Split | None = meaning(name).split if name != "hella" else "val"
    spec = SeriesSpec(name, "accuracy" if name == "hella" else "loss", split)
    fields = (Field("step", *found.span(1)), Field("value", *found.span(3), spec))
    return Plan(NAME, fields, kind="running" if split == "train" else "summary")
