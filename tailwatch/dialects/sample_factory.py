"""Sample Factory's lines: the frames so far, and below them the mean reward of each policy.

Source: sample_factory 2.1, algo/runners/runner.py (Runner._report_experiment_summaries, print_stats).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "sample_factory"
ORDER: Final = 12
ANCHORS: Final = (b"Total num frames: 0", b"Avg episode reward: [(0, ")
SAMPLES: Final = (
    (
        (
            "[2026-03-04 10:11:12,121][4711] Fps is (10 sec: 12121.2, 60 sec: 11212.1, 300 sec: 11112.1). Total num frames: 122880. "
            "Throughput: 0: 11212.1. Samples: 30720. Policy #0 lag: (min: 0.0, avg: 1.2, max: 3.0)\n"
            "[2026-03-04 10:11:12,122][4711] Avg episode reward: [(0, '4.812')]"
        ),
        "episode reward 4.812 at step 122880",
    ),
)

_FRAMES: Final = lazy(rb"Fps is \([^)\n]{0,160}\)\. Total num frames: (0{1,15})\.")
_REWARD: Final = lazy(rb"Avg episode reward: \[\(0, '(-?(?:0{1,12}\.0{1,9}|nan))'\)")


def read(shape: bytes, frame: Frame) -> Plan | None:  # noqa: ARG001 - every dialect is asked so
    """Read the frames so far, or the reward of the first policy."""
    frames = _FRAMES.search(shape)
    if frames is not None:
        return Plan(NAME, (Field("step", *frames.span(1)),), kind="bar")
    reward = _REWARD.search(shape)
    if reward is None:
        return None
    return Plan(NAME, (Field("value", *reward.span(1), SeriesSpec("Avg episode reward", "episode_reward")),), kind="running")
