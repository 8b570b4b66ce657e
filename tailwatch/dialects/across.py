"""Tables whose rows are metrics: one value a row, or one for each split that the header names.

Source: lightning/pytorch/loops/evaluation_loop.py (_print_results), allennlp/training/callbacks/console_logger.py
(MetricsCallback), and tables of tabulate, PrettyTable and Rich in hand-written scripts.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning, split_of
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects import general
from tailwatch.dialects._cells import Cell, cells, separators
from tailwatch.dialects._listed import columns, listed
from tailwatch.dialects._names import classify
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    from tailwatch.core.events import Split

NAME: Final = "across"
ORDER: Final = 7
ANCHORS: Final = (b"|", b"-----  ---", b"------------", "│".encode(), "┃".encode())
SAMPLES: Final = (
    ("│          val_acc          │    0.8121212124824524     │", "val accuracy 0.8121212124824524"),
    (
        "                       Training |  Validation\naccuracy           |     0.712  |     0.812",
        "train accuracy 0.712, val accuracy 0.812",
    ),
)

_NUMBER: Final = lazy(rb"-?(?:0{1,12}(?:\.0{1,20})?(?:[eE][-+]?0{1,3})?|nan|inf)")
_NONE: Final = lazy(rb"N/A|None|-{0,3}")
_SPLITS: Final[dict[str, Split]] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "val"),
    "test": "test",
}


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a header of splits, a row under it, or a row of one name and one number."""
    start = prefix(shape).end
    if frame.dialect not in ("", NAME):
        return None
    plan = listed(shape, start, frame) or columns(shape, start, frame)
    if plan is not None:
        return plan
    ended = frame.section == "columns" or (frame.section == "listed" and not shape.startswith(b"|", start))
    return _ended(shape, frame) if ended else _side_by_side(shape, start, frame)


def _side_by_side(shape: bytes, start: int, frame: Frame) -> Plan | None:
    bar = shape.find(b"|")
    if 0 <= bar < start:
        start = shape.rfind(b" - ", 0, bar) + 2  # the first column is no logger's name
    body = shape[start:]
    if len(body) > 300:
        return None
    how = next(iter(separators(body)), None)
    if how not in ("bar", "box"):
        return None
    found = cells(body, how, start)
    if b"0" not in body:
        return _header(found, frame)
    if len(found) < 2 or _NUMBER.search(found[0].text) or not found[0].text:
        return None
    name = found[0].text.decode("utf-8", "replace")
    trust = classify(found[0].text)
    splits = frame.header if frame.dialect == NAME else ()
    if not splits and (len(found) != 2 or not body.lstrip().startswith((b"|", "│".encode(), "┃".encode()))):
        return None
    if trust.part != "value" or trust.trust not in ("plain", "known") or (splits and len(splits) != len(found) - 1):
        return None
    own: tuple[Split | None, ...] = tuple(_SPLITS.get(s) for s in splits) if splits else (split_of(name) or frame.split,)
    values = [f for cell, split in zip(found[1:], own, strict=True) if (f := _value(cell, name, split)) is not None]
    return Plan(NAME, tuple(values)) if values else None


def _ended(shape: bytes, frame: Frame) -> Plan:
    """A line of another kind ends a list."""
    after = frame._replace(section="", dialect="")
    plan = general.read(shape, after)
    if plan is None:
        return Plan("", kind="boxed", frame=after, closes=True)
    return plan if plan.frame is not None else plan._replace(frame=after)


def _header(found: list[Cell], frame: Frame) -> Plan | None:
    """A header names splits and nothing else, but for a first cell over the metrics' names."""
    names = [c.text.decode("utf-8", "replace").lower() for c in found]
    if names[:1] in ([""], ["metric"], ["metrics"], ["name"]):
        names = names[1:]
    if len(names) < 2 or not all(n in _SPLITS for n in names):
        return None
    return Plan(NAME, frame=Frame(header=tuple(names), dialect=NAME, split=frame.split))


def _value(cell: Cell, name: str, split: Split | None) -> Field | None:
    number = _NUMBER.fullmatch(cell.text.rstrip(b"%"))
    if number is None or b"." not in number[0]:
        return None
    found = meaning(name)
    spec = SeriesSpec(
        name, found.metric, None if is_neutral(name) else split or found.split, "%" if cell.text.endswith(b"%") else None
    )
    return Field("value", cell.start, cell.start + number.end(), spec)
