"""A page over the monitor: rows in a frame, scrolled with the arrow keys, left with Escape."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import ModalScreen

from tailwatch.tui.paint import Painter, Row, row
from tailwatch.tui.panel import ListPanel

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tailwatch.tui.snapshot import Snapshot


class PagePane(ListPanel):
    """Rows that are read, not selected: the keys scroll."""

    def __init__(self, painter: Painter, heading: str, rows: Callable[[int], list[Row]], snapshot: Snapshot) -> None:
        super().__init__("page", painter)
        self.heading = heading
        self.make_rows = rows
        self.snapshot = snapshot

    def title(self, width: int) -> Row:  # noqa: ARG002  # it is short
        """Return the heading and how to leave."""
        return row((self.heading, "strong"), (f"  {self.language.of('Esc closes')}", "dim"))

    def body(self, width: int, height: int) -> list[tuple[Row, bool]]:
        """Return the rows in sight, and at the end a note if there are more."""
        rows = self.make_rows(width)
        self.top = max(0, min(self.top, len(rows) - height))
        below = len(rows) - self.top - height
        seen = rows[self.top : self.top + height]
        if below > 0 and len(seen) > 1:
            seen[-1] = row((f" ↓ {self.language.say('{n} more rows', n=below + 1)}", "dim"))
        return [(cells, False) for cells in seen]

    def action_move(self, by: int) -> None:
        """Scroll."""
        self.top += by
        self.repaint()

    def action_top(self) -> None:
        """Scroll to the beginning."""
        self.top = 0
        self.repaint()


class Page(ModalScreen[None]):
    """The screen that holds one page."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,enter,question_mark", "dismiss", "close")]

    def __init__(self, pane: PagePane) -> None:
        super().__init__()
        self.pane = pane

    def compose(self) -> ComposeResult:
        """Place the pane."""
        yield self.pane

    def on_mount(self) -> None:
        """Give the pane the keys."""
        self.pane.focus()
