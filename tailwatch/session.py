"""The one loop: source events in, changes out. No I/O, no clock, no thread: the same for live, replay, report and check.

`Session.feed` takes what a source says, in order, and returns what that changed. How the bytes were cut into chunks makes no
difference to what comes out in the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tailwatch.catalogue.listener import Listener
from tailwatch.config import DEFAULTS
from tailwatch.core.bulk import tell
from tailwatch.core.events import Data, Line, Notice, Reading, Tick
from tailwatch.core.judging import Bench
from tailwatch.core.lines import LineCutter
from tailwatch.core.run import Run
from tailwatch.core.shapes import Reader
from tailwatch.core.weaving import Block
from tailwatch.diagnoses import judges
from tailwatch.dialects import own_plans, plan_for

if TYPE_CHECKING:
    from collections import Counter

    from tailwatch.catalogue.heard import Interest
    from tailwatch.config import Settings
    from tailwatch.config_tables import OwnMessage
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import ReaderEvent, SourceEvent
    from tailwatch.core.findings import FindingBook, FindingChange, Watch
    from tailwatch.core.lines import Waste
    from tailwatch.core.messages import MessageBook
    from tailwatch.core.shapes import Entry
    from tailwatch.core.unread import UnreadBook
    from tailwatch.core.weaving import Weave


@dataclass(slots=True)
class Changes:
    """What one source event changed. `lines` and `readings` are filled only where the session was asked to keep them."""

    lines: list[Line] = field(default_factory=list)
    provisional: Line | None = None
    readings: list[tuple[int, Reading]] = field(default_factory=list)
    findings: list[FindingChange] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


class Session:
    """Everything known of one log.

    Args:
        keep_lines: hand every complete line on in `Changes.lines` (the log pane wants them).
        keep_readings: hand every reading on, with the number of its segment (`export` wants them).
        live: look at the unfinished last line after each event.
        every_redraw: take every frame of a progress bar for a line, not its last state only.
        judged: ask the diagnoses (`export` does not want findings).
        settings: the user's.
        baseline: the run to compare this one with.
    """

    def __init__(
        self,
        *,
        keep_lines: bool = False,
        keep_readings: bool = False,
        live: bool = False,
        every_redraw: bool = False,
        judged: bool = True,
        settings: Settings = DEFAULTS,
        baseline: Baseline | None = None,
    ) -> None:
        self.settings = settings
        self.run = Run()
        self.run.baseline = baseline
        self._bench = Bench(self.run, judges if judged else list)
        self.bytes = 0
        self._over_at = -1
        self.lines = 0
        self.live = live
        self.keep_lines = keep_lines
        self._keep_readings = keep_readings
        self._cutter = LineCutter(every_redraw=every_redraw, encoding=settings.encoding)
        self._reader = Reader(plan_for, own_plans(settings.pattern))
        self._listener = Listener(own=settings.message)

    @property
    def findings(self) -> FindingBook:
        """What the diagnoses found."""
        return self._bench.book

    @property
    def messages(self) -> MessageBook:
        """What the log said, folded."""
        return self._listener.book

    @property
    def unread(self) -> UnreadBook:
        """The lines that carried numbers and that nothing claimed."""
        return self._reader.unread

    @property
    def lines_read(self) -> Counter[str]:
        """Lines, by the dialect that read them."""
        return self._reader.lines_read

    @property
    def redraws(self) -> int:
        """Frames of progress bars that were folded into later ones."""
        return self._cutter.redraws

    @property
    def waste(self) -> Waste:
        """What of the bytes says nothing."""
        return self._cutter.waste

    @property
    def shapes(self) -> int:
        """Shapes of lines that the dialects were asked about."""
        return self._reader.misses

    def feed(self, event: SourceEvent) -> Changes:
        """Take in what the source says."""
        changes = Changes()
        match event:
            case Data():
                self._data(event, changes)
            case Notice():
                self._notice(event, changes)
            case Tick():
                self._tick(event, changes)
        return changes

    def _tick(self, event: Tick, changes: Changes) -> None:
        """Let time pass; a log that nobody writes any more is judged once as it ended, though more may come yet."""
        clock = self.run.clock
        clock.tick(event.at)
        clock.writer_alive = event.writer_alive
        watched: list[Watch] = ["tick"]
        if clock.is_over and self._over_at != self.bytes:
            self._over_at = self.bytes
            watched.append("end")
        changes.findings.extend(self._bench.judge(frozenset(watched)))

    def adopt(self, message: OwnMessage) -> Changes:
        """Take a verdict on messages that the user gives now; it holds for what was said before, too."""
        changes = Changes()
        for spoken in self._listener.adopt(message):
            self.run.apply(spoken)
        self._settle(changes)
        return changes

    def compare(self, baseline: Baseline) -> None:
        """Compare with another run after all, once the log was read: the findings that depend on it are judged now."""
        self.run.baseline = baseline
        self._bench.judge(frozenset(("end",)))

    def finish(self) -> Changes:
        """The source has no more: what waited for a further line is complete, and what depends on the end is judged."""
        changes = Changes()
        self._complete(changes)
        if not self.run.clock.writer_alive:
            self.run.clock.ended = True
            self._last_words(changes)
        for spoken in (*self._listener.finish(), *self._listener.end()):
            self.run.apply(spoken)
        self.run.changed.add("end")
        self._settle(changes)
        return changes

    def _last_words(self, changes: Changes) -> None:
        """Read the last line, which has no end, if lines of its very shape were read before: nothing of it is missing then."""
        rest = self._cutter.rest(self.run.clock.now)
        if rest is not None and self._reader.has_read(rest.raw):
            self._read([rest], changes)
            self._apply(self._reader.finish(), changes)

    def _complete(self, changes: Changes) -> None:
        """Read the lines and values that waited for what came after them."""
        self._read(self._cutter.finish(self.run.clock.now), changes)
        self._apply(self._reader.finish(), changes)

    def _data(self, event: Data, changes: Changes) -> None:
        self.bytes += len(event.data)
        self.run.clock.data(event.at)
        if event.skipped:
            self._cutter.skip(event.skipped)
        lines = self._cutter.feed(event.data, event.at)
        self._read(lines, changes)
        if self.keep_lines:
            changes.lines = lines
        if self.live:
            self._look_at_unfinished(event.at, changes)

    def _read(self, lines: list[Line], changes: Changes) -> None:
        """Read complete lines, as many together as can be."""
        block, at = Block(lines), 0
        while at < len(lines):
            entry, idle = self._reader.entry(block.shapes[at]), self._listener.idle
            if idle and entry.quiet:
                self._pass_over(lines[at], entry)
            elif idle and entry.family is not None and (together := self._weave(block, at)) is not None:
                self._together(together, changes)
                at = together.end
                continue
            else:
                self._line(lines[at], entry, changes)
            at += 1

    def _pass_over(self, line: Line, entry: Entry) -> None:
        """Take a line that says nothing to the run."""
        self.lines = self.run.line = line.number
        if entry.has_number:
            self._reader.not_understood(line)

    def _weave(self, block: Block, at: int) -> Weave | None:
        """Read the lines from a place on together; not those that begin another epoch, or name the run's rank."""
        run, epoch = self.run, self._reader.cursor.epoch
        if epoch is not None and epoch != run.progress.epoch:
            return None
        woven = self._reader.weave(block, at)
        return None if woven is None or (run.rank is None and woven.names_rank) else woven

    def _together(self, woven: Weave, changes: Changes) -> None:
        run = self.run
        for slices in tell(run, woven):
            self.lines = run.line
            for found in slices:
                self._listener.trained(found.strand.family.dialect, run.part, run.last_reading_line)
            if self._keep_readings and slices:
                changes.readings.extend((run.segment.number, reading) for reading in woven.readings(slices))
            if run.changed:
                self._settle(changes)
        self._reader.took(woven)

    def _line(self, line: Line, entry: Entry, changes: Changes) -> None:
        run = self.run
        self.lines = run.line = line.number
        interest = entry.rules if entry.asked else self._ask(line, entry)
        listener = self._listener
        claimed = listener.claims(line.raw)
        if not claimed and not (interest is not None and interest.is_message and entry.names_no_place):
            self._apply(self._reader.read(line, entry), changes)
        if interest is not None or not listener.idle:
            run.last_words.heard += 1
            for spoken in listener.hear(line, interest):
                run.apply(spoken)
        if interest is None and not claimed and entry.is_unread:
            self._reader.not_understood(line)
        if run.changed:
            self._settle(changes)

    def _apply(self, events: list[ReaderEvent], changes: Changes) -> None:
        for happened in events:
            self.run.apply(happened)
            if type(happened) is Reading:
                self._listener.trained(happened.dialect, happened.part, self.run.last_reading_line)
                if self._keep_readings:
                    changes.readings.append((self.run.segment.number, happened))

    def _ask(self, line: Line, entry: Entry) -> Interest | None:
        interest = self._listener.interest(line.raw.decode("utf-8", "replace"))
        entry.tell(interest)
        return interest

    def _look_at_unfinished(self, at: float, changes: Changes) -> None:
        """Show what the unfinished line says; it makes no point, but a NaN in it is one already."""
        changes.provisional = self._cutter.provisional(at)
        readings = [] if changes.provisional is None else self._reader.peek(changes.provisional)
        self.run.provisional = [r for r in readings if isinstance(r, Reading)]
        if any(v - v != 0.0 for r in self.run.provisional for v in r.values):
            changes.findings.extend(self._bench.judge(frozenset(("nonfinite",))))

    def _notice(self, event: Notice, changes: Changes) -> None:
        changes.notices.append(event)
        if event.kind in ("rotated", "truncated"):
            self._complete(changes)
            for spoken in self._listener.finish():
                self.run.apply(spoken)
            self._cutter.new_part(self._cutter.part + 1)
            self._reader.new_part()
            self.run.new_part(self._cutter.part)
            self._settle(changes)
        elif event.kind == "read":
            for spoken in self._listener.revise():
                self.run.apply(spoken)
            self._settle(changes)
        elif event.kind == "ended":
            ended = self.finish()
            changes.findings.extend(ended.findings)
            changes.readings.extend(ended.readings)

    def _settle(self, changes: Changes) -> None:
        for spoken in self._listener.settle():
            self.run.apply(spoken)
        changes.findings.extend(self._bench.judge_changes())
