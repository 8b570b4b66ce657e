"""The log pane: follows the end, stops when scrolled up, filters, and jumps between lines of trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailwatch.tui.paint import Painter, Row, row
from tailwatch.tui.panel import ListPanel
from tailwatch.tui.panels.log import LogBuffer, is_trouble, line_detail, log_rows, log_title
from tailwatch.tui.panes import Opened

if TYPE_CHECKING:
    from tailwatch.tui.snapshot import LogDelta, Snapshot


class LogPane(ListPanel):
    """Shows the end of a `LogBuffer`; rows are made only for the lines in sight."""

    def __init__(self, name: str, painter: Painter) -> None:
        super().__init__(name, painter)
        self.buffer = LogBuffer()
        self.following = True

    def take(self, delta: LogDelta, *, hold: bool = False) -> None:
        """Add new lines; a pane that does not follow keeps the lines in sight where they are. `hold` shows them later."""
        before = self.buffer.dropped
        if not self.buffer.take(delta):
            return
        gone = 0 if self.following else self.buffer.dropped - before
        self.top, self.cursor = max(0, self.top - gone), max(0, self.cursor - gone)
        if not hold:
            self.repaint()

    def title(self, width: int) -> Row:  # noqa: ARG002  # it is short
        """Return the filter, its hits, and whether the end is followed."""
        behind = max(0, len(self.buffer.shown) - self.top - self._height())
        return row(*log_title(self.buffer, following=self.following, behind=behind, language=self.language))

    def _height(self) -> int:
        return max(1, self.size.height - 1)

    def body(self, width: int, height: int) -> list[tuple[Row, bool]]:
        """Return the lines in sight."""
        shown = self.buffer.shown
        tail = [self.buffer.provisional] if self.buffer.provisional is not None and self.following else []
        if self.following:
            self.top = max(0, len(shown) + len(tail) - height)
            self.cursor = len(shown) - 1
        self.top = max(0, min(self.top, len(shown) - 1))
        lines = [shown[i] for i in range(self.top, min(self.top + height, len(shown)))] + tail
        if not lines:
            return [(row((f" {self._reason(self.snapshot)}", "dim")), False)]
        rows = log_rows(lines[:height], width, self.buffer.needle)
        marked = self.has_focus and not self.following
        return [(cells, marked and self.top + k == self.cursor) for k, cells in enumerate(rows)]

    def _reason(self, snapshot: Snapshot | None) -> str:
        say = self.language.say
        if self.buffer.needle:
            return say("no line contains it")
        if snapshot is not None and snapshot.source.kind == "waiting":
            return say("waiting for {log}", log=snapshot.source.detail or snapshot.title)
        return say("the log is empty so far")

    def action_move(self, by: int) -> None:
        """Select another line; going up stops following, going beyond the last line follows again."""
        self._go(self.cursor + by)

    def _go(self, index: int) -> None:
        last = len(self.buffer.shown) - 1
        if index > last:
            self.action_follow()
            return
        self.following = False
        self.cursor = max(0, index)
        height = self._height()
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.cursor >= self.top + height:
            self.top = self.cursor - height + 1
        self.repaint()

    def action_top(self) -> None:
        """Go to the first line that is kept."""
        self._go(0)

    def action_follow(self) -> None:
        """Follow the end again."""
        self.following = True
        self.repaint()

    def action_open(self) -> None:
        """Show the selected line in full."""
        shown = self.buffer.shown
        if 0 <= self.cursor < len(shown):
            line, language = shown[self.cursor], self.language
            self.post_message(Opened(language.of("Line"), lambda width: line_detail(line, width, language)))

    def filter(self, needle: str) -> int:
        """Show only lines that contain `needle`; returns how many there are."""
        count = self.buffer.filter(needle)
        self.following = True
        self.repaint()
        return count

    def next_trouble(self, direction: int) -> bool:
        """Select the next line that speaks of trouble; tells whether there is one."""
        shown = list(self.buffer.shown)
        messages = self.snapshot.messages if self.snapshot else ()
        spoken = {n for m in messages if m.label in ("fatal", "actionable") for n in (m.first_line, m.last_line)}
        start = len(shown) if self.following and direction < 0 else -1 if self.following else self.cursor
        order = range(start + 1, len(shown)) if direction > 0 else range(start - 1, -1, -1)
        found = next((i for i in order if is_trouble(shown[i], spoken)), None)
        if found is None:
            return False
        self._go(found)
        return True

    def on_mouse_scroll_up(self) -> None:
        """Scroll up, three lines a notch."""
        self._go(max(0, (self.top if self.following else self.cursor) - 3))
