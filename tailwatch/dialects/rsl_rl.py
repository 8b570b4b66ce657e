"""RSL-RL's account of an iteration: a line that counts it, and below it, aligned at their colons, names and numbers.

Source: rsl_rl 1 to 5, runners/on_policy_runner.py (log) and utils/logger.py (log); Isaac Lab and legged_gym train with it. Names
that begin with `Mean`, or have a room of their own (`Episode_Reward/lin_vel`), are measured; the others say how long it took.
"""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.typed import Final
from tailwatch.dialects._fields import part

NAME: Final = "rsl_rl"
ORDER: Final = 6
ANCHORS: Final = (b" Learning iteration 0",)
SAMPLES: Final = (
    (
        "                       Learning iteration 3/1500 \n                 Mean reward: 12.12\n         Mean episode length: 212.12",
        "reward 12.12 and episode length 212.12 at step 3",
    ),
)

_HEAD: Final = lazy(rb"[ #*]{0,80} Learning iteration (0{1,9})/(0{1,9}) {0,80}[#* ]{0,8}")
_ROW: Final = lazy(
    rb" {1,60}(?P<name>[A-Za-z][\w /.-]{0,70}): {1,8}(?P<number>-?(?:0{1,12}(?:\.0{1,9})?(?:e[-+]00)?|nan|inf))(?P<rest>\s*|\D.*)"
)
_MEASURED: Final = lazy(rb"Mean [\w /.-]{1,70}|[\w.-]{1,40}/[\w /.-]{1,60}")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a line that counts an iteration, or a row below it; what tells how long all will take ends it."""
    head = _HEAD.fullmatch(shape)
    if head is not None:
        return Plan(NAME, (part(head, 1, "step"), part(head, 2, "steps")), kind="bar", frame=Frame(dialect=NAME))
    if frame.dialect != NAME:
        return None
    row = _ROW.fullmatch(shape)
    if row is None:
        return Plan(NAME, frame=EMPTY_FRAME) if shape.lstrip().startswith(b"ETA:") else None
    name = row["name"].decode("ascii")
    found = meaning(name)
    if row["rest"].strip() or not (_MEASURED.fullmatch(row["name"]) or (found.known and not is_neutral(name))):
        return Plan(NAME, frame=EMPTY_FRAME if name == "ETA" else None)
    digits = b"0" in row["name"]
    spec = SeriesSpec(name, found.metric)
    value = Field("value", *row.span("number"), spec, name_field=1 if digits else -1)
    return Plan(NAME, (value, part(row, "name", "name")) if digits else (value,), kind="running")
