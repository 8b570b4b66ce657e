"""What the keys do: every `action_` that the table in keys.py names."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, cast

from tailwatch.core.errors import UsageError
from tailwatch.core.text import phrase
from tailwatch.tui.panels.chart import SMOOTHING, ZOOMS
from tailwatch.tui.panels.unread import unread_rows, unread_title
from tailwatch.tui.protocols import Recording
from tailwatch.tui.screens.help import help_rows
from tailwatch.tui.screens.page import Page, PagePane
from tailwatch.tui.terminal import has_a_shell
from tailwatch.whereabouts import to_write_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.text import Language
    from tailwatch.tui.monitor import Monitor
    from tailwatch.tui.paint import Row
    from tailwatch.tui.snapshot import MessageView


class Actions:
    """Mixed into the application; each method is one command."""

    @property
    def _app(self) -> Monitor:
        return cast("Monitor", self)

    @property
    def _language(self) -> Language:
        return self._app.feed.language

    def open_page(self, heading: str, rows: Callable[[int], list[Row]]) -> None:
        """Show a page over the monitor."""
        app = self._app
        if app.snapshot is not None:
            app.push_screen(Page(PagePane(app.painter, heading, rows, app.snapshot)))

    def action_help(self) -> None:
        """Show the keys."""
        language = self._language
        self.open_page(language.of("Keys"), lambda width: help_rows(width, replay=self._app.replay, language=language))

    def action_unread(self) -> None:
        """Show what was not understood."""
        snapshot = self._app.snapshot
        if snapshot is not None:
            path = to_write_in(self._app.feed.settings.where)
            self.open_page(unread_title(snapshot), lambda width: unread_rows(snapshot, width, path))

    def action_acknowledge(self) -> None:
        """Take the banner away."""
        self._app.banner.alarms = []
        self._app.paint()

    def action_freeze(self) -> None:
        """Freeze the panes; alarms and the status go on."""
        app = self._app
        app.frozen = not app.frozen
        app.footer.note = self._standing_note()
        app.paint()

    def action_redraw(self) -> None:
        """Draw everything again."""
        self._app.forget_screen()

    def action_interrupt(self) -> None:
        """Leave as after Ctrl+C."""
        self._app.exit(return_code=130)

    def action_put_aside(self) -> None:
        """Stop as other programs do after Ctrl+Z, where a shell can let this one go on."""
        if has_a_shell():
            os.killpg(0, signal.SIGTSTP)  # with what the shell started together with it, such as the other end of a pipe
        else:
            self.note(self._language.of("no shell could bring the monitor back; q leaves it"))

    def action_focus_pane(self, name: str) -> None:
        """Give a pane the keys; one that has no room gets the whole screen."""
        app = self._app
        if not app.screen.query_one(f"#{name}").display:
            app.full = name  # there is no room for it beside the others
            app.paint()
        app.screen.query_one(f"#{name}").focus()

    def action_full(self) -> None:
        """Give the focused pane the whole screen, and back."""
        app = self._app
        focused = app.focused.id if app.focused is not None else None
        app.full = "" if app.full else focused or "chart"
        app.paint()

    def action_metric(self, by: int) -> None:
        """Chart another metric; the second chart shows the one after it."""
        app = self._app
        metrics = [chart.metric for chart in app.snapshot.charts] if app.snapshot else []
        shown = app.charts[0].data
        if shown is not None:
            self._chart_metrics(metrics, metrics.index(shown.metric) + by)

    def _chart_metrics(self, metrics: list[str], first: int) -> None:
        for k, chart in enumerate(self._app.charts):
            chart.metric = metrics[(first + k) % len(metrics)]
            chart.cursor = None
            chart.repaint()

    def chart_series(self, name: str) -> None:
        """Chart the metric of a series; one that has no curve says so."""
        charts = self._app.snapshot.charts if self._app.snapshot else ()
        found = next((k for k, c in enumerate(charts) if any(v.name == name for v in c.curves)), None)
        if found is None:
            self.note(self._language.of("this series has no chart: it is no loss and no score"))
        else:
            self._chart_metrics([c.metric for c in charts], found)

    def judge_message(self, message: MessageView, verdict: str) -> None:
        """Write a verdict on a kind of message into the configuration, and follow it at once."""
        from tailwatch.config import file  # noqa: PLC0415 - needed rarely
        from tailwatch.config_tables import OwnMessage  # noqa: PLC0415
        from tailwatch.remember import remember  # noqa: PLC0415

        if not (message.text or message.rule):
            self.note(self._language.of("this message holds no words to know it by"))
            return
        path = self._app.feed.settings.where or file()[0]
        named = OwnMessage(text=message.text) if message.text else OwnMessage(rule=message.rule)
        own = named._replace(verdict=verdict)
        try:
            remember(own, path)
        except UsageError as error:
            self.note(self._language.render(error.sentence))
            return
        self._app.feed.adopt(own._replace(where=path))
        self.note(self._language.say("remembered in {path}", path=path))
        self._app.paint()

    def note(self, text: str) -> None:
        """Say something in the footer for a few seconds."""
        self._app.footer.note = text
        self._app.footer.repaint()
        self._app.set_timer(3.0, self._clear_note)

    def action_log_scale(self) -> None:
        """Switch the y axis."""
        self._chart_options(log=not self._app.charts[0].options.log)

    def action_smooth(self) -> None:
        """Switch the smoothing."""
        self._chart_options(smoothing=(self._app.charts[0].options.smoothing + 1) % len(SMOOTHING))

    def action_zoom(self) -> None:
        """Switch the part of the x axis."""
        self._chart_options(zoom=(self._app.charts[0].options.zoom + 1) % len(ZOOMS))

    def _chart_options(self, **changes: int) -> None:
        for chart in self._app.charts:
            chart.options = chart.options._replace(**changes)  # type: ignore[arg-type]  # the names stand above
            chart.repaint()

    def action_filter(self) -> None:
        """Ask for a filter of the log."""
        self._app.footer.edit(self._app.log_pane)

    def action_trouble(self, direction: int) -> None:
        """Go to the next line of trouble."""
        app = self._app
        if app.log_pane.next_trouble(direction):
            app.log_pane.focus()
            return
        later, earlier = (
            phrase("no further line of trouble among the lines kept"),
            phrase("no earlier line of trouble among the lines kept"),
        )
        self.note(self._language.of(later if direction > 0 else earlier))

    def _clear_note(self) -> None:
        self._app.footer.note = self._standing_note()
        self._app.footer.repaint()

    def _standing_note(self) -> str:
        return self._language.of("frozen: p goes on") if self._app.frozen else ""

    def action_follow(self) -> None:
        """Follow the log's end."""
        self._app.log_pane.action_follow()

    def action_pause_replay(self) -> None:
        """Pause the replay, or let it go on."""
        recording = self._app.feed.source
        if isinstance(recording, Recording):
            if recording.paused:
                recording.resume()
            else:
                recording.pause()
            self._app.paint()

    def action_seek(self, share: float) -> None:
        """Wind the replay forward, or back."""
        recording = self._app.feed.source
        if isinstance(recording, Recording):
            recording.seek(share)
            self._app.paint()

    def action_speed(self, factor: float) -> None:
        """Change the replay's speed."""
        recording = self._app.feed.source
        if isinstance(recording, Recording):
            recording.speed = min(4096.0, max(0.25, recording.speed * factor))
            self._app.paint()
