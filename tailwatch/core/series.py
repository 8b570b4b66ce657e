"""The points of one series, bounded in memory, with its best and its last.

Evaluation points (axis `epoch`) are kept whole. Dense running points are thinned once there are many (see `thinning`).
"""

from __future__ import annotations

import math
from array import array

from tailwatch.core.metrics import meaning
from tailwatch.core.named import NamedTuple
from tailwatch.core.thinning import Thinning
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Axis, Goal, SeriesSpec, Split

DENSE_CAP: Final = 8192
WHOLE_CAP: Final = 200_000
NAN: Final = math.nan


class SeriesKey(NamedTuple):
    """What tells two series of a segment apart."""

    name: str
    split: Split | None
    axis: Axis


class Point(NamedTuple):
    """One value and where it stands; unknown places are NaN, `line` is 1-based in the part it came from."""

    value: float
    epoch: float
    step: float
    line: int


class Series:
    """A growing column of values with their places; `points` counts all that were ever added, thinned away or not."""

    __slots__ = (
        "_best",
        "_cap",
        "_thinning",
        "axis",
        "before",
        "best_at",
        "epochs",
        "first_nonfinite",
        "goal",
        "lines",
        "points",
        "spec",
        "steps",
        "values",
        "version",
    )

    def __init__(self, spec: SeriesSpec, axis: Axis) -> None:
        self.spec = spec
        self.axis: Axis = axis
        self.goal: Goal | None = meaning(spec.name).goal
        self.values = array("d")
        self.epochs = array("d")
        self.steps = array("d")
        self.lines = array("q")
        self.points = 0
        self.version = 0
        self.before: tuple[Point, ...] = ()
        """The evaluations before the resume that this series goes on from, up to where it resumed."""
        self.best_at: Point | None = None
        self.first_nonfinite: Point | None = None
        self._best = math.inf
        self._cap = WHOLE_CAP if axis == "epoch" else DENSE_CAP
        self._thinning: Thinning | None = None

    def go_on_from(self, earlier: Series, epoch: float) -> None:
        """Take over the evaluations of the run that was resumed at `epoch`; the best so far may be among them."""
        self.before = (*earlier.before, *(point for i in range(len(earlier)) if (point := earlier.at(i)).epoch < epoch))
        sign = -1.0 if self.goal == "max" else 1.0
        finite = [point for point in self.before if point.value - point.value == 0.0]
        if finite and self.goal is not None:
            self.best_at = min(finite, key=lambda point: sign * point.value)
            self._best = sign * self.best_at.value

    @property
    def key(self) -> SeriesKey:
        """Name, split and axis."""
        return SeriesKey(self.spec.name, self.spec.split, self.axis)

    def __len__(self) -> int:
        return len(self.values)

    def add(self, value: float, epoch: float, step: float, line: int) -> None:
        """Append a point; a point at the same epoch and step as the last one is a redraw and replaces it."""
        values = self.values
        self.version += 1
        if values and step == self.steps[-1] and (epoch == self.epochs[-1] or epoch != epoch != self.epochs[-1]):
            values[-1] = value
            self.lines[-1] = line
        else:
            values.append(value)
            self.epochs.append(epoch)
            self.steps.append(step)
            self.lines.append(line)
            self.points += 1
        if value - value != 0.0:  # nan or inf
            if self.first_nonfinite is None:
                self.first_nonfinite = Point(value, epoch, step, line)
        elif self.goal is not None:
            rank = value if self.goal == "min" else -value
            if rank < self._best:
                self._best = rank
                self.best_at = Point(value, epoch, step, line)
        if len(values) > self._cap:
            self._thin()

    def extend(
        self, values: array[float], epochs: array[float], steps: array[float], lines: array[int], kept: list[int] | None = None
    ) -> None:
        """Append many points at once: the same as `add` for each of them, where all are finite.

        `kept` are the indices of the last ones at each place, None where no two in a row share one.
        """
        self.version += len(values)
        if self.goal is not None:
            lowest = min(values) if self.goal == "min" else -max(values)
            if lowest < self._best:
                self._best = lowest
                at = values.index(lowest if self.goal == "min" else -lowest)
                self.best_at = Point(values[at], epochs[at], steps[at], lines[at])
        if kept is not None:
            values, epochs, steps = (array("d", map(c.__getitem__, kept)) for c in (values, epochs, steps))
            lines = array("q", map(lines.__getitem__, kept))
        if self.values and steps[0] == self.steps[-1] and (epochs[0] == self.epochs[-1] or epochs[0] != epochs[0]):
            self.values[-1], self.lines[-1] = values[0], lines[0]
            values, epochs, steps, lines = values[1:], epochs[1:], steps[1:], lines[1:]
        self.points += len(values)
        if len(self.values) + len(values) <= self._cap:  # most often: nothing is to be cut
            self.values += values
            self.epochs += epochs
            self.steps += steps
            self.lines += lines
            return
        first = 0
        while first < len(values):
            end = min(len(values), first + self._cap + 1 - len(self.values))
            self.values += values[first:end]
            self.epochs += epochs[first:end]
            self.steps += steps[first:end]
            self.lines += lines[first:end]
            first = end
            if len(self.values) > self._cap:
                self._thin()

    def last(self) -> Point | None:
        """Return the newest point."""
        return self.at(len(self.values) - 1) if self.values else None

    def at(self, index: int) -> Point:
        """Return the point at `index` of the kept columns."""
        return Point(self.values[index], self.epochs[index], self.steps[index], self.lines[index])

    def xs(self) -> array[float]:
        """Return the column to draw against: epochs where all are known, else steps, else the index."""
        if self.axis == "epoch" and self.epochs and not math.isnan(self.epochs[0]) and not math.isnan(self.epochs[-1]):
            return self.epochs
        if self.steps and not math.isnan(self.steps[-1]) and not math.isnan(self.steps[0]):
            return self.steps
        return array("d", range(len(self.values)))

    def _thin(self) -> None:
        self._thinning = self._thinning or Thinning(self._cap)
        self._thinning.thin((self.values, self.epochs, self.steps, self.lines))
