"""Rows of one name and one number each, between bars or in two columns between rules: the rows of a list belong together.

They wait for the rule that ends the list, for any of them may name its place (`step`, `TotalEnvSteps`, `Epoch`).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._names import classify

if TYPE_CHECKING:
    import re

    from tailwatch.core.events import Role

NAME: Final = "across"
SECTION: Final = "listed"
_NUMBER: Final = rb"[-+]?(?:0{1,15}(?:\.0{0,20})?(?:[eE][-+]?0{1,3})?|nan|inf)"
_ROW: Final = lazy(rb"\|\s{1,40}([A-Za-z_][^|]{0,60}?)\s{0,40}\|\s{1,40}(" + _NUMBER + rb")(%?)\s{0,40}\|\s*$")
_RULE: Final = lazy(rb"[-=+|]{12,200}\s*$")
_COLUMNS: Final = lazy(rb"-{5,90} {1,4}-{5,40}\s*$")
_IN_COLUMNS: Final = lazy(rb"([A-Za-z_]\S{0,60}(?: \S{1,30}){0,5}) {2,90}(" + _NUMBER + rb")(%?)\s*$")


def listed(shape: bytes, start: int, frame: Frame) -> Plan | None:
    """Return the plan of a row, or of the rule that ends the list; None for any other line."""
    row = _ROW.match(shape, start)
    if row is not None:
        return _row(row, frame._replace(section=SECTION, dialect=NAME))
    if frame.section == SECTION and _RULE.match(shape, start):
        return Plan(NAME, kind="boxed", frame=frame._replace(section="", dialect=""), closes=True)
    return None


def columns(shape: bytes, start: int, frame: Frame) -> Plan | None:
    """Read what stands between two rules of two strokes each: `-----  -----`."""
    if _COLUMNS.match(shape, start):
        if frame.section == "columns":
            return Plan(NAME, kind="boxed", frame=frame._replace(section="", dialect=""), closes=True)
        return Plan(NAME, frame=frame._replace(section="columns", dialect=NAME))
    row = _IN_COLUMNS.match(shape, start) if frame.section == "columns" else None
    return _row(row, frame) if row is not None else None


def _row(row: re.Match[bytes], frame: Frame) -> Plan | None:
    name = classify(row[1])
    if name.part == "setting" or name.key == "learning_rate":
        return None
    if name.part in ("epoch", "step"):
        role: Role = "epoch" if name.part == "epoch" else "step"
        return Plan(NAME, (Field(role, *row.span(2)),), kind="boxed", frame=frame)
    if name.part != "value" or (name.trust == "none" and meaning(name.text).known):  # `loss weight`
        return Plan(NAME, kind="boxed", frame=frame)
    found = meaning(name.text)
    split = None if is_neutral(name.text) else found.split or frame.split
    spec = SeriesSpec(name.text, found.metric, split, "%" if row[3] else None)
    fields = [Field("value", *row.span(2), spec, name_field=1 if b"0" in row[1] else -1)]
    if b"0" in row[1]:
        fields.append(Field("name", *row.span(1)))
    return Plan(NAME, tuple(fields), kind="boxed", frame=frame)
