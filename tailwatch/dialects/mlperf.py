"""MLPerf's log lines: `:::MLLOG {...}`, JSON objects in which the name of a value is a value itself.

Source: mlperf_logging/mllog. The key names the series; the place stands in the metadata.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import named_values, part

if TYPE_CHECKING:
    import re

    from tailwatch.core.events import Frame, MarkKind, Role

NAME: Final = "mlperf"
ORDER: Final = 4
ANCHORS: Final = (b":::MLLOG",)
SAMPLES: Final = (
    (
        ':::MLLOG {"time_ms": 1, "key": "eval_accuracy", "value": 2.75, "metadata": {"file": "a.py", "epoch_num": 5}}',
        "val eval_accuracy at epoch 5",
    ),
    (
        ':::MLLOG {"time_ms": 1, "key": "tracked_stats", "value": {"loss": 2.29, "throughput": 475.8}, "metadata": {"step": 50}}',
        "loss at step 50",
    ),
    (':::MLLOG {"time_ms": 1, "key": "global_batch_size", "value": 2688, "metadata": {"lineno": 295}}', "global batch size"),
)

_NUMBER: Final = rb"-?(?:0{1,20}(?:\.0{1,25})?(?:[eE][-+]?0{1,3})?|NaN|Infinity)"
_KEY: Final = lazy(
    rb'"key": "(?P<key>[^"]{1,80})", "value": (?:(?P<number>' + _NUMBER + rb")|(?P<stats>\{[^{}]{1,4000}\})|[^,]{0,200})"
)
_PAIR: Final = lazy(rb'"([A-Za-z_][^"]{0,60})": (' + _NUMBER + rb")(?=[,}])")
_EPOCH: Final = lazy(rb'"(?:epoch_num|current_epoch_num|first_epoch_num)": (0{1,15})\b')
_STEP: Final = lazy(rb'"(?:step|step_num|samples_count)": (0{1,15})\b')
_SETTINGS: Final[dict[bytes, str]] = {
    b"global_batch_size": "global_batch_size",
    b"seed": "seed",
    b"opt_base_learning_rate": "learning_rate",
    b"opt_weight_decay": "weight_decay",
    b"gradient_accumulation_steps": "gradient_accumulation",
    b"opt_learning_rate_warmup_steps": "warmup_steps",
    b"train_samples": "train_samples",
    b"eval_samples": "val_samples",
}
_MARKS: Final[dict[bytes, MarkKind]] = {b"epoch_start": "epoch_begin", b"run_stop": "end"}


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read an object; what it says that matters to no curve is understood all the same."""
    del frame
    found = _KEY.search(shape)
    if found is None:
        return Plan(NAME)
    places = [part(match, 1, role) for role, match in _places(shape, found.end()) if match is not None]
    key = found["key"]
    if key in _SETTINGS and found["number"]:
        return Plan(NAME, (part(found, "number", "setting", _SETTINGS[key]),))
    if found["number"] and key.startswith(b"eval_"):
        name = key.decode("utf-8", "replace")
        return Plan(
            NAME, (Field("value", *found.span("number"), SeriesSpec(name, meaning(name).metric, "val")), *places), kind="summary"
        )
    if found["stats"]:
        pairs = [(m.span(1), m.span(2)) for m in _PAIR.finditer(shape, found.start("stats"), found.end("stats"))]
        if pairs:
            return Plan(
                NAME,
                (*named_values(pairs, shape), *places),
                kind="running" if any(f.role == "step" for f in places) else "context",
            )
    mark = _MARKS.get(key)
    return Plan(NAME, tuple(places) if mark == "epoch_begin" else (), mark=mark)


def _places(shape: bytes, start: int) -> tuple[tuple[Role, re.Match[bytes] | None], ...]:
    return ("epoch", _EPOCH.search(shape, start)), ("step", _STEP.search(shape, start))
