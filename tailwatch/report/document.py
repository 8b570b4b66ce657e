"""The report as a document: sentences not yet written, with the lines they rest on, in blocks that every format can show.

What a section says is put together once, in `report/story/`; how it looks is the business of one file a format. A cell or an
item is a `Claim`; `str` is text of the log or a number, shown letter by letter, and `Text` is a sentence to be rendered.
"""

from __future__ import annotations

from tailwatch.core.events import Text
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Words = Text | str
Role = Literal["train", "val", "base_train", "base_val"]
Tone = Literal["", "good", "bad", "warn", "mute"]


class Claim(NamedTuple):
    """A statement and the lines that show it: `lines` of this log, `base` of the baseline's.

    `quote` is text of the log that the statement is about, `tone` how it is meant.
    """

    text: Words
    lines: tuple[int, ...] = ()
    base: tuple[int, ...] = ()
    quote: str = ""
    tone: Tone = ""


EMPTY: Final = Claim("")


class Paragraph(NamedTuple):
    """Claims that are read one after another; `lead` ones are set larger."""

    claims: tuple[Claim, ...]
    lead: bool = False


class Code(NamedTuple):
    """A few lines to paste; never translated."""

    language: str
    text: str


class Item(NamedTuple):
    """One entry of a list: its head, what belongs to it, and code. `sign` is the severity's or the verdict's mark."""

    head: Claim
    details: tuple[Claim, ...] = ()
    code: Code | None = None
    sign: Tone = ""


class Items(NamedTuple):
    """A list, numbered where the order matters."""

    items: tuple[Item, ...]
    numbered: bool = False


class Table(NamedTuple):
    """Rows under a head; `numbers` are the columns that hold figures."""

    head: tuple[Words, ...]
    rows: tuple[tuple[Claim, ...], ...]
    numbers: tuple[int, ...] = ()


def without_empty_columns(head: tuple[Words, ...], rows: tuple[tuple[Claim, ...], ...]) -> Table:
    """Return a table of the columns in which some row says something."""
    kept = [i for i in range(len(head)) if any(row[i] != EMPTY for row in rows)]
    return Table(tuple(head[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows))


class ChartLine(NamedTuple):
    """One curve of a chart; `lines` are the log's lines of its points, empty where unknown."""

    label: Words
    role: Role
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    lines: tuple[int, ...] = ()


class ChartMark(NamedTuple):
    """A moment drawn into a chart."""

    x: float
    label: Words
    tone: Tone = ""


class Chart(NamedTuple):
    """Curves over one axis; `log` says that the values are drawn logarithmically."""

    title: Words
    axis: Words
    curves: tuple[ChartLine, ...]
    marks: tuple[ChartMark, ...] = ()
    log: bool = False


Block = Paragraph | Items | Table | Chart


class Section(NamedTuple):
    """A headed part; `key` names it whatever the language."""

    key: str
    title: Text
    blocks: tuple[Block, ...]


class Document(NamedTuple):
    """The whole report. `quotes` holds the text of cited lines, where it is known."""

    title: Words
    subtitle: tuple[Claim, ...]
    sections: tuple[Section, ...]
    quotes: Mapping[int, str]

    def claims(self) -> Iterator[Claim]:
        """Yield every statement of the report."""
        yield from self.subtitle
        for section in self.sections:
            for block in section.blocks:
                match block:
                    case Paragraph():
                        yield from block.claims
                    case Items():
                        for item in block.items:
                            yield from (item.head, *item.details)
                    case Table():
                        for row in block.rows:
                            yield from row
                    case Chart():
                        pass

    def cited(self) -> set[int]:
        """Return the lines of this log that some statement rests on."""
        return {n for claim in self.claims() for n in claim.lines}
