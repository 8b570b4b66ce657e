"""Kaldi's nnet3: the objective function of some minibatches, and of an iteration as a whole.

Source: kaldi, src/nnet3/nnet-training.cc (ObjectiveFunctionInfo: PrintStatsForThisPhase, PrintTotalStats).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import part

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "kaldi"
ORDER: Final = 4
ANCHORS: Final = (b"verage objective function for '",)
SAMPLES: Final = (
    (
        (
            "LOG (nnet3-chain-train[5.5.0]:PrintStatsForThisPhase():nnet-training.cc:323) Average objective function for 'output' "
            "for minibatches 0-99 is -0.212121 over 1212121 frames."
        ),
        "objective -0.212121 of 'output' at step 99",
    ),
    (
        (
            "LOG (nnet3-chain-train[5.5.0]:PrintTotalStats():nnet-training.cc:364) Overall average objective function for 'output' "
            "is -0.112121 over 12121212 frames."
        ),
        "the iteration's objective of 'output'",
    ),
)

_LINE: Final = lazy(
    rb"verage objective function for '([A-Za-z_-]{1,40})'(?: for minibatches 0{1,9}-(0{1,9}))? is (-?(?:0{1,9}(?:\.0{1,12})?|nan|inf))"
)


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read an average of the objective; higher is better."""
    del frame
    found = _LINE.search(shape)
    if found is None:
        return None
    output = found[1].decode("ascii")
    running = found[2] is not None
    name = f"objective {output}" if running else f"overall objective {output}"
    value = Field("value", *found.span(3), SeriesSpec(name, f"objective_{output}", "train"))
    return Plan(NAME, (value, part(found, 2, "step")) if running else (value,), kind="running" if running else "summary")
