"""Boxes of `| name | value |` rows between rules, as Stable-Baselines3 draws them: the rows of a box belong together.

A box names its step in one row (`total_timesteps`), after the first values, so that all its rows wait for the closing rule.
Source: stable_baselines3/common/logger.py (HumanOutputFormat).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import part

if TYPE_CHECKING:
    from tailwatch.core.events import Split

NAME: Final = "box"
ORDER: Final = 6
ANCHORS: Final = (b"| rollout/ ", b"| time/ ", b"| train/ ", b"| eval/ ", b"|    ", b"-----------------")
SAMPLES: Final = (
    (
        (
            "| rollout/                |              |\n|    ep_rew_mean          | -124         |\n"
            "| time/                   |              |\n|    total_timesteps      | 4096         |\n"
            "------------------------------------------"
        ),
        "ep_rew_mean -124 at step 4096",
    ),
)

_SECTION: Final = lazy(rb"\| ([A-Za-z_]\w{0,30}/)\s+\|\s+\|\s*$")
_ROW: Final = lazy(rb"\|    ([A-Za-z_][\w ./%-]{0,60}?)\s*\| (-?(?:0{1,15}(?:\.0{0,20})?(?:e[-+]?0{1,3})?|nan|inf))\s*\|\s*$")
_RULE: Final = lazy(rb"-{17,200}\s*$")
_STEPS: Final = frozenset((b"total_timesteps", b"total timesteps"))
_SPLITS: Final[dict[str, Split]] = {"train": "train", "eval": "val", "rollout": "train"}


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a section, a row of an open box, or the rule that closes it."""
    if section := _SECTION.match(shape):
        return Plan(NAME, frame=Frame(section=section[1].decode("ascii"), dialect=NAME), kind="boxed")
    if frame.dialect != NAME:
        return None
    if _RULE.match(shape):
        return Plan(NAME, kind="boxed", frame=Frame(), closes=True)
    row = _ROW.match(shape)
    if row is None:
        return None
    if row[1] in _STEPS:
        return Plan(NAME, (part(row, 2, "step"),), kind="boxed")
    name = f"{frame.section}{row[1].decode('ascii', 'replace')}"
    found = meaning(name)
    split = found.split or (None if is_neutral(name) else _SPLITS.get(frame.section.rstrip("/")))
    fields = [Field("value", *row.span(2), SeriesSpec(name, found.metric, split), name_field=1 if b"0" in row[1] else -1)]
    if b"0" in row[1]:
        fields.append(part(row, 1, "name"))
    return Plan(NAME, tuple(fields), kind="boxed")
