"""What the screen is told: values that do not change any more, copied from the run under the reader's lock.

Panels know nothing else, so a panel can be tested with a snapshot written by hand, and nothing on the screen can hold up, or
be torn by, the reading of the log.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from tailwatch.core.named import NamedTuple
from tailwatch.core.text import ENGLISH

if TYPE_CHECKING:
    from tailwatch.core.events import Label, NoticeKind, Outcome, Place, Severity
    from tailwatch.core.text import Language, Text
    from tailwatch.tui.curves import ChartData

LOG_LINES: Final = 5000
"""Lines of the log that are kept for its pane."""

MAX_SHOWN_BYTES: Final = 2000
"""Bytes of a line that are kept for its pane and its page."""

SourceKind = Literal["opening", "waiting", "denied", "reading", "live", "behind", "lost", "ended"]
STATES: Final[dict[NoticeKind, SourceKind]] = {
    "opened": "live", "waiting": "waiting", "rotated": "live", "truncated": "live", "denied": "denied", "behind": "behind",
    "lost": "lost", "polling": "live", "ended": "ended", "read": "live",
}  # fmt: skip
"""How the log is after each notice."""


class SourceState(NamedTuple):
    """How the log itself is: followed, waited for, its history being read, ended."""

    kind: SourceKind = "opening"
    detail: Text | str = ""
    percent: float | None = None
    preview: bool = False
    paused: bool = False
    speed: float | None = None
    looked: bool = True
    """Whether it was looked, since the history was read, if somebody writes the log: else nobody knows whether it goes on."""


class Standing(NamedTuple):
    """How far the run is. None is unknown."""

    epoch: float | None = None
    epochs: float | None = None
    step: float | None = None
    steps: float | None = None
    fraction: float | None = None
    eta: float | None = None


class Clocks(NamedTuple):
    """The clock in seconds since the Unix epoch (NaN: not yet), and whether the writing process still lives."""

    now: float
    last_data: float
    longest_gap: float
    writer_alive: bool | None
    outcome: Outcome


class SeriesView(NamedTuple):
    """One row of the series table; `note` tells it from others of the same name."""

    name: str
    note: str
    split: str | None
    running: bool
    spark: tuple[float, ...]
    last: float
    best: float | None
    best_where: str
    points: int
    unit: str


class EvidenceView(NamedTuple):
    """A line of the log and what it says, written out."""

    line: int
    text: str


class FindingView(NamedTuple):
    """A finding with its sentences written out."""

    key: str
    id: str
    severity: Severity
    open: bool
    title: str
    why: str
    actions: tuple[str, ...]
    evidence: tuple[EvidenceView, ...]
    since: Place
    raised: Place | None


class MessageView(NamedTuple):
    """All messages of one kind, folded.

    `text` is what an own verdict would name it by; a message that one rule knows is named by the rule. `notes` say what changed,
    what it follows from, who said it first and which of the user's own lines it came from.
    """

    rule: str
    label: Label
    title: str
    times: int
    first_line: int
    last_line: int
    sample: str
    why: str
    action: str
    source: str
    text: str = ""
    notes: tuple[str, ...] = ()
    hidden: bool = False


class UnreadView(NamedTuple):
    """Lines of one kind that were not understood, and the first of them."""

    times: int
    first_line: int
    last_line: int
    example: bytes


class Verdict(NamedTuple):
    """One sentence on how the run is, and how grave it is."""

    severity: Severity | Literal["good", "none"]
    text: str


class LogLine(NamedTuple):
    """A line for the log pane; `raw` is cut to what a pane can ever show. Number 0 is unknown, or no line of the log."""

    number: int
    raw: bytes
    redraws: int
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole state that the screen shows at one moment, and the language that it is said in."""

    title: str
    source: SourceState
    verdict: Verdict
    standing: Standing
    clocks: Clocks
    dialects: tuple[str, ...] = ()
    charts: tuple[ChartData, ...] = ()
    series: tuple[SeriesView, ...] = ()
    more_series: int = 0
    findings: tuple[FindingView, ...] = ()
    messages: tuple[MessageView, ...] = ()
    lines_read: int = 0
    unread: tuple[UnreadView, ...] = ()
    unread_lines: int = 0
    run_number: int = 1
    runs: int = 1
    language: Language = ENGLISH


class LogDelta(NamedTuple):
    """The log lines since a snapshot was last taken: `lines` are complete ones, `lost` were dropped because nobody looked."""

    lines: tuple[LogLine, ...] = ()
    provisional: LogLine | None = None
    lost: int = 0
    restarted: bool = False


def blank_snapshot(title: str, source: SourceState, language: Language = ENGLISH) -> Snapshot:
    """Return what is shown before anything was read."""
    clocks = Clocks(math.nan, math.nan, 0.0, None, "unknown")
    return Snapshot(title, source, Verdict("none", ""), Standing(), clocks, language=language)
