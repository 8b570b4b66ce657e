"""What the parts of a report are made from: the run, its baseline, and what follows from the two, worked out once."""

from __future__ import annotations

import math
from functools import cached_property

from tailwatch.core.events import Text
from tailwatch.core.metrics import is_neutral
from tailwatch.core.terms import metric_name
from tailwatch.core.text import phrase
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.core.verdict import told_by
from tailwatch.diagnoses._common import train_near
from tailwatch.diagnoses._comparison import Contrast, Difference, contrasts, differences

if TYPE_CHECKING:
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import Finding, Outcome
    from tailwatch.core.run import Run
    from tailwatch.core.segment import Pair, Segment
    from tailwatch.core.series import Point, Series
    from tailwatch.session import Session

_SEVERITIES: Final = ("critical", "warning", "info")
_ENDED: Final = frozenset(("finished", "early_stopped"))


class Facts:
    """One log that was read to its end.

    Args:
        session: what was read.
        log: its path, as it was given.
    """

    def __init__(self, session: Session, log: str) -> None:
        self.session = session
        self.log = log

    @property
    def run(self) -> Run:
        """The run as its log tells it."""
        return self.session.run

    @property
    def segment(self) -> Segment:
        """The last run in the log: the one that is told."""
        return self.run.segment

    @property
    def baseline(self) -> Baseline | None:
        """What it is compared with."""
        return self.run.baseline

    @cached_property
    def outcome(self) -> Outcome:
        """How it ended."""
        return self.run.outcome()

    @cached_property
    def pairs(self) -> list[Pair]:
        """Train and validation pairs, most important first."""
        return self.run.pairs()

    @cached_property
    def main(self) -> Pair | None:
        """The pair that the run is told by."""
        return told_by(self.pairs)

    @cached_property
    def trained(self) -> Pair | None:
        """The training loss, where the run is told by something else than a loss."""
        if self.judged is None or self.judged.goal == "min":
            return None
        return next((p for p in self.pairs if p.train is not None and p.train.goal == "min" and len(p.train)), None)

    @property
    def judged(self) -> Series | None:
        """The series of `main` that the run is told by."""
        return None if self.main is None else self.main.val or self.main.train

    @cached_property
    def unjudged(self) -> list[Series]:
        """Values of which nobody knows which way is better, when there are no others."""
        measured = (s for s in self.run.series() if s.spec.metric != "lr" and not is_neutral(s.spec.name) and len(s))
        return [] if self.pairs else [*measured]

    @cached_property
    def score(self) -> Pair | None:
        """The first pair of which more is better, with validation values."""
        return next(
            (
                p
                for p in self.pairs
                if p.val is not None and p.val.goal == "max" and len(p.val) and p is not self.main and not _is_record(p.metric)
            ),
            None,
        )

    @cached_property
    def findings(self) -> list[Finding]:
        """Findings that hold, those over last; the gravest first."""
        book = self.session.findings
        closed = [f for f in book.findings if f.status == "closed" and f.raised is not None]
        return [*book.open, *sorted(closed, key=lambda f: _SEVERITIES.index(f.opinion.severity))]

    @property
    def alarms(self) -> list[Finding]:
        """Findings that hold now and are more than information, gravest first."""
        return [f for f in self.session.findings.open if f.opinion.severity != "info"]

    def finding(self, *ids: str) -> Finding | None:
        """Return the open finding with one of the ids."""
        return next((f for f in self.session.findings.open if f.opinion.id in ids), None)

    @cached_property
    def contrasts(self) -> list[Contrast]:
        """What both runs measured, side by side."""
        return [] if self.baseline is None else contrasts(self.run, self.baseline, whole=self.outcome in _ENDED)

    @cached_property
    def differences(self) -> list[Difference]:
        """Settings that differ from the baseline's."""
        return [] if self.baseline is None else differences(self.run, self.baseline)

    def line_of(self, key: str) -> tuple[int, ...]:
        """Return the line that states a setting."""
        found = self.run.settings.get(key)
        return () if found is None else (found.line,)

    def base_line(self, *lines: int) -> tuple[int, ...]:
        """Return lines of the baseline's log; none when its log is not at hand."""
        return () if self.baseline is None or self.baseline.remembered else tuple(n for n in lines if n)


def _is_record(metric: str) -> bool:
    """Whether a series holds the best value so far: it can only rise."""
    return metric.startswith("best_")


def place_name(point: Point) -> Text:
    """Say where a point stands: an epoch, a step, or a line."""
    if not math.isnan(point.epoch):
        return Text("epoch {n}", {"n": f"{point.epoch:g}"})
    if not math.isnan(point.step):
        return Text("step {n}", {"n": f"{point.step:,.0f}"})
    return Text("line {n}", {"n": f"{point.line:,}"})


def side_name(series: Series, *, held_out: bool) -> Text:
    """Return what a series is called in a sentence: `validation loss`, `training accuracy`."""
    template = phrase("validation {metric}") if held_out else phrase("training {metric}")
    template = phrase("test {metric}") if series.spec.split == "test" else template
    return Text(template, {"metric": metric_name(series.spec.metric)})


def train_at(pair: Pair, evaluation: Point) -> Point | None:
    """Return the training value of an evaluation: that of its epoch, else the one printed last before or at its line."""
    if pair.train is None:
        return None
    index = train_near(pair.train, evaluation.line)
    if pair.train.axis == "epoch" and not math.isnan(evaluation.epoch):
        epochs = pair.train.epochs
        index = next((i for i in range(len(epochs) - 1, -1, -1) if epochs[i] == evaluation.epoch), index)
    return None if index < 0 else pair.train.at(index)


def change(before: float, after: float) -> str:
    """Return a change in per cent, or as a factor where it is more than a doubling."""
    if not before:
        return f"{after - before:+.3g}"
    relative = (after - before) / abs(before)
    if abs(relative) >= 1:
        return f"x {after / before:.3g}"
    return f"{relative:+.0%}" if abs(relative) >= 0.01 else f"{relative:+.1%}"


def is_share(series: Series) -> bool:
    """Whether a score is a share of a whole (an accuracy), which is told in points."""
    return series.goal == "max" and bool(len(series)) and 0 <= max(series.values) <= 100
