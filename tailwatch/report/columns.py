"""Text in columns of a terminal: how wide it is, broken into lines, and tables whose cells are broken to fit."""

from __future__ import annotations

from itertools import zip_longest

from tailwatch.core.breaking import cells, words
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH: Final = 80
_LEAST: Final = 8


def cut(text: str, width: int = WIDTH) -> str:
    """Return as much of the text as fits `width` columns."""
    text = text.expandtabs(4)
    while cells(text) > width:
        text = text[: min(len(text) - 1, width)]
    return text


def pad(text: str, width: int) -> str:
    """Return the text, filled up with blanks to `width` columns."""
    return text + " " * (width - cells(text))


def wrap(text: str, first: str = "", later: str | None = None, width: int = WIDTH) -> list[str]:
    """Break text at spaces into lines of `width` columns; a word that is too long is cut into pieces."""
    later = " " * len(first) if later is None else later
    out: list[str] = []
    line = first
    for word, blank in words(text.replace("\n", " ")):
        rest = word
        while cells(line) + cells(rest) > width and line not in (later, first):
            out.append(line.rstrip())
            line = later
        while cells(line) + cells(rest) > width:
            piece = cut(rest, width - cells(line))
            out.append(line + piece)
            line, rest = later, rest[len(piece) :]
        line += rest + blank
    return [*out, line.rstrip()]


def columns(head: Sequence[str], rows: Sequence[Sequence[str]], width: int = WIDTH) -> Iterator[str]:
    """Yield a table under its head; the widest columns give way until it fits."""
    widths = _widths([head, *rows], width - 1)
    yield from _row(head, widths)
    yield " " + " ".join("-" * w for w in widths)
    for row in rows:
        yield from _row(row, widths)


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    widths = [max(1, *(cells(row[i]) for row in rows)) for i in range(len(rows[0]))]
    while sum(widths) + len(widths) - 1 > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _row(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    broken = [wrap(cell, "", "", width) for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*broken, fillvalue=""):
        yield (" " + " ".join(pad(part, width) for part, width in zip(parts, widths, strict=True))).rstrip()
