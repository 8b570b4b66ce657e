r"""What is particular to gradient boosting: CatBoost's lines, and the best iteration that LightGBM and XGBoost print again.

Their rounds (`[10]\ttrain-logloss:0.126\teval-auc:0.88`) are read by the general grammar. Sources: catboost/libs/logging and
loggers; lightgbm/callback.py (early_stopping); xgboost/callback.py (1.x, 2.x) and its R package.
"""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import named_values, part
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    import re

    from tailwatch.core.events import Split

NAME: Final = "boosting"
ORDER: Final = 8
ANCHORS: Final = (
    *(b"\tlearn: ", b"\ttest: ", b"\ttest0: ", b"\ttotal: ", b"est iteration is:", b"Best iteration:", b"overfitting detector"),
    b"0]\t",
    *(b"Shrink model to first", b"bestIteration = ", b"bestTest = ", b"until validation scores", b"Will train until"),
)
SAMPLES: Final = (
    (
        "30:\tlearn: 0.4123\ttest: 0.8787139\tbest: 0.8799349 (23)\ttotal: 2.83s\tremaining: 33.7s",
        "learn 0.4123, test 0.8787139, best 0.8799349 at round 30",
    ),
    ("[10]\ttrain-logloss:0.12619\teval-auc:0.88448", "logloss train 0.12619, auc val 0.88448 at step 10"),
    ("Early stopping, best iteration is:", "early stop"),
    ("Stopped by overfitting detector  (30 iterations wait)", "early stop"),
    ("Shrink model to first 24 iterations.", "best weights restored"),
    ("Training until validation scores don't improve for 30 rounds", "patience 30"),
)

_ROUND: Final = lazy(rb"\s{0,8}(0{1,9}):(?=\t)")
_VALUE: Final = lazy(rb"\t(learn|test0?|best): (-?(?:0{1,15}(?:\.0{0,20})?(?:e[-+]?0{1,3})?|nan|inf))(?: \((0{1,9})\))?")
_BEST_FOLLOWS: Final = lazy(
    rb"(?:(Early stopping, best)|(Stopping\. Best)|Did not meet early stopping\. Best) iteration(?: is)?:"
)
_BEST_LINE: Final = lazy(rb"\[(0{1,9})\]\s")
_EVALS: Final = lazy(rb"[^\t]{0,60}\[(0{1,8})\](?=\t)")
_EVAL: Final = lazy(
    rb"\t([A-Za-z][^\t:]{0,80}):[ \t]?(-?(?:0{1,15}(?:\.0{0,20})?(?:e[-+]?0{1,3})?|nan|inf))(?:\s?\+\s?0\.0{1,20})?(?=\t|\s*$)"
)
_STOPPED: Final = lazy(rb"Stopped by overfitting detector")
_SHRINK: Final = lazy(rb"(?:Shrink model to first|bestIteration =) (0{1,9})")
_BEST_TEST: Final = lazy(rb"bestTest = -?0")
_PATIENCE: Final = lazy(rb"(?:improve for|improved in) (0{1,6}) rounds")
_SPLITS: Final[dict[bytes, Split]] = {b"learn": "train", b"test": "val", b"test0": "val"}


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read CatBoost's rounds and what early stopping says."""
    end = prefix(shape).end
    row = _ROUND.match(shape, end)
    if row is not None:
        return _catboost(shape, row)
    if (evals := _EVALS.match(shape, end)) and frame.section != "best iteration":
        return _evaluations(shape, evals)
    if frame.section == "best iteration" and (best := _BEST_LINE.match(shape, end)):
        return Plan(NAME, (part(best, 1, "value"),), mark="restored", frame=EMPTY_FRAME)
    return _said(shape)


def _evaluations(shape: bytes, row: re.Match[bytes]) -> Plan | None:
    r"""`[10]\ttrain-logloss:0.126\\teval-auc:0.88`: whatever the metrics are called; of a cross validation the means."""
    pairs = [(m.span(1), m.span(2)) for m in _EVAL.finditer(shape, row.end())]
    fields = [part(row, 1, "step"), *named_values(pairs, shape)]
    for i, field in enumerate(fields):
        if field.name_field >= 0:
            fields[i] = Field(field.role, field.start, field.end, field.series, name_field=field.name_field + 1)
    held_out = any(f.series and f.series.split in ("val", "test") for f in fields)
    return Plan(NAME, tuple(fields), kind="summary" if held_out else "running") if pairs else None


def _catboost(shape: bytes, row: re.Match[bytes]) -> Plan | None:
    fields: list[Field] = [part(row, 1, "step")]
    names: list[Field] = []
    found = list(_VALUE.finditer(shape, row.end()))
    for value in found:
        split = _SPLITS.get(value[1])
        spec = SeriesSpec(value[1].decode("ascii"), "best_objective" if value[1] == b"best" else "objective", split)
        numbered = value[1].endswith(b"0")
        fields.append(Field("value", *value.span(2), spec, name_field=1000 if numbered else -1))
        if numbered:
            names.append(Field("name", *value.span(1)))
    at = len(fields)
    placed = [Field(f.role, f.start, f.end, f.series, name_field=at) if f.name_field >= 0 else f for f in fields]
    held_out = any(f.series and f.series.split == "val" for f in placed)
    return Plan(NAME, (*placed, *names[:1]), kind="summary" if held_out else "running") if found else None


def _said(shape: bytes) -> Plan | None:
    if follows := _BEST_FOLLOWS.search(shape):
        stopped = follows[1] or follows[2]
        return Plan(NAME, mark="early_stop" if stopped else None, frame=Frame(section="best iteration", dialect=NAME))
    if _STOPPED.search(shape):
        return Plan(NAME, mark="early_stop")
    if shrunk := _SHRINK.search(shape):
        return Plan(NAME, (part(shrunk, 1, "value"),), mark="restored")
    if _BEST_TEST.search(shape):
        return Plan(NAME)
    if patience := _PATIENCE.search(shape):
        return Plan(NAME, (part(patience, 1, "setting", "patience"),))
    return None
