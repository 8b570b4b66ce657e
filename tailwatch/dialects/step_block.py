"""A line that names a step, and below it, indented, one `name=value` a line: OLMo and OLMo-core.

Source: allenai/OLMo, olmo/train.py (log_metrics_to_console); allenai/OLMo-core, train/callbacks/console_logger.py.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import part
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    from tailwatch.core.events import Split

NAME: Final = "step_block"
ORDER: Final = 4
ANCHORS: Final = (b"[step=0", b"    ")
SAMPLES: Final = (
    (
        (
            "2024-03-01 10:11:22.121\thost-1:0\tolmo.train:816\tINFO\t[step=2/739328,epoch=0]\n"
            "    train/CrossEntropyLoss=11.11\n    throughput/total_tokens=4,194,304"
        ),
        "train cross_entropy_loss 11.11, throughput/total_tokens 4194304 at step 2 of epoch 0",
    ),
)

_HEAD: Final = lazy(rb"\[step=(0{1,12})(?:/(0{1,12}))?(?:,epoch=(0{1,9})(?:/(0{1,9}))?)?\]\s*$")
_ROW: Final = lazy(
    rb" {4,8}([A-Za-z][\w /.@()%-]{1,80})=(-?(?:0{1,3}(?:,000){1,5}(?:\.0{1,20})?|0{1,15}(?:\.0{0,20})?(?:[eE][-+]?0{1,3})?|nan|inf))\s*$"
)
_SPLITS: Final[dict[str, Split]] = {"train": "train", "eval": "val"}


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a line that opens a block, or a row of the open one; any other line leaves the block."""
    head = _HEAD.search(shape)
    if head is not None:
        roles = (("step", 1), ("steps", 2), ("epoch", 3), ("epochs", 4))
        fields = [part(head, group, role) for role, group in roles if head[group] is not None]  # type: ignore[arg-type]
        before = prefix(shape)
        if before.time is not None:
            fields.append(Field("time", *before.time))
        return Plan(NAME, tuple(fields), kind="bar", frame=Frame(dialect=NAME))
    if frame.dialect != NAME:
        return None
    row = _ROW.match(shape)
    if row is None:
        return None
    name = row[1].decode("ascii")
    found = meaning(name)
    room = name.partition("/")[0]
    split = None if is_neutral(name) else _SPLITS.get(room, found.split)
    form = "grouped" if b"," in row[2] else "float"
    value = Field("value", *row.span(2), SeriesSpec(name, found.metric, split), form=form, name_field=1 if b"0" in row[1] else -1)  # type: ignore[arg-type]
    names = (part(row, 1, "name"),) if b"0" in row[1] else ()
    return Plan(NAME, (value, *names), kind="summary" if split == "val" else "running")
