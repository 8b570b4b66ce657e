"""Cutting a line into the cells of a table."""

from __future__ import annotations

from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import Final, Literal

How = Literal["comma", "tab", "bar", "box", "semicolon", "wide", "tight"]

MAX_CELLS: Final = 160

_MARKS: Final[tuple[tuple[bytes, How], ...]] = (
    (b",", "comma"),
    (b"\t", "tab"),
    (b"|", "bar"),
    ("│".encode(), "box"),
    ("┃".encode(), "box"),
    (b";", "semicolon"),
)
_WIDE: Final = lazy(rb"\S{1,60}(?: \S{1,60}){0,3}")
_TIGHT: Final = lazy(rb"\S{1,60}")


class Cell(NamedTuple):
    """One cell of a line and where it stands, without the blanks around it."""

    text: bytes
    start: int
    end: int


def separators(body: bytes) -> list[How]:
    """Return the explicit separators that a line may be cut by, the one it has most of first."""
    counted = [(body.count(mark), how) for mark, how in _MARKS]
    return list(dict.fromkeys(how for count, how in sorted(counted, key=lambda c: -c[0]) if count >= 1))


def cells(body: bytes, how: str, offset: int = 0) -> list[Cell]:
    """Cut `body`, which begins at `offset` of the line, into cells; empty outer cells of boxed tables are dropped."""
    if how in ("wide", "tight"):
        pattern = _WIDE if how == "wide" else _TIGHT
        return [Cell(m[0], m.start() + offset, m.end() + offset) for m in pattern.finditer(body)][:MAX_CELLS]
    mark = next((m for m, name in _MARKS if name == how and m in body), None)
    if mark is None:
        return []
    found, at = [], offset
    for piece in body.split(mark)[:MAX_CELLS]:
        text = piece.strip()
        start = at + (len(piece) - len(piece.lstrip()) if text else 0)
        found.append(Cell(text, start, start + len(text)))
        at += len(piece) + len(mark)
    if how in ("bar", "box"):
        while found and not found[0].text:
            found.pop(0)
    while found and not found[-1].text:
        found.pop()
    return found
