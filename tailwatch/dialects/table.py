"""Tables whose header came before: CSV and TSV, columns between bars, and columns set apart by blanks.

The header line becomes the frame; later rows of as many cells are read by it until another header comes. Carries
hand-written tables, fastai, skorch, spaCy, scikit-learn, Chainer's LogReport, markdown tables and the two of Ultralytics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning, split_of
from tailwatch.dialects._cells import Cell, cells, separators
from tailwatch.dialects._gate import matters
from tailwatch.dialects._names import classify
from tailwatch.dialects._prefix import Prefix, prefix

if TYPE_CHECKING:
    from tailwatch.core.events import PlanKind, Split

NAME: Final = "table"
ORDER: Final = 20
ANCHORS: Final[tuple[bytes, ...]] = ()
SAMPLES: Final = (
    ("epoch,step,train_loss,val_loss,lr\n3,1200,0.41,0.52,0.001", "train loss 0.41, val loss 0.52 and lr 0.001 of epoch 3"),
    ("Epoch | Phase | Loss   | Acc\n    3 | val   | 0.5212 | 0.8121", "val loss 0.5212 and accuracy 0.8121 of epoch 3"),
    (
        "epoch     train_loss  valid_loss  accuracy  time    \n2         0.412121    0.392121    0.852121  00:11     ",
        "train loss 0.412121, val loss 0.392121, accuracy 0.852121 of epoch 2",
    ),
    (
        (
            "E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  SCORE \n---  ------  ------------  --------  ------  ------\n"
            "  1     400        221.12    812.12   71.21    0.71"
        ),
        "val score 0.71 at step 400 of epoch 1",
    ),
    (
        "      Iter       Train Loss   Remaining Time \n        10           0.9112            0.91s",
        "train loss 0.9112 at step 10",
    ),
    (
        (
            "      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size\n"
            "        3/50      2.51G      1.201      1.412         78        640: 100%|██████████| 8/8 [00:02<00:00,  3.52it/s]"
        ),
        "train box_loss 1.201, cls_loss 1.412 of epoch 3",
    ),
)

MAX_COLUMNS: Final = 64

_NUMBER: Final = lazy(rb"[-+]?(?:0{1,15}(?:\.0{0,20})?|\.0{1,20})(?:[eE][-+]?0{1,3})?|nan|NaN|inf|-inf")
_FRACTION: Final = lazy(rb"(0{1,9})/(0{1,9})$")
_EMPTY: Final = lazy("^(?:None|null|-{1,3}|\\+|\\*|NA|N/A|–|—|✓|✔)?$".encode())
_CLOCK: Final = lazy(rb"^[0:.]{4,14}$|^0+(?:\.0+)?(?:s|ms|m|h|sec|min|G|GB|M|MB)$|^0000-00-00\b")
_BAR: Final = lazy(rb":? {1,3}0{1,3}%")
_BAR_COUNT: Final = lazy(rb" (0{1,9})/(0{1,9}) (?:[0.]{1,12}(?:it/s|s/it)|\[)")
_NO_NAME: Final = lazy(rb"(?:^|\s)[-+]?\.?0|[{}\"';:=~<>]|\]\s|\.$|^$")
_RULE: Final = lazy("^[-=+|:\\s─━═┼┄│]{3,400}$".encode())
_EVALUATION: Final = frozenset(
    (b"Class", b"Images", b"Instances", b"Labels", b"mAP00", b"mAP@.0", b"P", b"R", b"Box(P", b"Targets")
)
_OF_SPLITS: Final = frozenset(("split", "phase", "set", "mode", "stage", "subset", "dataset", "data", "阶段", "数据集"))
"""A column that says on what its row was measured."""
_COUNTS: Final = frozenset(("images", "instances", "labels", "targets", "size", "img_size", "imgsz", "gpu_mem"))
"""Columns that count what was measured on, or tell its size: whole numbers there are no measurements."""
_EPOCH_IN_CELL: Final = lazy(rb"[Ee]poch\W{0,3}(0{1,9})")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a row of the open table, or a header that opens one."""
    if len(shape) > 4000 or (frame.dialect != NAME and not _may_be_header(shape)):
        return None
    before = prefix(shape)
    if shape.startswith(b"copypaste: ", before.end):
        before = before._replace(end=before.end + 11)  # detectron2 prints its results as CSV for a spreadsheet
    if frame.dialect == NAME:
        plan = _row(shape, before, frame)
        if plan is not None:
            return plan
        if _RULE.match(shape):
            return Plan(NAME)
    return _header(shape, before)


# --- headers ------------------------------------------------------------------------------------------------------------


def _may_be_header(shape: bytes) -> bool:
    """A header has blanks or separators between its names, hardly a digit (but in a stamp, or a bar behind it), no sentence."""
    if shape.count(b"0") > 48 or (
        b"  " not in shape and b"," not in shape and b"\t" not in shape and b"|" not in shape and not shape.islower()
    ):
        return False
    return b"=" not in shape and b"{" not in shape and matters(shape)


def _header(shape: bytes, before: Prefix) -> Plan | None:
    if shape.startswith((b"# ", b"#\t"), before.end):
        before = before._replace(end=before.end + 1)  # a comment to gnuplot and numpy
    body = shape[before.end :]
    bar = _BAR.search(body)
    if bar is not None:
        body = body[: bar.start()]
    if len(body) < 8:
        return None
    for how in (*separators(body), "wide", "tight"):
        found = cells(body, how, before.end)
        if how == "wide" and _is_evaluation(found):
            found = cells(body, "tight", before.end)
        if 2 <= len(found) <= MAX_COLUMNS and _is_header(found, how):
            split: Split | None = "val" if _is_evaluation(found) else None
            ends = [c.end for c in found]
            names = tuple(Field("name", a, b) for a, b in zip([before.end, *ends[:-1]], ends, strict=True))
            return Plan(NAME, names, frame=Frame(section=f"{how}:{split or ''}", dialect=NAME), header=True)
    return None


def _has_twins(found: list[Cell]) -> bool:
    """Whether two cells are the same; names with digits may differ in them (`AP50`, `AP75`)."""
    plain = [c.text for c in found if b"0" not in c.text]
    return len(set(plain)) < len(plain)


def _is_evaluation(found: list[Cell]) -> bool:
    if len(found) >= 3 and found[0].text == b"classes" and found[1].text == b"top0_acc":
        return True
    return sum(c.text.rstrip(b"):") in _EVALUATION for c in found) >= 4 or sum(c.text.startswith(b"AP") for c in found) >= 3


def _is_header(found: list[Cell], how: str) -> bool:
    """Whether the cells are names, enough of them known: metrics, or a metric and an epoch or step."""
    if _is_evaluation(found):
        return True
    if any(_NO_NAME.search(c.text) or len(c.text) > 40 for c in found) or _has_twins(found):
        return False
    if {b"Epoch", b"gpu_mem", b"GPU_mem"} & {c.text for c in found[:1]} and found[1].text.lower() == b"gpu_mem":
        return True  # Ultralytics: its losses are called box, obj and cls
    names = [classify(c.text) for c in found]
    metrics = sum(n.part == "value" and n.trust in ("plain", "known") and not is_neutral(n.text) for n in names)
    places = sum(n.part in ("epoch", "step") or c.text.lower() in (b"e", b"#") for n, c in zip(names, found, strict=True))
    if how == "tight" and metrics + places + sum(is_neutral(n.text) or n.part == "time" for n in names) < len(found):
        return False
    splits = sum(n.part == "split" for n in names)  # `Epoch  Train  Valid`
    return metrics >= 3 or (splits >= 2 and places >= 1) or (metrics >= 1 and places >= 1 and (len(found) > 2 or how != "tight"))


# --- rows ---------------------------------------------------------------------------------------------------------------


def _row(shape: bytes, before: Prefix, frame: Frame) -> Plan | None:
    how, _, split = frame.section.partition(":")
    columns = _columns(frame.header)
    bar = _BAR.search(shape)
    found = cells(shape[before.end : bar.start() if bar else len(shape)], "tight" if how == "wide" else how, before.end)
    fields = _fields(found, columns, frame, how, "val" if split else None)
    if fields is None or not any(f.role == "value" for f in fields):
        return None
    kind: PlanKind = _kind(fields)
    if columns[:2] == ["E", "#"]:
        fields, kind = [_of_spacy(f) for f in fields], "summary"
    count = _BAR_COUNT.search(shape) if bar else None
    if count is not None and not any(f.role == "step" for f in fields):
        fields += [Field("step", *count.span(1)), Field("steps", *count.span(2))]
        kind = "bar"
        fields = [_trained(f) for f in fields]
    if before.time is not None:
        fields.append(Field("time", *before.time))
    return Plan(NAME, tuple(fields), kind=kind)


def _columns(header: tuple[str, ...]) -> list[str]:
    """Return the columns' names; one that opens a bracket qualifies those up to its end: `Box(P  R  mAP50  mAP50-95)`."""
    names: list[str] = []
    group = ""
    for cell in header:
        name = cell.strip().strip("│┃|,;\t ")
        opened, bracket, rest = name.partition("(")
        if bracket and ")" not in name:
            group, name = opened, rest
        ends = bool(group) and name.endswith(")")
        names.append(f"{group} {name.rstrip(')') if ends else name}".strip() if group else name)
        group = "" if ends else group
    return names


def _fields(found: list[Cell], columns: list[str], frame: Frame, how: str, split: Split | None) -> list[Field] | None:
    """Match cells and columns: as many, or fewer by their place, or one label more."""
    placed = any(classify(c.encode()).part in ("epoch", "step") or c.lower() in ("e", "#") for c in columns)
    label = ""
    extra: list[Field] = []
    if split and found and found[0].text.isalpha():
        if found[0].text != b"all":
            return None
        found, columns = found[1:], columns[1:]
        placed = True
    if len(found) == len(columns):
        pairs = list(zip(columns, found, strict=True))
    elif 1 < len(found) < len(columns) and how == "wide":
        pairs = _by_place(found, frame.header)
    elif 1 < len(found) < len(columns):
        pairs = list(zip(columns[len(columns) - len(found) + 1 :], found[1:], strict=True))
        first = _EPOCH_IN_CELL.search(found[0].text)
        if first is None:
            return None
        at = found[0].start
        extra = [Field("epoch", at + first.start(1), at + first.end(1))]
    elif not placed and len(columns) < len(found) <= len(columns) + 3:
        label = b" ".join(c.text for c in found[: -len(columns)]).decode("utf-8", "replace")
        pairs = list(zip(columns, found[-len(columns) :], strict=True))
        if not label.replace(" ", "").replace("_", "").isalpha() or any(b"." not in c.text for _, c in pairs[:2]):
            return None
    else:
        return None
    if not _all_cells(pairs, placed=placed and not extra):
        return None
    taken: set[str] = set()
    own = next((split_of(cell.text.decode("utf-8", "replace")) for name, cell in pairs if name.lower() in _OF_SPLITS), None)
    values = [f for name, cell in pairs for f in _cell(f"{label} {name}".strip(), cell, own or split or frame.split, taken)]
    return [*values, *extra]


def _by_place(found: list[Cell], header: tuple[str, ...]) -> list[tuple[str, Cell]]:
    """Give each cell the column that stands above it: a cell may be empty."""
    spans, at = [], 0
    for name in header:
        start = at + len(name) - len(name.lstrip())
        spans.append((name.strip(), start, at + len(name)))
        at += len(name)
    pairs: list[tuple[str, Cell]] = []
    left = 0
    for cell in found:
        over = [min(cell.end, end) - max(cell.start, start) for _, start, end in spans[left:]]
        best = max(range(len(over)), key=over.__getitem__, default=None)
        if best is None or over[best] <= 0:
            return []
        pairs.append((spans[left + best][0], cell))
        left += best + 1
    return pairs


def _all_cells(pairs: list[tuple[str, Cell]], *, placed: bool) -> bool:
    """Whether the line is a row: nothing but numbers, times and empty cells, and a number first where the epoch stands first."""
    if not pairs or (placed and not _NUMBER.match(pairs[0][1].text) and classify(pairs[0][0].encode()).part in ("epoch", "step")):
        return False
    text = sum(1 for _, c in pairs if not (_NUMBER.match(c.text) or _EMPTY.match(c.text) or _CLOCK.match(c.text)))
    return text <= len(pairs) // 4


def _cell(name: str, cell: Cell, split: Split | None, taken: set[str]) -> list[Field]:
    meant = classify(name.encode())
    role = "epoch" if name.lower() in ("e", "ep") else "step" if name == "#" else meant.part
    found = _NUMBER.match(cell.text)
    if (role == "epoch" or role == "step") and role not in taken:  # noqa: PLR1714 - narrows the type
        taken.add(role)
        fraction = _FRACTION.match(cell.text)
        if fraction is None:
            return [Field(role, cell.start, cell.start + found.end())] if found else []
        first = Field(role, cell.start, cell.start + fraction.end(1))
        return [first, Field("epochs" if role == "epoch" else "steps", cell.start + fraction.start(2), cell.end)]
    if role in ("time", "epoch", "step", "epochs") or found is None or cell.text[found.end() :] not in (b"", b"%", b"*"):
        return []
    if name.lower() in _COUNTS and found[0].isdigit():
        return []
    known = meaning(name)
    spec = SeriesSpec(
        name,
        known.metric,
        known.split or (None if is_neutral(name) else split),
        "%" if cell.text.endswith(b"%") or name.endswith(("(%)", "[%]")) else None,
    )
    return [Field("value", cell.start, cell.start + found.end(), spec)]


def _kind(fields: list[Field]) -> PlanKind:
    roles = {f.role for f in fields}
    if "epoch" in roles:
        return "context" if "step" in roles else "summary"
    if "step" in roles:
        return "summary" if any(f.series and f.series.split in ("val", "test") for f in fields) else "running"
    return "context"


def _of_spacy(field: Field) -> Field:
    """SpaCy prints the training's losses beside the scores of an evaluation."""
    spec = field.series
    if spec is None:
        return field
    return Field(field.role, field.start, field.end, spec.on("train" if spec.name.startswith("LOSS") else "val"))


def _trained(field: Field) -> Field:
    """A row drawn as a progress bar is the training's own."""
    spec = field.series
    if spec is None or spec.split or is_neutral(spec.name):
        return field
    return Field(field.role, field.start, field.end, spec.on("train"), field.key, field.form, field.name_field)
