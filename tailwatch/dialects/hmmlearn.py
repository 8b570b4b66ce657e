"""hmmlearn's unnamed columns: iteration, log likelihood, and by how much it rose.

Source: hmmlearn/base.py, ConvergenceMonitor (`_template`).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "hmmlearn"
ANCHORS: Final = (b" +0", b" +nan")
SAMPLES: Final = (
    ("         2    -1112.12121212     +100.12121212", "log likelihood -1112.12121212 at step 2"),
    ("         1    -1212.12121212             +nan", "log likelihood -1212.12121212 at step 1"),
)

_LINE: Final = lazy(rb" {0,9}(0{1,10}) {1,16}(-?0{1,9}\.0{1,8}) {2,16}\+(?:0{1,9}\.0{1,8}|nan)\s*")


def read(shape: bytes, frame: Frame) -> Plan | None:  # noqa: ARG001 - every dialect is asked so
    """Read the line where it holds these three numbers and nothing else."""
    found = _LINE.fullmatch(shape)
    if found is None:
        return None
    spec = SeriesSpec("log likelihood", "log_likelihood", None)
    return Plan(NAME, (Field("step", *found.span(1)), Field("value", *found.span(2), spec)), kind="running")
