"""LIBSVM and LIBLINEAR: what the solver reached, step by step or at its end, and what svm-train and predict print behind it.

Sources: libsvm/svm.cpp (Solver::Solve, solve_c_svc, svm_train_one), libsvm/svm-train.c (do_cross_validation), svm-predict.c,
liblinear/newton.cpp (NEWTON::newton), liblinear/linear.cpp (solve_l2r_l1l2_svc); scikit-learn prints the same.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re

    from tailwatch.core.events import Frame, Split

NAME: Final = "libsvm"
ORDER: Final = 21
ANCHORS: Final = (
    b"|g| 0",
    b"obj = -0",
    b"obj = 0",
    b"nu = 0",
    b"nSV = 0",
    b"Objective value = ",
    b"quared correlation coefficient = ",
)
SAMPLES: Final = (
    (
        "iter  3 act 1.212e+02 pre 1.121e+02 delta 6.121e-01 f 2.121e+02 |g| 3.121e+02 CG   2",
        "f 212.1, |g| 312.1 and by how much it fell, 121.2, at step 3",
    ),
    (
        "optimization finished, #iter = 162\nobj = -100.877288, rho = 0.424462\nnSV = 132, nBSV = 107",
        "obj -100.877288, rho 0.424462, nSV 132 and nBSV 107 at step 162",
    ),
    ("Cross Validation Squared correlation coefficient = 0.8121", "a squared correlation of 0.8121"),
)

_NUMBER: Final = rb"(-?0{1,12}(?:\.0{1,12})?(?:[eE][-+]?0{1,3})?|-?nan|-?inf)"
_STEP: Final = lazy(rb"(?:\[LibLinear\])?\s{0,4}iter\s{1,6}(0{1,9})\s")
_PAIR: Final = lazy(rb" (act|pre|delta|f|\|g\||step_size) {1,4}" + _NUMBER)
_REACHED: Final = lazy(rb"(obj|rho|nu|nSV|nBSV|C|epsilon) = " + _NUMBER + rb"(?=,|\s*$)")
_OBJECTIVE: Final = lazy(rb"(Objective value) = " + _NUMBER + rb"\s*$")
_CORRELATION: Final = lazy(rb"((?:Cross Validation )?[Ss]quared correlation coefficient) = " + _NUMBER)
_METRICS: Final = {b"|g|": "grad_norm", b"f": "objective", b"obj": "objective", b"Objective value": "objective"}


def read(shape: bytes, frame: Frame) -> Plan | None:  # noqa: ARG001 - every dialect is asked so
    """Read a step of Newton's method, the values of a solution, or how well it fits."""
    step = _STEP.match(shape)
    if step is not None:
        values = _values(_PAIR, shape, step.end(1))
        return Plan(NAME, (Field("step", *step.span(1)), *values), kind="running") if values else None
    if b"Cross" in shape[:6]:
        return _summary(_values(_CORRELATION, shape, 0, "val"))
    if shape.startswith((b"obj", b"nu = ", b"nSV", b"C = ")):
        return _summary(_values(_REACHED, shape, 0))
    return _summary(_values(_OBJECTIVE, shape, 0) or _values(_CORRELATION, shape, 0))


def _summary(values: list[Field]) -> Plan | None:
    return Plan(NAME, tuple(values), kind="summary") if values else None


def _values(pattern: re.Pattern[bytes], shape: bytes, start: int, split: Split | None = None) -> list[Field]:
    found = pattern.finditer(shape, start)
    return [Field("value", *m.span(2), SeriesSpec(m[1].decode(), _METRICS.get(m[1], _own(m[1])), split)) for m in found]


def _own(name: bytes) -> str:
    return name.removeprefix(b"Cross Validation ").decode().lower().replace(" ", "_")
