"""The last row: the keys that matter, a note on what the screen is doing, or the filter while it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailwatch.core.sanitise import sanitise
from tailwatch.tui.keys import footer
from tailwatch.tui.paint import EMPTY_ROW, Painter, Row, Span, row, width_of
from tailwatch.tui.panel import Panel

if TYPE_CHECKING:
    from textual import events

    from tailwatch.tui.logpane import LogPane

MAX_FILTER = 200


class FooterPane(Panel):
    """Names keys; `edit` turns it into the line where the log's filter is typed, applied at each key."""

    titled = False

    def __init__(self, name: str, painter: Painter, *, replay: bool) -> None:
        super().__init__(name, painter)
        self.replay = replay
        self.note = ""
        self._log: LogPane | None = None
        self._needle = ""

    def edit(self, log: LogPane) -> None:
        """Let the person type what the log's lines must contain."""
        self._log, self._needle = log, log.buffer.needle
        self.can_focus = True
        self.focus()
        self.repaint()

    def body(self, width: int, height: int) -> list[tuple[Row, bool]]:  # noqa: ARG002  # it is one row
        """Return the filter, or as many keys as fit."""
        if self._log is not None:
            language = self.language
            found = len(self._log.buffer.shown)
            hits = language.count("{n:,} line", "{n:,} lines", found) if self._needle else language.of("type a text")
            keys = language.of("Enter keeps · Esc shows all")
            line = row((" / ", "key"), (self._needle, "strong"), ("▏", "key"), (f"  {hits}", "info"), (f"   {keys}", "dim"))
            return [(line, False)]
        spans: list[Span] = [Span(f" {self.note} ", "alert_warning")] if self.note else []
        for shown, word in footer(replay=self.replay):
            piece = [Span(" "), Span(shown, "key"), Span(f" {self.language.of(word)} ", "dim")]
            if width_of(spans) + width_of(piece) <= width:
                spans += piece
        return [(tuple(spans) or EMPTY_ROW, False)]

    def on_key(self, event: events.Key) -> None:
        """Take the keys while the filter is typed."""
        if self._log is None:
            return
        event.stop()
        event.prevent_default()
        if event.key in ("enter", "tab"):
            self._end(self._needle)
        elif event.key in ("escape", "ctrl+c"):
            self._end("")
        elif event.key == "backspace":
            self._set(self._needle[:-1])
        elif event.key == "ctrl+u":
            self._set("")
        elif event.character is not None and event.is_printable:
            self._set(self._needle + event.character)

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text, on one line and harmless."""
        if self._log is not None:
            event.stop()
            self._set(self._needle + sanitise(event.text[:MAX_FILTER].split("\n", 1)[0]))

    def on_blur(self) -> None:
        """Something else has the keys: the filter stays as typed."""
        if self._log is not None:
            self._log, self.can_focus = None, False
        self.repaint()

    def _set(self, needle: str) -> None:
        assert self._log is not None
        self._needle = needle[:MAX_FILTER]
        self._log.filter(self._needle)
        self.repaint()

    def _end(self, needle: str) -> None:
        log, self._log, self.can_focus = self._log, None, False
        if log is not None:
            log.filter(needle)
            log.focus()
        self.repaint()
