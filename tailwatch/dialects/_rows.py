"""The rows of a table whose header came before: which cell stands in which column, and what it says."""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_batchwise, is_neutral, meaning, split_of
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._cells import Cell, cells
from tailwatch.dialects._names import classify

if TYPE_CHECKING:
    from tailwatch.core.events import Frame, PlanKind, Split
    from tailwatch.dialects._prefix import Prefix

NAME: Final = "table"
_NUMBER: Final = lazy(rb"[-+]?(?:0{1,15}(?:\.0{0,20})?|\.0{1,20})(?:[eE][-+]?0{1,3}|[dD][-+]0{2,3})?|nan|NaN|inf|-inf")
_OF_FLOATS: Final = b"0.+-eEnaNif"
_COMMA: Final = lazy(rb"[-+]?0{1,15},0{1,20}(?:[eE][-+]?0{1,3})?")
"""Where semicolons part the cells, a comma is a decimal one."""
_FRACTION: Final = lazy(rb"(0{1,9})/(0{1,9})$")
_EMPTY: Final = lazy("^(?:None|null|-{1,3}|\\+|\\*|NA|N/A|–|—|✓|✔)?$".encode())
_CLOCK: Final = lazy(rb"^[0:.]{4,14}$|^0+(?:\.0+)?(?:s|ms|m|h|sec|min|G|GB|M|MB)$|^0000-00-00\b")
BAR: Final = lazy(rb":? {1,3}0{1,3}%")
"""A progress bar behind the row."""
_BAR_COUNT: Final = lazy(rb" (0{1,9})/(0{1,9}) (?:[0.]{1,12}(?:it/s|s/it)|\[)")
_OF_SPLITS: Final = frozenset(("split", "phase", "set", "mode", "stage", "subset", "dataset", "data", "阶段", "数据集"))
"""A column that says on what its row was measured."""
_COUNTS: Final = frozenset(("images", "instances", "labels", "targets", "size", "img_size", "imgsz", "gpu_mem"))
_EVALUATED: Final = frozenset(("nevals", "n_eval", "n_evals", "evals", "#evals", "#fevals", "n_nds", "gen"))
"""The same in an optimiser's table, for a group of columns as well."""
_GENERATION: Final = frozenset(("#", "gen", "n_gen", "ngen", "generations"))
"""Names of columns that are steps, though elsewhere they say nothing."""
"""Columns that count what was measured on, or tell its size: whole numbers there are no measurements."""
_RUNS: Final = frozenset(("trial name", "trial", "trial id", "run", "run name", "experiment"))
"""A first column that names one of several runs."""
_SIDE: Final = "│".encode()
_EPOCH_IN_CELL: Final = lazy(rb"[Ee]poch\W{0,3}(0{1,9})")


def within(shape: bytes, start: int) -> tuple[int, int]:
    """Return where a line begins and ends; one whose columns stand between the sides of one box, inside of it."""
    if shape.count(_SIDE, start) != 2:  # the left one and the right one
        return start, len(shape)
    left, right = shape.find(_SIDE, start), shape.rfind(_SIDE)
    if shape[start:left].strip() or shape[right + len(_SIDE) :].strip():
        return start, len(shape)
    return left + len(_SIDE), right


def row(shape: bytes, before: Prefix, frame: Frame) -> Plan | None:
    """Read a row of the table that the frame holds open, None for any other line."""
    how, split, groups, index = frame.section.split(":")
    columns = _columns(frame.header)
    if groups.strip(","):
        columns = [f"{group} {name}".strip() for group, name in zip(groups.split(","), columns, strict=True)]
    start, end = within(shape, before.end)
    bar = BAR.search(shape) if b"0%" in shape else None
    found = cells(shape[start : bar.start() if bar else end], "tight" if how == "wide" else how, start)
    label = _run_of(found, columns)
    if label is None:
        fields = _fields(found, columns, frame, how, "val" if split else None, index)
    else:
        fields = _of_run(found, columns, label)
    if fields is None or not any(f.role == "value" for f in fields):
        return None
    kind: PlanKind = "carrying" if label is not None else _kind(fields)
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


def _run_of(found: list[Cell], columns: list[str]) -> Cell | None:
    """Return the cell that names the run of its row, where one table shows several: Ray Tune's trials."""
    if len(found) != len(columns) or columns[0].lower() not in _RUNS or not found[0].text[:1].isalpha():
        return None
    return found[0]


def _of_run(found: list[Cell], columns: list[str], label: Cell) -> list[Field]:
    """Read what stands in the columns of numbers; the run's name stands before that of the column."""
    raw = label.text.decode("utf-8", "replace")
    taken: set[str] = set()
    fields = [f for name, cell in zip(columns[1:], found[1:], strict=True) for f in _cell(name, cell, None, taken)]
    values = [f for f in fields if f.series is not None and meaning(f.series.name).known and not is_neutral(f.series.name)]
    named = [
        f._replace(series=f.series._replace(name=f"{raw} {f.series.name}"), name_field=len(values))
        for f in values
        if f.series is not None
    ]
    return [*named, Field("name", label.start, label.end), *(f for f in fields if f.role != "value")]


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


class _Matched(NamedTuple):
    """Columns and cells, what stands before the names, and the epoch or step that no column names."""

    pairs: list[tuple[str, Cell]]
    label: str = ""
    places: tuple[Field, ...] = ()


def _fields(found: list[Cell], columns: list[str], frame: Frame, how: str, split: Split | None, index: str) -> list[Field] | None:
    """Match cells and columns: as many, or fewer by their place, or one more, a label or the row's number."""
    placed = any(classify(c.encode()).part in ("epoch", "step") or c.lower() in ("e", *_GENERATION) for c in columns)
    if split and found and found[0].text.isalpha():
        if found[0].text != b"all":
            return None
        found, columns = found[1:], columns[1:]
        placed = True
    if len(found) == len(columns):
        matched: _Matched | None = _Matched(list(zip(columns, found, strict=True)))
    elif 1 < len(found) < len(columns):
        matched = _Matched(_by_place(found, frame.header)) if how == "wide" else _epoch_in_words(found, columns)
    elif how == "wide" and len(found) == len(columns) + 1 and found[0].text.isdigit():
        matched = _numbered(found, columns, index, placed=placed)
    elif not placed and len(columns) < len(found) <= len(columns) + 3:
        matched = _labelled(found, columns)
    else:
        return None
    if matched is None or not _all_cells(matched.pairs, placed=placed and not matched.places):
        return None
    taken: set[str] = set()
    own = next((split_of(c.text.decode("utf-8", "replace")) for name, c in matched.pairs if name.lower() in _OF_SPLITS), None)
    values = [
        f
        for name, cell in matched.pairs
        for f in _cell(f"{matched.label} {name}".strip(), cell, own or split or frame.split, taken, commas=how == "semicolon")
    ]
    if own is None:
        trained = _of_training(tuple(columns))
        values = [_trained(f) if f.series is not None and f.series.name in trained else f for f in values]
    return [*values, *matched.places]


@lru_cache(maxsize=64)
def _of_training(columns: tuple[str, ...]) -> frozenset[str]:
    """Return the columns that are the training's beside those of a validation: those before it, and those of a batch."""
    first = next((i for i, name in enumerate(columns) if meaning(name).split in ("val", "test")), -1)
    return frozenset(name for i, name in enumerate(columns) if i < first or (first >= 0 and is_batchwise(name)))


def _numbered(found: list[Cell], columns: list[str], index: str, *, placed: bool) -> _Matched | None:
    """A printed data frame: its rows are numbered, and count epochs where no column does."""
    if not (placed or index or any(meaning(c).split or meaning(c).metric == "loss" for c in columns)):
        return None  # the rows are of classes or the like
    place = Field("step" if index == "step" else "epoch", found[0].start, found[0].end)
    return _Matched(list(zip(columns, found[1:], strict=True)), places=() if placed and not index else (place,))


def _epoch_in_words(found: list[Cell], columns: list[str]) -> _Matched | None:
    first = _EPOCH_IN_CELL.search(found[0].text)
    if first is None:
        return None
    at = found[0].start
    pairs = list(zip(columns[len(columns) - len(found) + 1 :], found[1:], strict=True))
    return _Matched(pairs, places=(Field("epoch", at + first.start(1), at + first.end(1)),))


def _labelled(found: list[Cell], columns: list[str]) -> _Matched | None:
    label = b" ".join(c.text for c in found[: -len(columns)]).decode("utf-8", "replace")
    pairs = list(zip(columns, found[-len(columns) :], strict=True))
    if not label.replace(" ", "").replace("_", "").isalpha() or any(b"." not in c.text for _, c in pairs[:2]):
        return None
    return _Matched(pairs, label)


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


def _cell(name: str, cell: Cell, split: Split | None, taken: set[str], *, commas: bool = False) -> list[Field]:
    meant = classify(name.encode())
    role = "epoch" if name.lower() in ("e", "ep") else "step" if name.lower() in _GENERATION else meant.part
    found = (_COMMA.match(cell.text) if commas else None) or _NUMBER.match(cell.text)
    if (role == "epoch" or role == "step") and role not in taken:  # noqa: PLR1714 - narrows the type
        taken.add(role)
        fraction = _FRACTION.match(cell.text)
        if fraction is None:
            return [Field(role, cell.start, cell.start + found.end())] if found else []
        first = Field(role, cell.start, cell.start + fraction.end(1))
        return [first, Field("epochs" if role == "epoch" else "steps", cell.start + fraction.start(2), cell.end)]
    if role in ("time", "epoch", "step", "epochs") or found is None or cell.text[found.end() :] not in (b"", b"%", b"*"):
        return []
    last = name.rpartition(" ")[2].lower()
    if (name.lower() in _COUNTS or last in _EVALUATED) and found[0].isdigit():
        return []
    known = meaning(name)
    spec = SeriesSpec(
        name,
        known.metric,
        known.split or (None if is_neutral(name) else split),
        "%" if cell.text.endswith(b"%") or name.endswith(("(%)", "[%]")) else None,
    )
    return [
        Field(
            "value",
            cell.start,
            cell.start + found.end(),
            spec,
            form="foreign" if found[0].translate(None, _OF_FLOATS) else "float",
        )
    ]


def _kind(fields: list[Field]) -> PlanKind:
    roles = {f.role for f in fields}
    measured = [f.series for f in fields if f.series is not None and not is_neutral(f.series.name)]
    if any(is_batchwise(s.name) for s in measured):
        return "mixed" if any(s.split in ("val", "test") for s in measured) else "running"  # `Mini-batch Loss`
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
    """A row drawn as a progress bar is the training's own, and so are the columns before those of the validation."""
    spec = field.series
    if spec is None or spec.split or is_neutral(spec.name):
        return field
    return Field(field.role, field.start, field.end, spec.on("train"), field.key, field.form, field.name_field)
