"""What the monitor does differently from Textual at the terminal's edge; all reliance on its internals is in this file."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.drivers.linux_driver import LinuxDriver

from tailwatch.tui.terminal import terminal_output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, ConsoleOptions, RenderResult
    from textual.app import App
    from textual.strip import Strip

Cell = tuple[str, Style | None]
_BLANK: Cell = (" ", None)
_MOVE_COST = 8  # cells; a run of fewer unchanged ones is cheaper to write again than to skip


class TerminalDriver(LinuxDriver):
    """Draws on standard output where that is a terminal, so that `2>errors.txt` does not take the screen away."""

    def __init__(self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if sys.__stdout__ is not None and terminal_output() == sys.__stdout__.fileno():
            self._file = sys.__stdout__


class Cells(CompositorUpdate):
    """An update that writes only runs of cells: row, column, and the cells."""

    def __init__(self, runs: list[tuple[int, int, list[Cell]]], account: ScreenDiff) -> None:
        self.runs = runs
        self.account = account

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Never asked for: Textual writes compositor updates by `render_segments`."""
        return ()

    def render_segments(self, console: Console) -> str:
        """Return the escape sequences and the text."""
        system = console._color_system or ColorSystem.TRUECOLOR  # noqa: SLF001  # as Strip.render does
        out: list[str] = []
        pen = ""
        for y, x, cells in self.runs:
            out.append(f"\x1b[{y + 1};{x + 1}H")
            for text, style in _styled(cells):
                codes = _codes(style, system)
                if codes != pen:
                    out.append(f"\x1b[0;{codes}m" if codes and pen else f"\x1b[{codes}m")
                    pen = codes
                out.append(text)
        if pen:
            out.append("\x1b[m")
        written = "".join(out)
        self.account.written += len(written.encode())
        return written


class ScreenDiff:
    """Remembers what the terminal shows and reduces each update to the cells that differ.

    Textual repaints whole regions; over a slow link that is most of the bytes. A row that holds a character of doubtful
    width is written whole, because the terminal may not agree on where its other characters stand.
    """

    def __init__(self) -> None:
        self.written = 0
        """Bytes written since somebody set this to 0: what the updates cost the link."""
        self._shown: dict[int, list[Cell]] = {}

    def forget(self) -> None:
        """The terminal's content is unknown: the next update of each row is written whole."""
        self._shown.clear()

    def reduce(self, update: object, width: int) -> object:
        """Return the same update with less in it, or None if nothing differs."""
        if isinstance(update, ChopsUpdate):
            fresh = list(_of_chops(update, width))
        elif isinstance(update, LayoutUpdate):
            fresh = [(y, 0, width, _cells(line, width)) for y, line in enumerate(update.strips, update.region.y)]
        else:
            self.forget()
            return update
        runs = [run for y, start, end, cells in fresh for run in self._row(y, start, end, cells, width)]
        return Cells(runs, self) if runs else None

    def _row(self, y: int, start: int, end: int, cells: list[Cell], width: int) -> Iterator[tuple[int, int, list[Cell]]]:
        end = min(end, width)
        if start >= end:
            return  # made for a wider terminal than there is now
        old = self._shown.get(y)
        new = list(old) if old is not None and len(old) == width else [_BLANK] * width
        new[start:end] = cells[start:end]
        if old is None or len(old) != width:
            whole = start == 0 and end == width
            if whole:
                self._shown[y] = new
            yield y, start, new[start:end]
            return
        if new == old:
            return
        self._shown[y] = new
        if _doubtful(old) or _doubtful(new):
            yield y, 0, new
            return
        for first, last in _runs(old, new):
            yield y, first, new[first:last]


def _of_chops(update: ChopsUpdate, width: int) -> Iterator[tuple[int, int, int, list[Cell]]]:
    rows: dict[int, list[Cell]] = {}
    for y, start, end in update.spans:
        if y not in rows:
            row: list[Cell] = [_BLANK] * width
            for x, strip in update.chops[y].items():
                if strip is not None:
                    piece = _cells([strip], strip.cell_length)
                    row[x : x + len(piece)] = piece
            rows[y] = row[:width]
        yield y, max(0, start), min(width, end), rows[y]


def _cells(strips: Iterable[Strip], width: int) -> list[Cell]:
    """Split strips into cells; the second cell of a wide character is empty text."""
    cells: list[Cell] = []
    for strip in strips:
        for text, style, control in strip:
            if control:
                continue
            if text.isascii():
                cells.extend((char, style) for char in text)
                continue
            for char in text:
                size = cell_len(char)
                if size:
                    cells.append((char, style))
                    cells.extend([("", style)] * (size - 1))
                elif cells:
                    base = -1 if cells[-1][0] else -2  # a mark belongs to the character, not to its second cell
                    cells[base] = (cells[base][0] + char, cells[base][1])
    return (cells + [_BLANK] * (width - len(cells)))[:width]


def _doubtful(cells: list[Cell]) -> bool:
    """Whether a row holds wide or combined characters (CJK is wide everywhere, but half of one must not be overwritten)."""
    return any(len(text) != 1 or text > "\u2bff" for text, _ in cells)


def _runs(old: list[Cell], new: list[Cell]) -> Iterator[tuple[int, int]]:
    first = last = -1
    for x, (was, now) in enumerate(zip(old, new, strict=True)):
        if was == now:
            continue
        if first >= 0 and x - last > _MOVE_COST:
            yield first, last + 1
            first = x
        elif first < 0:
            first = x
        last = x
    yield first, last + 1


@lru_cache(maxsize=512)
def _codes(style: Style | None, system: ColorSystem) -> str:
    """Return the SGR parameters of a style: `1;38;5;208`; nothing for plain text."""
    if style is None:
        return ""
    before, _, _ = style.render("x", color_system=system).partition("x")
    return before.removeprefix("\x1b[").removesuffix("m")


def _styled(cells: list[Cell]) -> Iterator[tuple[str, Style | None]]:
    text, style = "", cells[0][1]
    for char, own in cells:
        if own is not style and own != style:
            yield text, style
            text, style = "", own
        text += char
    yield text, style
