"""The panes of the monitor: each joins one panel's rows to the snapshot and to its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from tailwatch.tui.keys import MESSAGE_KEYS, bindings
from tailwatch.tui.paint import Painter, Row, row
from tailwatch.tui.panel import ListPanel, Panel
from tailwatch.tui.panels.findings import advice_rows, finding_detail, findings_title, fitted_findings
from tailwatch.tui.panels.messages import message_detail, messages_rows, messages_title, shown_messages
from tailwatch.tui.panels.series import series_rows
from tailwatch.tui.panels.status import status_rows
from tailwatch.tui.panels.verdict import banner_rows, verdict_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.binding import BindingType

    from tailwatch.tui.snapshot import FindingView, MessageView


class Opened(Message):
    """A row was opened: show its page. `rows` makes it for a width."""

    def __init__(self, heading: str, rows: Callable[[int], list[Row]]) -> None:
        super().__init__()
        self.heading = heading
        self.rows = rows


class VerdictPane(Panel):
    """One sentence on how the run is."""

    titled = False

    def body(self, width: int, height: int) -> list[tuple[Row, bool]]:
        """Return the verdict."""
        return [(r, False) for r in verdict_rows(self.snapshot, width, height)] if self.snapshot else []


class StatusPane(Panel):
    """File, state, progress, silence."""

    titled = False

    def __init__(self, name: str, painter: Painter) -> None:
        super().__init__(name, painter)
        self.now = 0.0

    def body(self, width: int, height: int) -> list[tuple[Row, bool]]:
        """Return the status as of `now`."""
        return [(r, False) for r in status_rows(self.snapshot, self.now, width, height)] if self.snapshot else []


class BannerPane(Panel):
    """The newest alarm that nobody acknowledged."""

    titled = False

    def __init__(self, name: str, painter: Painter) -> None:
        super().__init__(name, painter)
        self.alarms: list[FindingView] = []

    def body(self, width: int, height: int) -> list[tuple[Row, bool]]:
        """Return the banner."""
        return [(r, False) for r in banner_rows(self.alarms, width, height, self.language)]


class FindingsPane(ListPanel):
    """The findings; the selected one's advice is shown where there is room."""

    class Selected(Message):
        """Another finding is selected."""

    def title(self, width: int) -> Row:  # noqa: ARG002  # it is short
        """Return the title with the number of open findings."""
        return row((findings_title(self.snapshot) if self.snapshot else "", "title"))

    def items(self, width: int) -> list[list[Row]]:
        """Return the findings; open ones in up to three rows as far as there is room, the gravest first."""
        return [] if self.snapshot is None else fitted_findings(self.snapshot, width, self.size.height - 1)

    @property
    def count(self) -> int:
        """How many findings there are."""
        return len(self.snapshot.findings) if self.snapshot else 0

    @property
    def selected(self) -> FindingView | None:
        """The selected finding."""
        findings = self.snapshot.findings if self.snapshot else ()
        return findings[min(self.cursor, len(findings) - 1)] if findings else None

    def selection_moved(self) -> None:
        """Tell it."""
        self.post_message(self.Selected())

    def open_row(self, index: int) -> None:
        """Open the finding's page."""
        if self.snapshot and index < len(self.snapshot.findings):
            finding = self.snapshot.findings[index]
            language = self.language
            self.post_message(Opened(language.of("Finding"), lambda width: finding_detail(finding, width, language)))


class AdvicePane(Panel):
    """Why the selected finding is held, and what to do about it."""

    def __init__(self, name: str, painter: Painter) -> None:
        super().__init__(name, painter)
        self.finding: FindingView | None = None

    def title(self, width: int) -> Row:  # noqa: ARG002  # it is short
        """Return the title."""
        return row((self.language.of("What to do"), "title"))

    def body(self, width: int, height: int) -> list[tuple[Row, bool]]:
        """Return the advice."""
        if self.finding is None:
            return [(row((f" {self.language.of('nothing')}", "dim")), False)]
        return [(cells, False) for cells in advice_rows(self.finding, width, height, self.language)]


class SeriesPane(ListPanel):
    """The series; Enter charts the selected one's metric."""

    class Chosen(Message):
        """The metric of this series is to be charted."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.series_name = name

    def title(self, width: int) -> Row:  # noqa: ARG002  # it is short
        """Return the title with the number of series."""
        count = len(self.snapshot.series) + self.snapshot.more_series if self.snapshot else 0
        return row((f"{self.language.of('Series')} {count or ''}".strip(), "title"))

    def items(self, width: int) -> list[list[Row]]:
        """Return a row a series."""
        return [[cells] for cells in series_rows(self.snapshot, width)] if self.snapshot else []

    @property
    def count(self) -> int:
        """How many series there are."""
        return len(self.snapshot.series) if self.snapshot else 0

    def open_row(self, index: int) -> None:
        """Ask for the series' chart."""
        if self.snapshot and index < len(self.snapshot.series):
            self.post_message(self.Chosen(self.snapshot.series[index].name))


class MessagesPane(ListPanel):
    """The messages, folded by kind."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(MESSAGE_KEYS)]

    class Judged(Message):
        """The person gave a verdict on a kind of message."""

        def __init__(self, message: MessageView, verdict: str) -> None:
            super().__init__()
            self.message = message
            self.verdict = verdict

    def action_judge(self, verdict: str) -> None:
        """Give a verdict on the selected kind."""
        shown = shown_messages(self.snapshot, unfolded=self.unfolded) if self.snapshot else []
        message = shown[self.cursor] if self.cursor < len(shown) else None
        if message is not None:
            self.post_message(self.Judged(message, verdict))

    def __init__(self, name: str, painter: Painter) -> None:
        super().__init__(name, painter)
        self.unfolded = False

    def title(self, width: int) -> Row:  # noqa: ARG002  # it is short
        """Return the title with the number of messages that matter."""
        return row((messages_title(self.snapshot) if self.snapshot else "", "title"))

    def items(self, width: int) -> list[list[Row]]:
        """Return a row a kind."""
        return [[cells] for cells in messages_rows(self.snapshot, width, unfolded=self.unfolded)] if self.snapshot else []

    @property
    def count(self) -> int:
        """How many kinds of messages there are."""
        return len(self.snapshot.messages) if self.snapshot else 0

    def open_row(self, index: int) -> None:
        """Open the kind's page, or unfold the harmless ones."""
        shown = shown_messages(self.snapshot, unfolded=self.unfolded) if self.snapshot else []
        if index >= len(shown):
            return
        message = shown[index]
        if message is None:
            self.unfolded = not self.unfolded
            self.cursor += self.unfolded  # so that at least one of them comes into sight
            self.repaint()
        else:
            language = self.language
            self.post_message(Opened(language.of("Message"), lambda width: message_detail(message, width, language)))
