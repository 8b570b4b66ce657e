"""The one loop: source events in, changes out. No I/O, no clock, no thread: the same for live, replay, report and check.

`Session.feed` takes what a source says, in order, and returns what that changed. How the bytes were cut into chunks makes no
difference to what comes out in the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tailwatch.core.events import Data, Line, Notice, Reading, Tick
from tailwatch.core.findings import FindingBook, FindingChange
from tailwatch.core.lines import LineCutter
from tailwatch.core.run import Run
from tailwatch.core.shapes import Reader
from tailwatch.dialects import planner

if TYPE_CHECKING:
    from tailwatch.core.events import SourceEvent
    from tailwatch.core.shapes import Entry


@dataclass(slots=True)
class Changes:
    """What one source event changed. `lines` and `readings` are filled only where the session was asked to keep them."""

    lines: list[Line] = field(default_factory=list)
    provisional: Line | None = None
    readings: list[Reading] = field(default_factory=list)
    findings: list[FindingChange] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    points: bool = False


class Session:
    """Everything known of one log, built by feeding it."""

    def __init__(self, *, keep_lines: bool = False, keep_readings: bool = False, live: bool = False) -> None:
        self.run = Run()
        self.findings = FindingBook()
        self.bytes = 0
        self.lines = 0
        self._cutter = LineCutter()
        self._reader = Reader(planner())
        self._keep_lines = keep_lines
        self._keep_readings = keep_readings
        self._live = live

    def feed(self, event: SourceEvent) -> Changes:
        """Take in what the source says."""
        changes = Changes()
        match event:
            case Data():
                self._data(event, changes)
            case Notice():
                self._notice(event, changes)
            case Tick():
                pass
        return changes

    def _data(self, event: Data, changes: Changes) -> None:
        self.bytes += len(event.data)
        self.run.clock.data(event.at)
        lines = self._cutter.feed(event.data, event.at)
        for line in lines:
            self._line(line, changes)
        if self._keep_lines:
            changes.lines = lines
        if self._live:
            changes.provisional = self._cutter.provisional(event.at)

    def _line(self, line: Line, changes: Changes) -> None:
        run = self.run
        run.line = line.number
        entry = self._reader.entry(line.raw)
        events = self._reader.read(line, entry)
        for happened in events:
            run.apply(happened)
            if self._keep_readings and type(happened) is Reading:
                changes.readings.append(happened)
        if not events and entry.has_number and entry.runner is None:
            self._reader.not_understood(line)

    def _notice(self, event: Notice, changes: Changes) -> None:
        changes.notices.append(event)
        if event.kind in ("rotated", "truncated"):
            self._cutter.new_part(self._cutter.part + 1)
            self._reader.new_part()
            self.run.new_part(self._cutter.part)
