"""What a run says once more at its end: a list of values for each metric, and the summary of Weights & Biases.

Sources: keras/src/callbacks/history.py (`History.history`), scripts that print their lists of losses; wandb/sdk/wandb_run.py
(_footer_history_summary_info). Where the values were said epoch by epoch before, they are the same ones and count once.
"""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.metrics import is_neutral, meaning, words
from tailwatch.core.typed import Final
from tailwatch.dialects._names import classify
from tailwatch.dialects._prefix import prefix

NAME: Final = "history"
ORDER: Final = 6
ANCHORS: Final = (b": [0", b"= [0", b"=[0", b":[0", b'": [-0', b"': [-0", b"wandb: ")
SAMPLES: Final = (
    (
        "{'loss': [0.9121, 0.5121], 'val_loss': [1.0121, 0.8121]}",
        "loss and val_loss of two epochs, where no epoch was told before",
    ),
    ("wandb: Run summary:\nwandb: val_loss 0.8121", "val_loss 0.8121, where no epoch was told before"),
)

_NUMBER: Final = rb"-?(?:0{1,12}(?:\.0{0,20})?(?:[eE][-+]?0{1,3})?|nan|inf)"
_LIST: Final = lazy(
    rb"([A-Za-z_][\w/@.-]{0,40}(?: [A-Za-z]{1,12}){0,2})[\"']?\s?[:=]\s?\[(" + _NUMBER + rb"(?:, ?" + _NUMBER + rb"){1,4000})\]"
)
_VALUE: Final = lazy(_NUMBER)
_PLACED: Final = lazy(rb"(?:epoch|step|iter|iteration|batch|fold|round|ep)[ :=#\[(-]{1,3}0", IGNORECASE)
_SUMMED_UP: Final = lazy(rb"wandb: Run (history|summary):\s*$")
_ROW: Final = lazy(rb"wandb: {1,80}([A-Za-z_][\w/@. -]{0,80}?) {1,80}(" + _NUMBER + rb")\s*$")
_MANY: Final = frozenset(("losses", "accuracies", "accs", "rewards", "history", "curve"))
_SECTIONS: Final = {b"history": "wandb", b"summary": "wandb summary"}


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read lists of one value an epoch, and the rows of a summary."""
    if shape.startswith(b"wandb: "):
        return _wandb(shape, frame)
    return _lists(shape, prefix(shape).end)


def _lists(shape: bytes, start: int) -> Plan | None:
    found = list(_LIST.finditer(shape, start))
    if not found or _PLACED.search(shape, start, found[0].start()) or _PLACED.search(shape, found[-1].end()):
        return None
    lists = [(m.span(1), spec, list(_VALUE.finditer(shape, *m.span(2)))) for m in found if (spec := _spec(m[1])) is not None]
    measured = [values for _, spec, values in lists if not is_neutral(spec.name) and any(b"." in v[0] for v in values)]
    if not measured or any(len(values) != len(measured[0]) for values in measured):
        return None
    if not _is_history([spec for _, spec, _ in lists], alone=not shape[found[-1].end() :].strip(b" })]")):
        return None
    lists = [each for each in lists if len(each[2]) == len(measured[0])]
    named = [span for span, spec, _ in lists if "0" in spec.name]
    first = len(measured[0]) * len(lists)
    fields = [
        Field("value", *v.span(), spec, name_field=first + named.index(span) if span in named else -1)
        for span, spec, values in lists
        for v in values
    ]
    held_out = any(spec.split in ("val", "test") for _, spec, _ in lists)
    if held_out:
        fields = [f._replace(series=_trained(f.series)) for f in fields]
    return Plan(NAME, (*fields, *(Field("name", *span) for span in named)), kind="recap")


def _is_history(specs: list[SeriesSpec], *, alone: bool) -> bool:
    """Several lists with a loss among them, or one of many losses; other lists hold a value for each class or task."""
    if len(specs) == 1:
        return alone and words(specs[0].name)[-1] in _MANY
    return any("loss" in spec.metric for spec in specs)


def _trained(spec: SeriesSpec | None) -> SeriesSpec | None:
    """Beside lists of the validation, those without a split are the training's."""
    return spec if spec is None or spec.split is not None or is_neutral(spec.name) else spec.on("train")


def _spec(raw: bytes) -> SeriesSpec | None:
    name = classify(raw)
    if name.part != "value" or (name.trust not in ("plain", "known") and name.key != "learning_rate"):
        return None
    found = meaning(name.text)
    return SeriesSpec(name.text, found.metric, found.split)


def _wandb(shape: bytes, frame: Frame) -> Plan | None:
    opened = _SUMMED_UP.match(shape)
    if opened is not None:
        return Plan(NAME, frame=Frame(section=_SECTIONS[opened[1]], dialect=NAME))
    if frame.dialect != NAME:
        return None
    if not shape[6:].strip():
        return Plan(NAME, frame=EMPTY_FRAME)
    row = _ROW.match(shape) if frame.section == "wandb summary" else None
    spec = _spec(row[1]) if row is not None and b"0" not in row[1] else None
    fields = (Field("value", *row.span(2), spec),) if row is not None and spec is not None else ()
    return Plan(NAME, fields, kind="recap")
