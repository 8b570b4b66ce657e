"""What all panes have in common: a title, rows, and the repaint of only those lines that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tailwatch.core.text import ENGLISH
from tailwatch.tui.keys import LIST_KEYS, bindings
from tailwatch.tui.paint import EMPTY_ROW, Painter, Row, Span, fit, width_of

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

    from tailwatch.core.text import Language
    from tailwatch.tui.snapshot import Snapshot


class Panel(Widget):
    """A pane that shows rows. Subclasses say what they show in `title` and `body`; `repaint` compares and refreshes.

    Args:
        name: the pane's name, also its id.
        painter: turns rows into strips.
    """

    ALLOW_SELECT = False
    takes_keys: ClassVar[bool] = False
    titled: ClassVar[bool] = True

    def __init__(self, name: str, painter: Painter) -> None:
        super().__init__(id=name)
        self.can_focus = self.takes_keys
        self.painter = painter
        self.snapshot: Snapshot | None = None
        self._strips: list[Strip] = []

    @property
    def language(self) -> Language:
        """What the pane is written in: the snapshot's language."""
        return self.snapshot.language if self.snapshot is not None else ENGLISH

    def title(self, width: int) -> Row:  # noqa: ARG002  # for subclasses
        """Return the title row's text in at most `width` cells, without the rule that fills it."""
        return EMPTY_ROW

    def body(self, width: int, height: int) -> list[tuple[Row, bool]]:
        """Return the rows beneath the title, each with whether it is the selected one."""
        raise NotImplementedError

    def show(self, snapshot: Snapshot) -> None:
        """Show another state of the run."""
        self.snapshot = snapshot
        self.repaint()

    def repaint(self) -> None:
        """Bring the strips up to date and refresh the lines that differ."""
        width, height = self.size
        if width <= 0 or height <= 0 or self.snapshot is None:
            return
        strips = self._paint(width, height)
        old, self._strips = self._strips, strips
        if len(old) != len(strips):
            self.refresh()
            return
        changed = [Region(0, y, width, 1) for y, (was, now) in enumerate(zip(old, strips, strict=True)) if was != now]
        if changed:
            self.refresh(*changed)

    def _paint(self, width: int, height: int) -> list[Strip]:
        strip, rows = self.painter.strip, height - self.titled
        body = self.body(width, rows)[:rows]
        head = [strip(self._title_row(width), width)] if self.titled else []  # it tells what the body leaves out
        strips = head + [strip(cells, width, selected=selected) for cells, selected in body]
        return strips + [strip(EMPTY_ROW, width)] * (height - len(strips))

    def _title_row(self, width: int) -> Row:
        shown = self.title(width - 4)
        title = tuple(Span(fit(s.text, width - 4), "focus" if s.role == "title" and self.has_focus else s.role) for s in shown)
        left = max(0, width - width_of(title) - 3)
        hidden = self.out_of_sight()
        if hidden and len(hidden) + 4 <= left:
            line = "─" * (left - len(hidden) - 3)
            return (Span("─ ", "rule"), *title, Span(f" {line} ", "rule"), Span(hidden, "dim"), Span(" ─", "rule"))
        return (Span("─ ", "rule"), *title, Span(f" {'─' * left}", "rule"))

    def out_of_sight(self) -> str:
        """Return how much of the body is above and below what is shown, for the end of the title's rule."""
        return ""

    def render_line(self, y: int) -> Strip:
        """Return a line that `repaint` made."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)

    def on_resize(self) -> None:
        """Paint anew for the new size."""
        self._strips = []
        self.repaint()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001  # as Textual calls it
        """Mark the title, or unmark it; the events of the focus come before the pane has it."""
        super().watch_has_focus(has_focus)
        self.repaint()


class ListPanel(Panel):
    """A pane of which one item is selected. Subclasses return all of them in `items`; `open_row` acts on Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LIST_KEYS)]
    takes_keys = True

    def __init__(self, name: str, painter: Painter) -> None:
        super().__init__(name, painter)
        self.cursor = 0
        self.top = 0
        self._owners: list[int] = []
        self._hidden = (0, 0)

    def items(self, width: int) -> list[list[Row]]:
        """Return all items, each as its rows."""
        raise NotImplementedError

    @property
    def count(self) -> int:
        """How many things the pane lists; with none, its only row is the reason, which nobody selects."""
        return 1

    def open_row(self, index: int) -> None:
        """Act on the selected item."""

    def selection_moved(self) -> None:
        """Another item was selected by the person."""

    def body(self, width: int, height: int) -> list[tuple[Row, bool]]:
        """Return the rows in sight, with the selected item among them."""
        items = self.items(width)
        self.cursor = max(0, min(self.cursor, len(items) - 1))
        flat = [(cells, k) for k, rows in enumerate(items) for cells in rows]
        self._owners = [k for _, k in flat]
        first = self._owners.index(self.cursor) if flat else 0
        last = first + len(items[self.cursor]) - 1 if flat else 0
        self.top = max(0, min(self.top, len(flat) - height))
        self.top = first if first < self.top else max(self.top, last - height + 1)
        marked = self.has_focus and self.count > 0
        shown = flat[self.top : self.top + height]
        self._hidden = (shown[0][1], len(items) - 1 - shown[-1][1]) if shown else (0, 0)
        return [(cells, marked and k == self.cursor) for cells, k in shown]

    def out_of_sight(self) -> str:
        """Return the numbers of items above and below."""
        return "  ".join(f"{sign} {n:,}" for sign, n in zip("↑↓", self._hidden, strict=True) if n)

    def action_move(self, by: int) -> None:
        """Select another row."""
        self.cursor = max(0, self.cursor + by)
        self.repaint()
        self.selection_moved()

    def action_page(self, by: int) -> None:
        """Select a row a page away."""
        self.action_move(by * max(1, self.size.height - 2))

    def action_top(self) -> None:
        """Select the first row."""
        self.action_move(-self.cursor)

    def action_open(self) -> None:
        """Act on the selected row."""
        self.open_row(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Select the row under the mouse; open it when it was selected already."""
        row = self.top + event.y - 1
        if event.y < 1 or row >= len(self._owners):
            return
        index = self._owners[row]
        if index == self.cursor and event.chain > 1:
            self.open_row(index)
        self.action_move(index - self.cursor)

    def on_mouse_scroll_down(self) -> None:
        """Move down."""
        self.action_move(1)

    def on_mouse_scroll_up(self) -> None:
        """Move up."""
        self.action_move(-1)
