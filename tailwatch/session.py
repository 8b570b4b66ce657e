"""The one loop: source events in, changes out. No I/O, no clock, no thread: the same for live, replay, report and check.

`Session.feed` takes what a source says, in order, and returns what that changed. How the bytes were cut into chunks makes no
difference to what comes out in the end. Reading is the work of the `Intake`, which tells the session what it read; here stand
the run and the diagnoses.
"""

from __future__ import annotations

from tailwatch.config import DEFAULTS
from tailwatch.core.events import Data, Notice, Reading, Tick
from tailwatch.core.run import Run
from tailwatch.core.typed import TYPE_CHECKING
from tailwatch.core.unjudged import Nobody
from tailwatch.intake import Intake

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from tailwatch.config import Settings
    from tailwatch.config_tables import OwnMessage
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import Line, ReaderEvent, SourceEvent, Spoken
    from tailwatch.core.findings import FindingBook, FindingChange, Watch
    from tailwatch.core.judging import Bench
    from tailwatch.core.lines import Waste
    from tailwatch.core.messages import MessageBook
    from tailwatch.core.unread import UnreadBook
    from tailwatch.core.weaving import Weave


class Changes:
    """What one source event changed. `lines` and `readings` are filled only where the session was asked to keep them."""

    __slots__ = ("findings", "lines", "notices", "provisional", "readings")

    def __init__(self) -> None:
        self.lines: Sequence[Line] = ()
        self.provisional: Line | None = None
        self.readings: list[tuple[int, Reading]] = []
        self.findings: list[FindingChange] = []
        self.notices: list[Notice] = []


def _bench(run: Run) -> Bench:
    """Return fresh judges; where nobody is asked they are not imported."""
    from tailwatch.core.judging import Bench  # noqa: PLC0415
    from tailwatch.diagnoses import judges  # noqa: PLC0415

    return Bench(run, judges)


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
        self._bench = _bench(self.run) if judged else Nobody(self.run)
        self.bytes = 0
        self._over_at = -1
        self.lines = 0
        self.live = live
        self.keep_lines = keep_lines
        self._keep_readings = keep_readings
        self._changes = Changes()
        self.intake = Intake(self, every_redraw=every_redraw, settings=settings)

    @property
    def findings(self) -> FindingBook:
        """What the diagnoses found."""
        return self._bench.book

    @property
    def messages(self) -> MessageBook:
        """What the log said, folded."""
        return self.intake.listener.book

    @property
    def unread(self) -> UnreadBook:
        """The lines that carried numbers and that nothing claimed."""
        return self.intake.reader.unread

    @property
    def lines_read(self) -> Counter[str]:
        """Lines, by the dialect that read them."""
        return self.intake.reader.lines_read

    @property
    def redraws(self) -> int:
        """Frames of progress bars that were folded into later ones."""
        return self.intake.cutter.redraws

    @property
    def waste(self) -> Waste:
        """What of the bytes says nothing."""
        return self.intake.cutter.waste

    @property
    def shapes(self) -> int:
        """Shapes of lines that the dialects were asked about."""
        return self.intake.reader.misses

    def __setstate__(self, state: dict[str, object]) -> None:
        """Be told again of what is read: a pickled intake forgets whom it told."""
        self.__dict__.update(state)
        self.intake.tell(self)

    def feed(self, event: SourceEvent) -> Changes:
        """Take in what the source says."""
        changes = self.hear(event, len(event.data) if isinstance(event, Data) else 0)
        lines = self.intake.feed(event)
        if self.keep_lines:
            changes.lines = lines
        if self.live and isinstance(event, Data):
            self._look_at_unfinished(event.at)
        return changes

    def hear(self, event: SourceEvent, size: int) -> Changes:
        """Take note of what the source says, `size` bytes if it is data; what is told afterwards fills the changes."""
        changes = self._begin()
        match event:
            case Data():
                self.bytes += size
                self.run.clock.data(event.at)
            case Notice():
                changes.notices.append(event)
            case Tick():
                self._tick(event)
        return changes

    def take_over(self, intake: Intake) -> None:
        """Go on with an intake that has read the log up to here, elsewhere."""
        self.intake = intake
        intake.tell(self)

    def adopt(self, message: OwnMessage) -> Changes:
        """Take a verdict on messages that the user gives now; it holds for what was said before, too."""
        changes = self._begin()
        self.intake.adopt(message)
        return changes

    def compare(self, baseline: Baseline) -> None:
        """Compare with another run after all, once the log was read: the findings that depend on it are judged now."""
        self.run.baseline = baseline
        self._bench.judge(frozenset(("end",)))

    def finish(self) -> Changes:
        """The source has no more: what waited for a further line is complete, and what depends on the end is judged."""
        changes = self._begin()
        self.intake.finish()
        return changes

    def _begin(self) -> Changes:
        self._changes = Changes()
        return self._changes

    def _tick(self, event: Tick) -> None:
        """Let time pass; a log that nobody writes any more is judged once as it ended, though more may come yet."""
        clock = self.run.clock
        clock.tick(event.at)
        clock.writer_alive = event.writer_alive
        watched: list[Watch] = ["tick"]
        if clock.is_over and self._over_at != self.bytes:
            self._over_at = self.bytes
            watched.append("end")
        self._changes.findings.extend(self._bench.judge(frozenset(watched)))

    def _look_at_unfinished(self, at: float) -> None:
        """Show what the unfinished line says; it makes no point, but a NaN in it is one already."""
        self._changes.provisional, readings = self.intake.unfinished(at)
        self.run.provisional = [r for r in readings if isinstance(r, Reading)]
        if any(v - v != 0.0 for r in self.run.provisional for v in r.values):
            self._changes.findings.extend(self._bench.judge(frozenset(("nonfinite",))))

    # --- what the intake tells ------------------------------------------------------------------------------------------

    def passed(self, number: int) -> None:
        """Take note of lines that say nothing to the run."""
        self.lines = self.run.line = number

    def line(self, number: int, events: Sequence[ReaderEvent], spoken: Sequence[Spoken], heard: int) -> None:
        """Take in what one line says."""
        run = self.run
        self.lines = run.line = number
        if events:
            self.say(events)
        run.last_words.heard += heard
        for said in spoken:
            run.apply(said)
        if run.changed:
            self._changes.findings.extend(self._bench.judge_changes())

    def together(self, woven: Weave, start: int, end: int, spoken: Sequence[Spoken]) -> None:
        """Take in lines that were read together; the diagnoses look as often as if they had come one by one."""
        from tailwatch.core.bulk import tell  # noqa: PLC0415 - start-up counts

        run = self.run
        for at, slices in tell(run, woven, start, end, self._bench.asks_nobody):
            self.lines = run.line
            if self._keep_readings and slices:
                self._changes.readings.extend((run.segment.number, reading) for reading in woven.readings(slices))
            if at == end:
                for said in spoken:
                    run.apply(said)
            if run.changed:
                self._changes.findings.extend(self._bench.judge_changes())

    def say(self, events: Sequence[ReaderEvent]) -> None:
        """Take in events."""
        for happened in events:
            self.run.apply(happened)
            if self._keep_readings and type(happened) is Reading:
                self._changes.readings.append((self.run.segment.number, happened))

    def settle(self, spoken: Sequence[Spoken], *watched: Watch) -> None:
        """Let the diagnoses look."""
        for said in spoken:
            self.run.apply(said)
        self.run.changed.update(watched)
        self._changes.findings.extend(self._bench.judge_changes())

    def new_part(self, part: int) -> None:
        """The file begins anew."""
        self.run.new_part(part)

    def end(self) -> None:
        """Nothing more comes, and nobody writes the log."""
        self.run.clock.ended = True
