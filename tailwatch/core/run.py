"""The state of a training run as its log tells it: segments, series, marks, settings, progress and the clock.

It is fed reader events one by one and knows nothing of how they were read. What changed since the diagnoses last looked is
in `changed`; the session clears it.
"""

from __future__ import annotations

import math
from collections import Counter

from tailwatch.core import endings
from tailwatch.core.again import begins_again
from tailwatch.core.clock import Clock
from tailwatch.core.events import Mark, Place, Progress, Reading, Setting, Spoken
from tailwatch.core.last_words import LastWords
from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.pace import Pace, Stride, fraction_done, is_complete
from tailwatch.core.rhythm import Looks
from tailwatch.core.segment import Pair, Segment
from tailwatch.core.timestamps import seconds
from tailwatch.core.typed import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import Axis, Outcome, ReaderEvent
    from tailwatch.core.findings import Watch
    from tailwatch.core.series import Series

_KEPT_FATAL: Final = 1000
_FROM: Final = lazy(r"\bfrom\b|checkpoint|断点|恢复", IGNORECASE)  # of a run that goes on from where another ended


class Run:
    """Everything known of the run so far. Reading it costs nothing; only the session writes it, through `apply`."""

    def __init__(self) -> None:
        self.segments: list[Segment] = [Segment(0, "start", 1, 0)]
        self.settings: dict[str, Setting] = {}
        self.baseline: Baseline | None = None
        self.dialects: Counter[str] = Counter()
        self.points: Counter[str] = Counter()
        """Values that each dialect read, by its name."""
        self.progress = Progress(None, None, None, None, 0, 0)
        self.clock = Clock()
        self.fatal: list[Spoken] = []
        self.asked: dict[str, Spoken] = {}
        """The first message of each kind of which the user asked to be told."""
        self.last_words = LastWords()
        self.spoken: Counter[str] = Counter()
        self.provisional: list[Reading] = []
        self.changed: set[Watch] = set()
        self.line = 0
        self.part = 0
        self.last_reading_line = 0
        self.pace, self.stride = Pace(), Stride()
        self.whole_epoch = False
        self._stamp: str | None = None
        self.rank: float | None = None
        self.other_ranks = 0
        self.looks = Looks()
        self._resume_announced = self.resumed_from = False

    @property
    def segment(self) -> Segment:
        """The present segment: verdict, progress and outcome are its own."""
        return self.segments[-1]

    @property
    def here(self) -> Place:
        """The place of the line that was read last."""
        return Place(self.progress.epoch, self.progress.step, self.line, self.part)

    def series(self) -> list[Series]:
        """The series of the present segment, most important first."""
        return self.segment.ordered()

    def pairs(self) -> list[Pair]:
        """Train and validation pairs of the present segment, most important first."""
        return self.segment.pairs()

    def setting(self, key: str) -> float | None:
        """Return a numeric setting of the run, or None."""
        found = self.settings.get(key)
        return float(found.value) if found is not None and not isinstance(found.value, str) else None

    def marks(self, kind: str) -> Sequence[Mark]:
        """Return the present segment's marks of one kind, in order."""
        return self.segment.marks_by_kind.get(kind, ())

    @property
    def done(self) -> float | None:
        """The share of the planned work that is done, 0 to 1, or None where the plan is unknown."""
        return fraction_done(self.progress, self.segment.first_epoch, whole_epoch=self.whole_epoch, total=self.stride.total)

    def eta(self) -> float | None:
        """Return the seconds until the planned end, by the clock or by the log's own stamps; None while unknown or ended."""
        return None if self.clock.ended else self.pace.eta(self.moment()[0])

    def moment(self) -> tuple[float, bool]:
        """Return the time of the last values in seconds, and whether it is the log's own stamp rather than the clock.

        Moments of the two kinds are not on one scale: only differences within one kind mean anything.
        """
        stamp = seconds(self._stamp) if self._stamp else None
        return (self.clock.now, False) if stamp is None else (stamp, True)

    def _note_pace(self) -> None:
        done = self.done
        if done is not None and self.pace.awaits(done):
            at, _ = self.moment()
            if not math.isnan(at):
                self.pace.note(at, done)

    def apply(self, event: ReaderEvent) -> None:
        """Take in one event of the reader."""
        self._TAKES[type(event)](self, event)

    def new_part(self, part: int) -> None:
        """The file was truncated or replaced: line numbers start anew, and so does the run."""
        self.part = part
        self.line = self.last_reading_line = 0
        self.last_words.new_part()
        if self.segment.series or self.segment.marks:
            self._begin_segment("restart", 1)

    def _reading(self, event: Reading) -> None:
        specs, values, axis, epoch, step, stamp, rank, line, _, part, dialect = event
        if rank is not None and self.is_other_rank(rank):
            self.other_ranks += len(values)
            return
        self.dialects[dialect] += 1
        self.points[dialect] += len(values)
        if epoch is None and step is not None and begins_again(self.segment, specs, axis, step):
            self._begin_segment("resume" if self._resume_announced else "restart", line)
        self._place(epoch, None, step, None, line, part)
        segment = self.segment
        segment.last_line = line
        epoch = math.nan if epoch is None else epoch
        step = math.nan if step is None else step
        goes_on = False
        for series, value in zip(segment.series_of(specs, specs, axis), values, strict=True):
            if series is None:
                continue
            series.add(value, epoch, step, line)
            goes_on = goes_on or series.goal is not None
        if goes_on:
            self.went_on(line)
        total = sum(values)
        if total - total != 0.0 and not all(map(math.isfinite, values)):
            self.changed.add("nonfinite")
        self.whole_epoch = axis == "epoch"
        self.taken(axis, 1, stamp)

    def is_other_rank(self, rank: float | None) -> bool:
        """Whether these are the values of the run's rank once more, as another rank prints them."""
        if self.rank is None:
            self.rank = rank
        return rank is not None and rank != self.rank

    def went_on(self, line: int) -> None:
        """Values that show that training goes on stand at a line."""
        self.last_reading_line = line
        if self.last_words.went_on():
            self.changed.add("message")

    def taken(self, axis: Axis, values: int, stamp: str | None) -> None:
        """Count lines with values of an axis, the last one stamped so, and look whether the diagnoses are due."""
        self._stamp = stamp
        if self.looks.due(axis, values):
            self.changed.add("step" if axis == "step" else "epoch")
        if self.progress.epochs or self.progress.steps:
            self._note_pace()

    def _place(
        self, epoch: float | None, epochs: float | None, step: float | None, steps: float | None, line: int, part: int
    ) -> None:
        """Put the run where a line says that it stands."""
        if epoch is not None:
            self._epoch(epoch, line)
        old = self.progress
        if epoch is None or (old.epoch is not None and epoch < old.epoch and epoch >= self.segment.max_epoch - 1):
            epoch = old.epoch
        epochs = old.epochs if epochs is None else epochs
        steps = old.steps if steps is None else steps
        step = old.step if step is None else step
        if epoch is not None and epoch != old.epoch:
            self.stride.note(epoch, step, steps)
        self.progress = Progress(epoch, epochs, step, steps, line, part)

    def _epoch(self, epoch: float, line: int) -> None:
        segment = self.segment
        if epoch == segment.max_epoch and not self.resumed_from:
            return  # as most lines do, it goes on with the same epoch
        if segment.first_epoch is None:
            segment.begin(epoch, self.segments[-2] if len(self.segments) > 1 else None)
            self.resumed_from = False
        elif segment.goes_back(epoch, resumed=self.resumed_from):
            if segment.begins_late(epoch):
                self._forget_place(line)
            else:
                segment = self._begin_segment("resume" if self._resume_announced else "restart", line)
                segment.begin(epoch, self.segments[-2])
        if epoch > segment.max_epoch:
            segment.max_epoch, self.resumed_from = epoch, False
        planned = self.settings.get("epochs")
        if planned is not None and planned.value == self.progress.epochs and epoch > self.progress.epochs:
            self.progress = self.progress._replace(epochs=None)  # the setting was of something else

    def _begin_segment(self, kind: str, line: int) -> Segment:
        self.segment.outcome = self.outcome(final=True)
        self.segments.append(Segment(len(self.segments), "resume" if kind == "resume" else "restart", line, self.part))
        self._forget_place(line)
        self._resume_announced = self.resumed_from = False
        self.changed.add("segment")
        return self.segment

    def _forget_place(self, line: int) -> None:
        self.progress = Progress(None, None, None, None, line, self.part)
        self.progress = self.progress._replace(epochs=self._planned())
        self.pace, self.stride = Pace(), Stride()
        self.looks.begin_segment()

    def _progress(self, event: Progress) -> None:
        self.whole_epoch = False
        self._place(*event)
        self.segment.last_line = event.line

    def _mark(self, mark: Mark) -> None:
        if mark.kind == "epoch_begin":
            self._progress(Progress(mark.epoch, None, None, None, mark.line, mark.part))
            return
        if mark.kind == "start":
            if self.segment.series:
                self._begin_segment("resume" if mark.step else "restart", mark.line)
            return
        if mark.kind == "resume":
            self._resume_announced = True
            self.resumed_from = _FROM.search(mark.text) is not None
        self.segment.mark(mark)
        self.changed.add("mark")

    def _setting(self, setting: Setting) -> None:
        key, own = setting.key, self.segment.settings
        said, before = own.get(key), self._planned()
        self.settings[key] = own[key] = setting
        if key == "epochs" and self.progress.epochs in (None, before):  # what lines of progress say comes first
            self.progress = self.progress._replace(epochs=self._planned())
        if said is None or said.value != setting.value:  # a configuration that is printed again changes nothing
            self.changed.add("setting")

    def _planned(self) -> float | None:
        """Return how many epochs the settings ask for; None where the run has gone further, for they were of something else."""
        planned = self.settings.get("epochs")
        if planned is None or not isinstance(planned.value, float) or not max(1.0, self.progress.epoch or 0.0) <= planned.value:
            return None
        return planned.value

    def _spoken(self, event: Spoken) -> None:
        self.spoken[event.rule or event.template] += 1
        if event.alert:
            self.asked.setdefault(event.rule or event.template, event)
        if event.label == "fatal" and len(self.fatal) < _KEPT_FATAL:
            self.fatal.append(event)
        self.last_words.hear(event, part=self.part, last_reading_line=self.last_reading_line)
        self.changed.add("message")

    _TAKES: Final[dict[type, Callable[[Run, Any], None]]] = {
        Reading: _reading,
        Progress: _progress,
        Mark: _mark,
        Setting: _setting,
        Spoken: _spoken,
    }

    def fatal_at_end(self) -> Spoken | None:
        """Return the fatal message after which no more values came, None while training goes on."""
        return self.last_words.at(self.line)

    def complete(self) -> bool:
        """Whether the planned epochs or steps are all done."""
        return is_complete(self.progress, self.segment.first_epoch)

    def outcome(self, *, final: bool = False) -> Outcome:
        """Return how the run ended, or that it has not; `final` asks as if nothing more were to come."""
        fatal = self.fatal_at_end()
        alive = self.clock.writer_alive and not self.clock.ended
        if fatal is not None and (final or not alive or not self.clock.writer_alive):
            return "killed" if endings.is_kill(fatal) and not endings.is_memory(fatal) else "crashed"
        if self.marks("early_stop"):
            return "early_stopped"
        if alive and not final:
            return "running"
        if self.complete() or self.marks("end"):
            return "finished"
        return "unknown"
