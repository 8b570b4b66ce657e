"""A line above the names of columns that tells what groups of them belong to: DEAP's chapters, gplearn's average and best.

Sources: deap/tools/support.py (Logbook.__txt__), gplearn/genetic.py (BaseSymbolic._verbose_reporter). Which columns are whose is
told by where they stand.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._gate import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.dialects._cells import Cell

_LONGEST: Final = 400
_CENTRED: Final = lazy(rb"[ ]{2,90}[A-Za-z][A-Za-z_ ]{0,40}[ ]{2,90}|[ ]{0,90}")


def opens_groups(shape: bytes, dialect: str) -> Plan | None:
    """Return the plan of such a line: nothing above the first column, names in the middle of what is theirs."""
    if shape[:1] not in (b" ", b"\t") or b"0" in shape or len(shape) > _LONGEST:
        return None
    for mark in (b"\t", b"|"):
        pieces = shape.split(mark)
        if len(pieces) > 1 and not pieces[0].strip() and shape.strip(b" \t|") and all(map(_CENTRED.fullmatch, pieces)):
            at, fields = 0, []
            for piece in pieces:
                fields.append(Field("name", at, at + len(piece)))
                at += len(piece) + len(mark)
            return Plan(dialect, tuple(fields), frame=Frame(section=GROUPS, dialect=dialect), header=True)
    return None


def grouped(body: bytes, found: Iterable[Cell], above: tuple[str, ...]) -> str:
    """Return the group of each column, parted by commas; `above` is the line of groups, as it was printed.

    A group stands above the middles of its columns; where tabs part the columns, the blanks that a tab may be shown as count.
    """
    if b"\t" in body:
        return ",".join(_by_width(body.decode("utf-8", "replace").split("\t"), above))
    spans, at = [], 0
    for piece in above:
        spans.append((at, at + len(piece), piece.strip()))
        at += len(piece) + 1
    middles = ((cell.start + cell.end) // 2 for cell in found)
    return ",".join(next((name for start, end, name in spans if start <= middle <= end), "") for middle in middles)


def _by_width(columns: list[str], above: tuple[str, ...]) -> list[str]:
    groups: list[str] = []
    for piece in above:
        first = len(groups)
        while len(groups) < len(columns) and len("\t".join(columns[first : len(groups)]).expandtabs()) < len(piece):
            groups.append(piece.strip())
    return groups + [""] * (len(columns) - len(groups))
