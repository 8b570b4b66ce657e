"""The chart's pane: which metric it shows, and the cursor that links its points to the lines of the log."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from tailwatch.tui.curves import reading_at
from tailwatch.tui.keys import CHART_KEYS, bindings
from tailwatch.tui.paint import Painter, Row, Span, row, width_of
from tailwatch.tui.panel import Panel
from tailwatch.tui.panels import chart as chart_panel
from tailwatch.tui.panels.status import is_going_on

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tailwatch.tui.curves import ChartData, Reading


class ChartPane(Panel):
    """Train and validation of one metric. `nth` is its place among the charts shown; `metric` what the person chose for it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(CHART_KEYS)]
    takes_keys = True

    class PointOpened(Message):
        """The log around the chart's cursor is to be shown."""

        def __init__(self, reading: Reading) -> None:
            super().__init__()
            self.reading = reading

    def __init__(self, name: str, painter: Painter, options: chart_panel.ChartOptions, nth: int = 0) -> None:
        super().__init__(name, painter)
        self.options = options
        self.nth = nth
        self.metric = ""
        self.cursor: float | None = None
        self._drawn_of: ChartData | None = None  # of a chart that did not change, the rows do not either
        self._drawn_as: object = None
        self._drawn: list[tuple[Row, bool]] = []

    @property
    def data(self) -> ChartData | None:
        """The chart that is shown: the chosen metric's, else the one whose turn it is."""
        charts = self.snapshot.charts if self.snapshot else ()
        chosen = next((c for c in charts if c.metric == self.metric), None)
        return chosen or (charts[self.nth % len(charts)] if charts else None)

    def reading(self) -> Reading | None:
        """Return what the curves say at the cursor; it keeps its place while the run goes on."""
        data = self.data
        if data is None or self.cursor is None or data.leader is None:
            return None
        return reading_at(data, min(bisect_left(data.leader.xs, self.cursor), len(data.leader.xs) - 1))

    def title(self, width: int) -> Row:
        """Return the legend."""
        data = self.data
        if data is None:
            return row((self.language.of("Chart"), "title"))
        language = self.language
        legend = chart_panel.title(data, self.options._replace(language=language), width, self.reading())
        if self.snapshot is not None and self.snapshot.runs > 1:
            n, runs = self.snapshot.run_number, self.snapshot.runs
            note = Span(f"  {language.say('run {n} of {all}, earlier ones not drawn', n=n, all=runs)}", "dim")
            legend = (*legend, note) if width_of((*legend, note)) <= width else legend
        return legend

    def body(self, width: int, height: int) -> list[tuple[Row, bool]]:
        """Return the chart, or why there is none."""
        if self.snapshot is None:
            return []
        data = self.data
        if data is None:
            return [(chart_panel.reason_for_no_chart(self.snapshot), False)]
        reading = self.reading()
        options = self.options._replace(growing=is_going_on(self.snapshot), language=self.language)
        key = (options, width, height, reading and reading.x)
        if self._drawn_of is not data or self._drawn_as != key:
            self._drawn_of, self._drawn_as = data, key
            self._drawn = [(r, False) for r in chart_panel.chart_rows(data, options, width, height, reading)]
        return self._drawn

    def action_cursor(self, by: int) -> None:
        """Move the cursor to the next point of the evaluations; it comes in from the right."""
        data = self.data
        if data is None or data.leader is None or not len(data.leader.xs):
            return
        xs = data.leader.xs
        index = bisect_left(xs, self.cursor) + by if self.cursor is not None else len(xs) - 1
        self.cursor = xs[max(0, min(index, len(xs) - 1))]
        self.repaint()

    def action_leave_cursor(self) -> None:
        """Take the cursor away."""
        self.cursor = None
        self.repaint()

    def action_open(self) -> None:
        """Show the lines of the log around the cursor's point."""
        reading = self.reading()
        if reading is not None:
            self.post_message(self.PointOpened(reading))
