"""CMA-ES of pycma: rows under a header whose columns stand too close to be told apart by blanks.

Source: cma/evolution_strategy.py (CMAEvolutionStrategy.disp, disp_annotation); the header is told again every some rows.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import Final

NAME: Final = "cma"
ORDER: Final = 19
ANCHORS: Final = (b"#Fevals   function value", b"e-00 0.0e+0", b"e+00 0.0e+0")
SAMPLES: Final = (
    (
        (
            "Iterat #Fevals   function value  axis ratio  sigma  min&max std  t[m:s]\n"
            "   21    210 4.121233845623845e-01 1.2e+00 2.65e-01  2e-01  3e-01 0:00.1"
        ),
        "function value 0.4121233845623845, axis ratio 1.2 and sigma 0.265 at step 21",
    ),
)

_HEADER: Final = lazy(rb"Iterat #Fevals   function value ")
_FLOAT: Final = rb"(-?0{1,3}\.0{1,20}(?:e[-+]00{1,2})?)"
_ROW: Final = lazy(rb"\s{0,6}(0{1,9})\s{1,9}0{1,12} " + _FLOAT + rb"\s{1,3}" + _FLOAT + rb"\s{1,3}" + _FLOAT + rb"\s")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the header, or a row under it; `min&max std` are of the search, as wide as sigma says."""
    if _HEADER.match(shape):
        return Plan(NAME, frame=Frame(dialect=NAME))
    row = _ROW.match(shape) if frame.dialect == NAME else None
    if row is None:
        return None
    fields = (
        Field("step", *row.span(1)),
        Field("value", *row.span(2), SeriesSpec("function value", "function_value", None)),
        Field("value", *row.span(3), SeriesSpec("axis ratio", "axis_ratio", None)),
        Field("value", *row.span(4), SeriesSpec("sigma", "sigma", None)),
    )
    return Plan(NAME, fields, kind="running")
