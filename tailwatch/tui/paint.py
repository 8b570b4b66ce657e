"""From text with roles to what a terminal shows: the one gate through which every cell of the monitor passes.

A panel says what it shows as rows of spans, each a text and the part it plays (`dim`, `warning`, `train`, ...). Only here do
roles become colours, unsafe characters become visible marks, and glyphs become ASCII where the terminal has no more. Colours
are those of the terminal's own palette on its own background, so light and dark terminals both read well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tailwatch.core.breaking import words
from tailwatch.core.named import NamedTuple
from tailwatch.core.sanitise import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterable

Role = Literal[
    "text", "strong", "dim", "rule", "title", "focus", "train", "val", "train_ghost", "val_ghost",
    "other", "best", "good", "warning", "critical", "info", "alert_critical", "alert_warning", "hit", "key", "blank",
]  # fmt: skip

# 256-colour numbers that keep a contrast of about 3 or more on white as on black; blue against orange is told apart by
# people with any of the common colour vision deficiencies (Okabe and Ito, "Color Universal Design", 2008).
_STYLES: Final[dict[Role, Style]] = {
    "text": Style.null(),
    "blank": Style.null(),
    "strong": Style(bold=True),
    "dim": Style(color="color(245)"),
    "rule": Style(color="color(242)"),
    "title": Style(bold=True),
    "focus": Style(bold=True, reverse=True),
    "train": Style(color="color(33)"),
    "val": Style(color="color(208)", bold=True),
    "train_ghost": Style(color="color(67)"),
    "val_ghost": Style(color="color(137)"),
    "other": Style(color="color(133)"),
    "best": Style(color="color(35)", bold=True),
    "good": Style(color="color(35)"),
    "info": Style(color="color(38)"),
    "warning": Style(color="color(172)", bold=True),
    "critical": Style(color="color(196)", bold=True),
    "alert_warning": Style(color="color(16)", bgcolor="color(214)", bold=True),
    "alert_critical": Style(color="color(231)", bgcolor="color(160)", bold=True),
    "hit": Style(reverse=True),
    "key": Style(color="color(38)", bold=True),
}
_SELECTED: Final = Style(bold=True)

_ASCII: Final = str.maketrans({
    "─": "-", "│": "|", "┤": "+", "┬": "+", "└": "+", "┴": "+", "┊": ":", "━": "=", "…": "~", "·": "-", "●": "*", "○": "o",
    "★": "*", "▲": "!", "✖": "x", "✔": "+", "ℹ": "i", "◆": "#", "↓": "v", "↑": "^", "→": ">", "←": "<", "■": "#", "↶": "r",
    "»": ">", "█": "#", "░": ".", "▁": "_", "▂": "_", "▃": "-", "▄": "-", "▅": "=", "▆": "=", "▇": "#", "•": "*", "×": "x",
    "–": "-", "—": "-", "≤": "<", "≥": ">", "▸": ">", "⚑": "!", "±": "+", "“": '"', "”": '"', "’": "'", "⏸": "|",
})  # fmt: skip


class Span(NamedTuple):
    """A piece of a row and the part it plays."""

    text: str
    role: Role = "text"


Row = tuple[Span, ...]
EMPTY_ROW: Final[Row] = ()


def row(*parts: Span | str | tuple[str, Role]) -> Row:
    """Make a row; plain strings are plain text, empty pieces are left out."""
    spans = (Span(part) if isinstance(part, str) else Span(*part) for part in parts)
    return tuple(span for span in spans if span.text)


def plain(spans: Iterable[Span]) -> str:
    """Return a row's text alone."""
    return "".join(span.text for span in spans)


def width_of(spans: Iterable[Span]) -> int:
    """Return the cells a row takes."""
    return sum(cell_len(span.text) for span in spans)


def fit(text: str, width: int) -> str:
    """Cut text to at most `width` cells, with an ellipsis where something is missing."""
    text = sanitise(text).expandtabs(4)
    if len(text) <= width and text.isascii():
        return text
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Cut or fill text to exactly `width` cells; `right` aligns it there."""
    text = fit(text, width)
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def middle(text: str, width: int, least: int = 0) -> str:
    """Cut text in its middle: the beginning and the end of a path tell most. The first `least` cells are to be seen.

    Where these do not fit, the end of them is: it is what matters then.
    """
    text = sanitise(text)
    if cell_len(text) <= width:
        return text
    if width < 4:
        return fit(text, width)
    head = max((width - 1) // 3, least)
    if head > width - 2:
        return fit("…" + text[least - width // 2 :], width)
    tail = width - 1 - head
    end = text[-tail:]
    while cell_len(end) > tail:
        end = end[1:]
    return set_cell_size(text, head) + "…" + end


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` cells, at spaces where there are any, and between wide characters."""
    lines: list[str] = []
    current = gap = ""
    for word, blank in words(sanitise(text).replace("\t", " ")):
        trial = f"{current}{gap}{word}" if current else word
        gap = blank
        if cell_len(trial) <= width:
            current = trial
            continue
        if current:
            lines.append(current)
        rest = word
        while cell_len(rest) > width > 0:
            head = set_cell_size(rest, width).rstrip() or rest[:1]
            lines.append(head)
            rest = rest[len(head) :]
        current = rest
    if current or not lines:
        lines.append(current)
    return lines


def clipped(text: str, width: int, most: int) -> list[str]:
    """Break text into at most `most` lines, the last one with an ellipsis if more would follow."""
    lines = wrap(text, width)
    if len(lines) <= most:
        return lines
    rest = sanitise(text).replace("\t", " ")
    for line in lines[: most - 1]:
        rest = rest[rest.index(line) + len(line) :]
    return [*lines[: most - 1], fit(rest.lstrip(" "), width)]


class Painter:
    """Turns rows into strips; made once with what the terminal can show."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        self.ascii_only = ascii_only

    def strip(self, spans: Row, width: int, *, selected: bool = False) -> Strip:
        """Return a row as a strip of exactly `width` cells."""
        segments: list[Segment] = []
        left = width
        if selected:  # the mark takes the place of the blank that every row of a list begins with
            segments.append(Segment(">" if self.ascii_only else "▌", _STYLES["key"]))
            first = spans[0] if spans else Span(" ")
            spans = (first._replace(text=first.text[1:]), *spans[1:])
            left -= 1
        for text, role in spans:
            if left <= 0:
                break
            shown = self._safe(text)
            cells = cell_len(shown)
            if cells > left:
                shown, cells = set_cell_size(shown, left - 1) + ("~" if self.ascii_only else "…"), left
            style = _STYLES[role]
            segments.append(Segment(shown, style + _SELECTED if selected else style))
            left -= cells
        if left > 0:
            segments.append(Segment(" " * left, _STYLES["blank"]))
        return Strip(segments, width)

    def _safe(self, text: str) -> str:
        clean = sanitise(text).replace("\t", "    ")
        return _ascii(clean) if self.ascii_only else clean


def _ascii(clean: str) -> str:
    return clean.translate(_ASCII).encode("ascii", "replace").decode("ascii")
