"""Tables whose header came before: CSV and TSV, columns between bars, and columns set apart by spaces.

The header line becomes the frame; every later row of as many cells is read by it until another header or heading comes.
Carries hand-written tables, fastai, skorch, spaCy, scikit-learn, Chainer's LogReport and the two tables of Ultralytics.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.metrics import meaning
from tailwatch.dialects._names import classify

if TYPE_CHECKING:
    from tailwatch.core.events import PlanKind, Split

NAME: Final = "table"
ORDER: Final = 20
ANCHORS: Final[tuple[bytes, ...]] = ()
SAMPLES: Final = (
    ("epoch,step,train_loss,val_loss,lr", "a header"),
    ("Epoch | Train Loss |   Val Loss |  Val Acc", "a header"),
    ("epoch     train_loss  valid_loss  accuracy  error_rate  time", "a header"),
)

MAX_COLUMNS: Final = 64
_SEPARATORS: Final = ((b",", "comma"), (b"\t", "tab"), (b"|", "bar"), ("│".encode(), "box"), ("┃".encode(), "box"))
_NUMBER: Final = re.compile(rb"[-+]?(?:0{1,15}(?:\.0{0,20})?|\.0{1,20})(?:[eE][-+]?0{1,3})?|nan|NaN|inf|-inf")
_FRACTION: Final = re.compile(rb"(0{1,9})/(0{1,9})$")
_BAR: Final = re.compile(rb" (0{1,9})/(0{1,9}) (?:[0.]{1,12}(?:it/s|s/it)|\[)")
_WIDE: Final = re.compile(rb"\S{1,60}(?: \S{1,60}){0,3}")
_TIGHT: Final = re.compile(rb"\S{1,60}")
_NO_NAME: Final = re.compile(rb"(?:^|\s)[-+]?\.?0|[{}\"';:=~<>]|\]\s|\.$|^$")
_RULE: Final = re.compile("^[-=+|:\\s─━═┼┄│]{3,400}$".encode())
_VALIDATION_COLUMNS: Final = frozenset((b"Images", b"Instances", b"mAP00", b"mAP@.0", b"P", b"R", b"Box(P"))


class Cell(NamedTuple):
    """One cell of a line and where it stands, without the blanks around it."""

    text: bytes
    start: int
    end: int


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a row of the open table, or a header that opens one."""
    if frame.dialect == NAME:
        plan = _row(shape, frame)
        if plan is not None:
            return plan
        if _RULE.match(shape):
            return Plan(NAME)
    return _header(shape)


def _cells(shape: bytes, how: str) -> list[Cell]:
    if how in ("wide", "tight"):
        found = [Cell(m[0], *m.span()) for m in (_WIDE if how == "wide" else _TIGHT).finditer(shape)]
        return found[: MAX_COLUMNS * 2]
    mark = next((m for m, name in _SEPARATORS if name == how and m in shape), b"|")
    cells, at = [], 0
    for piece in shape.split(mark):
        text = piece.strip()
        start = at + (len(piece) - len(piece.lstrip()) if text else 0)
        cells.append(Cell(text, start, start + len(text)))
        at += len(piece) + len(mark)
    while cells and not cells[0].text and how in ("bar", "box"):
        cells.pop(0)
    while cells and not cells[-1].text:
        cells.pop()
    return cells


def _header(shape: bytes) -> Plan | None:
    if not 8 <= len(shape) <= 2000:
        return None
    hows = [name for mark, name in _SEPARATORS if shape.count(mark) >= 2]
    for how in dict.fromkeys((*hows, "wide", "tight")):
        body = shape
        bar = _BAR.search(shape)
        if bar is not None and how in ("wide", "tight"):
            body = shape[: bar.start()].rpartition(b":")[0]
        cells = _cells(body, how)
        if 3 <= len(cells) <= MAX_COLUMNS and _is_header(cells):
            split: Split | None = "val" if sum(c.text.rstrip(b"):") in _VALIDATION_COLUMNS for c in cells) >= 4 else None
            names = tuple(Field("name", c.start, c.end) for c in cells)
            return Plan(NAME, names, frame=Frame(split=split, section=how, dialect=NAME), header=True)
    return None


def _is_header(cells: list[Cell]) -> bool:
    """Whether the cells are names, at least two of them known: metrics, or one metric and an epoch or step."""
    if any(_NO_NAME.search(c.text) or len(c.text) > 40 for c in cells):
        return False
    names = [classify(c.text) for c in cells]
    metrics = sum(n.part == "value" and n.sure for n in names)
    places = sum(n.part in ("epoch", "step") for n in names) + sum(c.text.lower() in (b"e", b"#", b"epoch", b"ep") for c in cells)
    distinct = len({c.text for c in cells}) == len(cells)
    return distinct and (metrics >= 3 or (metrics >= 1 and places >= 1))


def _row(shape: bytes, frame: Frame) -> Plan | None:
    how = "tight" if frame.section == "wide" else frame.section
    cells = _cells(shape, how)
    columns = frame.header
    exact = frame.section in ("comma", "tab", "bar", "box")
    if len(cells) < len(columns) or (exact and len(cells) != len(columns)) or len(cells) > len(columns) + 24:
        return None
    pairs = list(zip(columns, cells, strict=False))
    if not _NUMBER.match(pairs[0][1].text) and pairs[0][1].text != b"all":
        return None
    fields: list[Field] = []
    taken: set[str] = set()
    for name, cell in pairs:
        fields += _cell(name, cell, frame, taken)
    if not any(f.role == "value" for f in fields):
        return None
    kind: PlanKind = "context"
    bar = _BAR.search(shape)
    if bar is not None and not any(f.role == "step" for f in fields):
        fields += [Field("step", *bar.span(1)), Field("steps", *bar.span(2))]
        kind = "bar"
    elif any(f.role == "step" for f in fields) and not any(f.role == "epoch" for f in fields):
        kind = "summary"
    return Plan(NAME, tuple(fields), kind=kind)


def _cell(name: str, cell: Cell, frame: Frame, taken: set[str]) -> list[Field]:
    meant = classify(name.encode())
    role = "epoch" if name.lower() in ("e", "ep") else "step" if name == "#" else meant.part
    if (role == "epoch" or role == "step") and role not in taken:  # noqa: PLR1714 - narrows the type
        taken.add(role)
        fraction = _FRACTION.match(cell.text)
        if fraction:
            at = cell.start
            return [
                Field(role, at, at + fraction.end(1)),
                Field("epochs" if role == "epoch" else "steps", at + fraction.start(2), at + fraction.end(2)),
            ]
        found = _NUMBER.match(cell.text)
        return [Field(role, cell.start, cell.start + found.end())] if found else []
    found = _NUMBER.match(cell.text)
    if role not in ("value", "nothing") or found is None or cell.text[found.end() :] not in (b"", b"%", b":", b"s"):
        return []
    known = meaning(name)
    unit = "%" if cell.text.endswith(b"%") else None
    spec = SeriesSpec(name, known.metric, known.split or (frame.split if meant.part == "value" else None), unit)
    return [Field("value", cell.start, cell.start + found.end(), spec)]
