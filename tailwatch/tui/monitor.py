"""The monitor's application: joins the reader's snapshots, the panes and the keys. It knows nothing of logs or training."""

from __future__ import annotations

import gc
import os
import time
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import App
from textual.message import Message

from tailwatch.tui.actions import Actions
from tailwatch.tui.arrange import NARROW, MonitorLayout, MonitorScreen, Wants, arrange, side_width
from tailwatch.tui.chartpane import ChartPane
from tailwatch.tui.driver import ScreenDiff, TerminalDriver
from tailwatch.tui.footer import FooterPane
from tailwatch.tui.keys import KEYS, bindings
from tailwatch.tui.logpane import LogPane
from tailwatch.tui.paint import Painter
from tailwatch.tui.panels.chart import ChartOptions
from tailwatch.tui.panels.findings import rows_wanted
from tailwatch.tui.panels.log import around_rows
from tailwatch.tui.panels.messages import shown_messages
from tailwatch.tui.panels.verdict import banner_rows, verdict_repeats, verdict_rows
from tailwatch.tui.panes import (
    AdvicePane,
    BannerPane,
    FindingsPane,
    MessagesPane,
    Opened,
    SeriesPane,
    StatusPane,
    VerdictPane,
)
from tailwatch.tui.terminal import locale_is_ascii

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Resize
    from textual.geometry import Size
    from textual.screen import Screen

    from tailwatch.core.events import Finding
    from tailwatch.tui.feed import Feed
    from tailwatch.tui.panel import Panel
    from tailwatch.tui.snapshot import Snapshot

PAINT_EVERY: Final = 0.5
"""Seconds between two paints of a stream, at least; the first line after a pause is painted at once."""

LONGEST_WAIT: Final = 1.5
"""Seconds between two paints of a stream, at most."""

LINK_BYTES: Final = 1700
"""Bytes a second that a stream of lines may cost the link; a paint that wrote more lets the next one wait longer."""


class Monitor(Actions, App[None]):
    """The screen of `tailwatch LOG`.

    Args:
        feed: the reader; it is started when the screen stands.
        replay: show the keys and the speed of a replay.
        clock: now, in seconds since the Unix epoch; None takes the log's own clock.
        ascii_only: draw with ASCII alone; None asks the locale.
    """

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    class Changed(Message):
        """There is something new to show."""

    class Failed(Message):
        """The reader thread failed."""

        def __init__(self, error: BaseException) -> None:
            super().__init__()
            self.error = error

    def __init__(
        self, feed: Feed, *, replay: bool = False, clock: Callable[[], float] | None = time.time, ascii_only: bool | None = None
    ) -> None:
        colours = "NO_COLOR" not in os.environ  # before Textual takes the variable away
        super().__init__(driver_class=TerminalDriver, ansi_color=True)
        self.feed = feed
        self.replay = replay
        self.clock = clock
        self.failure: BaseException | None = None
        ascii_only = locale_is_ascii() if ascii_only is None else ascii_only
        self.painter = painter = Painter(ascii_only=ascii_only)
        options = ChartOptions(ascii_only=ascii_only, colours=colours)
        self.monitor_layout = MonitorLayout()
        self.banner = BannerPane("banner", painter)
        self.verdict = VerdictPane("verdict", painter)
        self.status = StatusPane("status", painter)
        self.charts = (ChartPane("chart", painter, options), ChartPane("chart2", painter, options, 1))
        self.findings = FindingsPane("findings", painter)
        self.advice = AdvicePane("advice", painter)
        self.series = SeriesPane("series", painter)
        self.messages = MessagesPane("messages", painter)
        self.log_pane = LogPane("log", painter)
        self.footer = FooterPane("footer", painter, replay=replay)
        self.panes: tuple[Panel, ...] = (
            self.banner, self.verdict, self.status, *self.charts, self.findings, self.advice, self.series, self.messages,
            self.log_pane, self.footer,
        )  # fmt: skip
        self.snapshot: Snapshot | None = None
        self.frozen = False
        self.full = ""
        self._seen = 0
        self._painted = 0.0
        self._waiting = False
        self._shown_version = -1
        self._diff = ScreenDiff()

    def get_default_screen(self) -> MonitorScreen:
        """Return the screen with the monitor's layout."""
        return MonitorScreen(self.monitor_layout)

    def compose(self) -> ComposeResult:
        """Place the panes; the layout says where."""
        yield from self.panes

    def on_mount(self) -> None:
        """Begin to read, and to keep the clock."""
        self.feed.on_change = self._changed
        self.feed.on_error = self._failed
        self.app_resume_signal.subscribe(self, lambda _: self.forget_screen())
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._begin)
        self.paint()
        self._painted = 0.0  # what comes first is shown at once
        self.findings.focus()

    def _begin(self) -> None:
        """The first frame stands: now read, and look for garbage again, but not among what was loaded until here."""
        self.feed.start()
        gc.freeze()
        gc.enable()

    def _changed(self) -> None:
        self.post_message(self.Changed())  # from the reader thread

    def _failed(self, error: BaseException) -> None:
        self.post_message(self.Failed(error))

    def leave(self, code: int) -> None:
        """End with an exit code; may be called from a signal handler or another thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(lambda: self.exit(return_code=code))

    def on_monitor_failed(self, message: Failed) -> None:
        """The reader is gone: nothing true could be shown any more."""
        self.failure = message.error
        self.exit(return_code=1)

    def _handle_exception(self, error: Exception) -> None:
        """End without Textual's own traceback on the terminal; `run_monitor` writes it to a file."""
        if self.failure is None:
            self.failure = error
        if self.is_headless:
            super()._handle_exception(error)
        else:
            self.exit(return_code=1)

    def on_monitor_changed(self) -> None:
        """Paint now if the last paint is long enough ago or something must not wait, else once when it will be."""
        pause = min(LONGEST_WAIT, max(PAINT_EVERY, self._diff.written / LINK_BYTES))
        wait = self._painted + pause - time.monotonic()
        if wait <= 0 or self.feed.urgent:
            self.paint()
        elif not self._waiting:
            self._waiting = True
            self.set_timer(wait, self.paint)

    def paint(self) -> None:
        """Show what is new, and remember when: the next paint of a stream waits."""
        self._waiting = False
        self._painted = time.monotonic()
        self._diff.written = 0
        self.show()

    def show(self) -> None:
        """Fetch the latest state and show what differs."""
        self._shown_version = self.feed.version
        snapshot, delta, self._seen, alarms = self.feed.snapshot(self._seen)
        self.snapshot = snapshot
        self._ring(snapshot, alarms)
        self._lay_out(snapshot, self.size)
        self.status.now = self.clock() if self.clock is not None else snapshot.clocks.now
        for pane in self.panes:
            if pane in (self.banner, self.status, self.footer) or not (self.frozen or pane in (self.advice, self.log_pane)):
                pane.show(snapshot)
        if not self.frozen:
            self.advise()
            self.log_pane.snapshot = snapshot
        self.log_pane.take(delta, hold=self.frozen)

    def _tick(self) -> None:
        """Let the clock go on; what the reader brings is painted when its turn comes."""
        if self.clock is not None:
            self.status.now = self.clock()
            self.status.repaint()

    def _ring(self, snapshot: Snapshot, alarms: Iterable[Finding]) -> None:
        """Put new alarms on the banner, and keep those on it up to date until they are acknowledged."""
        held = {finding.key: finding for finding in snapshot.findings}
        new = {f.key: held[f.key] for f in alarms if f.key in held}
        kept = {f.key: held[f.key] for f in self.banner.alarms if f.key in held}  # a replay that was wound back knows less
        self.banner.alarms = list((kept | new).values())
        if new:
            self.bell()

    def _lay_out(self, snapshot: Snapshot, size: Size) -> None:
        alarms, width = self.banner.alarms, max(20, size.width)
        wants = Wants(
            banner=len(banner_rows(alarms, width, 2 if width >= NARROW else 3, snapshot.language)) if alarms else 0,
            verdict=0 if verdict_repeats(snapshot, alarms) else len(verdict_rows(snapshot, width, 2)),
            charts=len(snapshot.charts),
            findings=rows_wanted(snapshot, side_width(width)),
            advice=bool(snapshot.findings),
            series=min(24, max(1, len(snapshot.series))),
            messages=max(1, len(shown_messages(snapshot, unfolded=self.messages.unfolded))),
            full=self.full,
        )
        shown = arrange(*size, wants)
        for pane in self.panes:
            if pane.display != (pane.id in shown):
                pane.display = pane.id in shown
        if wants != self.monitor_layout.wants:
            self.monitor_layout.wants = wants
            self.footer.refresh(layout=True)  # of a child: that is what makes Textual arrange the screen anew

    def _display(self, screen: Screen[object], renderable: object) -> None:
        """Write only cells that differ from what the terminal shows."""
        if renderable is not None and not self._batch_count and self.screen is screen and not self.is_headless:
            renderable = self._diff.reduce(renderable, self.size.width)
        super()._display(screen, renderable)  # type: ignore[arg-type]

    def forget_screen(self) -> None:
        """Draw everything again: the terminal may show something else than what was written."""
        self._diff.forget()
        self.screen.refresh()

    def on_resize(self, event: Resize) -> None:
        """The terminal may have moved its content; the panes are laid out for its new size, which `size` is not yet."""
        self._diff.forget()
        if self.snapshot is not None:
            self._lay_out(self.snapshot, event.size)

    def advise(self) -> None:
        """Show why and what to do about the selected finding."""
        self.advice.finding = self.findings.selected
        if self.snapshot is not None:
            self.advice.show(self.snapshot)

    def on_findings_pane_selected(self) -> None:
        """Another finding is selected."""
        self.advise()

    def on_opened(self, message: Opened) -> None:
        """Show a row's page."""
        self.open_page(message.heading, message.rows)

    def on_chart_pane_point_opened(self, message: ChartPane.PointOpened) -> None:
        """Show the log around a point of the chart."""
        reading = message.reading
        lines = self.log_pane.buffer.around(reading.line)
        language = self.feed.language
        heading = language.say("Log at {place}", place=reading.place)
        self.open_page(heading, lambda width: around_rows(lines, reading.line, width, language))

    def on_messages_pane_judged(self, message: MessagesPane.Judged) -> None:
        """Remember the person's verdict on a kind of message, and follow it at once."""
        self.judge_message(message.message, message.verdict)

    def on_series_pane_chosen(self, message: SeriesPane.Chosen) -> None:
        """Chart the metric of the chosen series."""
        self.chart_series(message.series_name)
