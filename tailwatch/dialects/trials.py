"""What searches for hyper-parameters say of their trials: Optuna's values, Keras Tuner's objective and the best so far, scikit-optimize.

Sources: optuna/study/study.py (_log_completed_trial), keras_tuner/src/engine/tuner_utils.py (Display.on_trial_end),
skopt/callbacks.py (VerboseCallback).
"""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning
from tailwatch.core.naming import in_a_list
from tailwatch.core.typed import Final
from tailwatch.dialects._prefix import prefix

NAME: Final = "trials"
ORDER: Final = 5
ANCHORS: Final = (
    b" finished with value",
    b"Trial 0",
    b" So Far: ",
    b"Iteration No: 0",
    b"Function value obtained: ",
    b"Current minimum: ",
)
SAMPLES: Final = (
    (
        "[I 2024-05-01 10:11:12,123] Trial 7 finished with value: 0.8121 and parameters: {'lr': 0.01}. Best is trial 3 with value: 0.7121.",
        "value 0.8121 of trial 7",
    ),
    (
        "Trial 4 Complete [00h 00m 12s]\nval_loss: 0.4121\nBest val_loss So Far: 0.3121",
        "val_loss 0.4121 of trial 4, and the best val_loss so far, 0.3121",
    ),
)

SECTION: Final = "trial"
_NUMBER: Final = rb"(-?(?:0{1,12}(?:\.0{0,20})?(?:[eE][-+]?0{1,3})?|inf|nan))"
_FINISHED: Final = lazy(
    rb"\bTrial (0{1,9}) finished with values?: (?:" + _NUMBER + rb"|\[(?:" + _NUMBER + rb"(?:, )?){1,8}\]) and param"
)
_EACH: Final = lazy(_NUMBER)
_COMPLETE: Final = lazy(rb"\s*Trial (0{1,9}) (?:Complete|summary)\b")
_RESULT: Final = lazy(rb"([A-Za-z_][\w -]{0,60}): " + _NUMBER + rb"\s*$")
_BEST: Final = lazy(rb"Best ([A-Za-z_][\w -]{0,60}) So Far: " + _NUMBER + rb"\s*$")

_ITERATION: Final = lazy(rb"Iteration No: (0{1,9}) (?:started|ended)\.")
_OBTAINED: Final = lazy(rb"(?:(Function value) obtained|Current (minimum)): " + _NUMBER + rb"\s*$")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the end of a trial, and in the lines below what came out of it."""
    start = prefix(shape).end
    finished = _FINISHED.search(shape, start)
    if finished is not None:
        return Plan(NAME, (Field("step", *finished.span(1)), *_values(shape, finished.end(1), finished.end())), kind="trial")
    complete = _COMPLETE.match(shape, start)
    if complete is not None:
        opened = Frame(section=SECTION, dialect=NAME)
        return Plan(NAME, (Field("step", *complete.span(1)),), kind="trial", frame=opened)
    best = _BEST.match(shape, start)
    if best is not None:
        name = best[1].decode()
        found = meaning(name)
        spec = SeriesSpec(f"Best {name}", f"best_{found.metric}", found.split)
        return Plan(NAME, (Field("value", *best.span(2), spec),), kind="trial", frame=EMPTY_FRAME)
    result = _RESULT.match(shape, start) if frame.dialect == NAME else None
    if result is not None and b"0" not in result[1]:
        name = result[1].decode()
        found = meaning(name)
        spec = SeriesSpec(f"trial {name}", f"trial_{found.metric}", found.split)
        return Plan(NAME, (Field("value", *result.span(2), spec),), kind="trial", frame=EMPTY_FRAME)
    iteration = _ITERATION.match(shape, start)
    if iteration is not None:
        return Plan(NAME, (Field("step", *iteration.span(1)),), kind="trial")
    obtained = _OBTAINED.match(shape, start)
    if obtained is not None:
        spec = SeriesSpec("function value", "function_value") if obtained[1] else SeriesSpec("minimum", "best_function_value")
        return Plan(NAME, (Field("value", *obtained.span(3), spec),), kind="trial")
    return None


def _values(shape: bytes, start: int, end: int) -> list[Field]:
    """Return the value of the trial, or those of its several objectives, which have no names."""
    found = list(_EACH.finditer(shape, shape.index(b": ", start), end))
    value = SeriesSpec("value", "value")
    specs = [value] if len(found) == 1 else [in_a_list(value, i) for i in range(len(found))]
    return [Field("value", *m.span(1), spec) for m, spec in zip(found, specs, strict=True)]
