"""The run that another one is measured against: what is kept of it, read from its log or remembered from earlier.

A baseline is a value: the judges and the reports compare with it and never need its log again.
"""

from __future__ import annotations

import math
from itertools import pairwise

from tailwatch.core.named import NamedTuple
from tailwatch.core.series import Point
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tailwatch.core.events import Axis, Goal, Outcome, Split
    from tailwatch.core.run import Run
    from tailwatch.core.segment import Segment
    from tailwatch.core.series import Series

_PER_EPOCH_DIALECTS: Final = frozenset(("keras", "paddle"))  # their bars count the steps of one epoch


class Curve(NamedTuple):
    """One series of a baseline; unknown epochs and steps are NaN, a line is 0 where it is not known any more."""

    name: str
    metric: str
    split: Split | None
    axis: Axis
    goal: Goal | None
    unit: str | None
    values: tuple[float, ...]
    epochs: tuple[float, ...]
    steps: tuple[float, ...]
    lines: tuple[int, ...]
    best: Point | None

    @classmethod
    def of(cls, series: Series) -> Curve:
        """Keep what a series holds now."""
        spec = series.spec
        return cls(
            spec.name,
            spec.metric,
            spec.split,
            series.axis,
            series.goal,
            spec.unit,
            tuple(series.values),
            tuple(series.epochs),
            tuple(series.steps),
            tuple(series.lines),
            series.best_at,
        )

    def last(self) -> Point | None:
        """Return the newest point."""
        return self.at(len(self.values) - 1) if self.values else None

    def at(self, index: int) -> Point:
        """Return the point at an index."""
        return Point(self.values[index], self.epochs[index], self.steps[index], self.lines[index])

    def best_until(self, epoch: float) -> Point | None:
        """Return the best point no later than an epoch, None where no value or no epoch is known."""
        sign = -1.0 if self.goal == "max" else 1.0
        held = [i for i, e in enumerate(self.epochs) if e <= epoch and math.isfinite(self.values[i])]
        return self.at(min(held, key=lambda i: sign * self.values[i])) if held else None


class Baseline(NamedTuple):
    """What is known of the run to compare with.

    Attributes:
        log: its path, as it was given.
        settings: what its log states, under the keys of `Run.settings`.
        lines: the line of each setting, where it is known.
        updates_per_epoch: optimiser steps in one epoch as the log counts them, None where that is unknown.
        epochs: the last epoch it reached, None where its log names none.
        remembered: it comes from the history, not from its log: its lines cannot be cited.
        marks: what its callbacks did, as `(kind, epoch, line)`.
    """

    log: str
    outcome: Outcome
    settings: Mapping[str, float | str]
    lines: Mapping[str, int]
    curves: tuple[Curve, ...]
    updates_per_epoch: float | None = None
    epochs: float | None = None
    remembered: bool = False
    marks: tuple[tuple[str, float | None, int], ...] = ()

    @classmethod
    def of(cls, run: Run, log: str) -> Baseline:
        """Keep what a run that was read to its end has come to: its last segment."""
        segment = run.segment
        pairs = [s for pair in segment.pairs() for s in (pair.train, pair.val) if s is not None and len(s)]
        return cls(
            log,
            run.outcome(final=not run.clock.writer_alive),
            {key: s.value for key, s in run.settings.items()},
            {key: s.line for key, s in run.settings.items()},
            tuple(Curve.of(s) for s in pairs),
            updates_per_epoch(run),
            segment.max_epoch if math.isfinite(segment.max_epoch) else None,
            marks=tuple((m.kind, m.epoch, m.line) for m in segment.marks),
        )

    def setting(self, key: str) -> float | None:
        """Return a numeric setting, or None."""
        value = self.settings.get(key)
        return None if value is None or isinstance(value, str) else float(value)

    def curve(self, metric: str, *, held_out: bool) -> Curve | None:
        """Return the training curve of a metric, or (`held_out`) the one measured on validation or test data."""
        return next((c for c in self.curves if c.metric == metric and (c.split in ("val", "test")) == held_out), None)


def updates_per_epoch(run: Run) -> float | None:
    """Return how many optimiser steps the log counts in one epoch, None where it does not say.

    Stated steps come first, then a count that starts anew in each epoch; a count over the whole run says nothing of an epoch.
    """
    stated = run.setting("steps_per_epoch")
    steps = run.progress.steps
    if stated:
        return stated
    if steps and (not _PER_EPOCH_DIALECTS.isdisjoint(run.dialects) or _starts_anew(run.segment)):
        return steps
    return None


def _starts_anew(segment: Segment) -> bool:
    """Whether some running series counts its steps from the start again in a later epoch."""
    return any(
        later < before and epoch > epoch_before
        for s in segment.series.values()
        if s.axis == "step" and len(s) > 1
        for (before, later), (epoch_before, epoch) in zip(pairwise(s.steps), pairwise(s.epochs), strict=True)
    )
