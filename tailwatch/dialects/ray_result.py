"""The result of a trial as Ray Tune prints it: `Result for PPO_CartPole-v1_a1b2c_00000:` and below it, indented, YAML.

The iteration stands among the last rows, so that all of them wait for the end of the block. Rows that count, time or name something
are left out, and so is all that is nested, but for the statistics of a learner. Source: ray 2.9, tune/progress_reporter.py
(`_print_result`, verbose 3), and `pretty_print` of tune/logger/logger.py.
"""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.typed import Final
from tailwatch.dialects._fields import part

NAME: Final = "ray_result"
ORDER: Final = 6
ANCHORS: Final = (b"Result for ",)
SAMPLES: Final = (
    (
        "Result for PPO_CartPole-v1_a1b2c_00000:\n  episode_len_mean: 21.5\n  episode_reward_mean: 21.5\n  training_iteration: 3\n  ",
        "episode_len_mean 21.5 and episode_reward_mean 21.5 at step 3",
    ),
)

_HEAD: Final = lazy(rb"(?:\([^)]{1,60}\) )?Result for [\w.-]{1,120}:\s*")
_ROW: Final = lazy(
    rb" {2,24}(?P<name>[A-Za-z_][\w/.-]{0,60}): (?P<number>-?(?:0{1,15}(?:\.0{0,20})?(?:e[-+]?0{1,3})?)|\.?nan)\s*"
)
_INSIDE: Final = lazy(rb" {2,24}\S.*")
_MEASURED: Final = lazy(r"(?:mean_\w+|\w+_(?:mean|max|min))")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the line that opens a block, its rows, or the line that ends it."""
    if _HEAD.fullmatch(shape):
        return Plan(NAME, frame=Frame(dialect=NAME), kind="boxed")
    if frame.dialect != NAME:
        return None
    if not _INSIDE.fullmatch(shape):
        return Plan(NAME, kind="boxed", frame=EMPTY_FRAME, closes=True)
    row = _ROW.fullmatch(shape)
    if row is None:
        return Plan(NAME, kind="boxed")
    name = row["name"].decode("ascii")
    if name == "training_iteration":
        return Plan(NAME, (part(row, "number", "step"),), kind="boxed")
    found = meaning(name)
    whole = b"." not in row["number"] and b"n" not in row["number"]
    if whole or not (_MEASURED.fullmatch(name) or found.metric == "lr" or (found.known and not is_neutral(name))):
        return Plan(NAME, kind="boxed")
    digits = b"0" in row["name"]
    value = Field("value", *row.span("number"), SeriesSpec(name, found.metric, found.split), name_field=1 if digits else -1)
    return Plan(NAME, (value, part(row, "name", "name")) if digits else (value,), kind="boxed")
