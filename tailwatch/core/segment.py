"""One start of the training within a log: its series, marks and settings, and the pairs that train and validation make."""

from __future__ import annotations

import math
from functools import lru_cache

from tailwatch.core.metrics import is_neutral
from tailwatch.core.named import NamedTuple
from tailwatch.core.series import Series, SeriesKey
from tailwatch.core.typed import TYPE_CHECKING, Any, Final, Literal, TypeVar

if TYPE_CHECKING:
    from tailwatch.core.events import Axis, Goal, Mark, Outcome, SeriesSpec, Setting
    from tailwatch.core.families import Family

    Specs = tuple[SeriesSpec, ...]

T = TypeVar("T")
MAX_SERIES: Final = 2000
MANY_SERIES: Final = 256
MAX_KNOWN: Final = 1024
"""So many families of lines are remembered with their series."""
_ORDER: Final = ("loss", "accuracy", "perplexity", "f1", "auc", "map", "miou", "dice", "reward", "bleu", "wer")


class Pair(NamedTuple):
    """Train and validation of one metric; either may be missing, the validation series is an evaluation's."""

    metric: str
    train: Series | None
    val: Series | None


class Segment:
    """What the log says between one start (or restart, or resume) and the next."""

    def __init__(self, number: int, kind: Literal["start", "resume", "restart"], line: int, part: int) -> None:
        self.number = number
        self.kind: Literal["start", "resume", "restart"] = kind
        self.first_line = self.last_line = line
        self.part = part
        self.series: dict[SeriesKey, Series] = {}
        self.moved: set[Series] = set()
        """The series that were given values since the diagnoses looked last."""
        self.dropped_series = 0
        self.reckoned = 0
        """Of how many series the diagnoses take notice: of all, or where there are many, of nearly all, see `series_for`."""
        self.marks: list[Mark] = []
        self.marks_by_kind: dict[str, list[Mark]] = {}
        self.settings: dict[str, Setting] = {}
        self.first_epoch: float | None = None
        self.max_epoch: float = -math.inf
        self.outcome: Outcome = "unknown"
        self._before: Segment | None = None
        self._shared: dict[type, Any] = {}
        self._known: dict[tuple[Family | Specs, Axis], tuple[Series, ...]] = {}

    def begin(self, epoch: float, before: Segment | None) -> None:
        """Set the first epoch; where the segment `before` began earlier than that, this one resumes it."""
        self.first_epoch = epoch
        if before is not None and before.first_epoch is not None and before.first_epoch < epoch <= before.max_epoch + 1:
            self._before = before

    def series_for(self, spec: SeriesSpec, axis: Axis) -> Series | None:
        """Return the series that is to take a value, made at its first one; None once there are too many names."""
        key = SeriesKey(spec.name, spec.split, axis)
        found = self.series.get(key)
        if found is None:
            if len(self.series) >= MAX_SERIES:
                self.dropped_series += 1
                return None
            found = self.series[key] = Series(spec, axis)
            count = len(self.series)
            if count <= MANY_SERIES or count >= self.reckoned + self.reckoned // 8:
                self.reckoned = count  # each new one makes them look at all; a log that invents a name a line must not
            earlier = None if self._before is None or axis != "epoch" else self._before.series.get(key)
            if earlier is not None and self.first_epoch is not None:
                found.go_on_from(earlier, self.first_epoch)
        self.moved.add(found)
        return found

    def series_of(self, key: Family | Specs, specs: Specs, axis: Axis) -> tuple[Series | None, ...]:
        """Return the series that are to take values, in their order, as `series_for` does for each; remembered under a key."""
        known = self._known.get((key, axis))
        if known is not None:
            self.moved.update(known)
            return known
        found = tuple([self.series_for(spec, axis) for spec in specs])
        made = tuple([series for series in found if series is not None])
        if len(made) == len(found):
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[key, axis] = made
        return found

    def known_series(self, family: Family, axis: Axis) -> tuple[Series, ...] | None:
        """Return the series that took values of such lines before, None where it is the first time."""
        return self._known.get((family, axis))

    def shared(self, kind: type[T]) -> T:
        """Return the one object of a kind that all diagnoses of this segment share, made when it is first asked for."""
        found: T | None = self._shared.get(kind)
        if found is None:
            found = self._shared[kind] = kind()
        return found

    def goes_back(self, epoch: float, *, resumed: bool) -> bool:
        """Whether an epoch belongs to another start: a restart goes back by more than one epoch, or to the first one.

        0- and 1-based numbers are mixed in one log; a run that said what it resumes from (`resumed`) may do its last epoch again.
        """
        first = self.first_epoch
        if first is None or (epoch >= self.max_epoch and not (resumed and epoch == self.max_epoch)):
            return False
        return (
            resumed
            or epoch < self.max_epoch - 1
            or (epoch <= first and epoch == math.floor(epoch) and self.max_epoch >= first + 1 and self._has_epoch(first))
        )

    def begins_late(self, epoch: float) -> bool:
        """Whether the run begins only here, and set its first epoch: what was named before came with no measurement.

        So does a list of settings: `epoch: 30`.
        """
        measured = any(not is_neutral(series.spec.name) for series in self.series.values())
        if self.max_epoch != self.first_epoch or measured or "resume" in self.marks_by_kind:
            return False
        self.first_epoch = self.max_epoch = epoch
        return True

    def _has_epoch(self, first: float) -> bool:
        return any(s.axis == "epoch" and s.points >= 2 for s in self.series.values()) or self.max_epoch > first + 1

    def mark(self, mark: Mark) -> None:
        """Note a mark."""
        self.marks.append(mark)
        self.marks_by_kind.setdefault(mark.kind, []).append(mark)

    def ordered(self) -> list[Series]:
        """All series, the ones people look at first: losses, then scores, then rates, times and counters."""
        return sorted(self.series.values(), key=_importance)

    def pairs(self, ordered: list[Series] | None = None) -> list[Pair]:
        """Train and validation of the same metric, most important first; a pair has a validation or an epoch's train series.

        Args:
            ordered: the series, if the caller has them in their order already.
        """
        found: dict[str, tuple[list[Series], list[Series]]] = {}
        for series in self.ordered() if ordered is None else ordered:
            if series.goal is None:
                continue
            sides = found.setdefault(series.spec.metric, ([], []))
            held_out = series.spec.split in ("val", "test")
            if held_out and series.axis == "step":
                continue  # a running value inside an evaluation
            sides[held_out].append(series)
        return [Pair(m, _best_side(t), _best_side(v)) for m, (t, v) in found.items() if t or v]


def _best_side(candidates: list[Series]) -> Series | None:
    """Prefer an evaluation's series over a running one, validation over test, then the one with the most points."""
    rank = {"epoch": 0, "index": 1, "time": 1, "step": 2}
    return min(
        candidates, key=lambda s: (rank[s.axis], s.spec.split == "test", "(avg)" not in s.spec.name, -s.points), default=None
    )


def _importance(series: Series) -> tuple[int, int, int, str]:
    return _importance_of(series.spec, series.axis, series.goal)


@lru_cache(MAX_SERIES)
def _importance_of(spec: SeriesSpec, axis: Axis, goal: Goal | None) -> tuple[int, int, int, str]:
    metric = spec.metric
    if metric in _ORDER:
        place = _ORDER.index(metric)
    elif goal is not None:
        place = len(_ORDER) + (goal == "max")
    else:
        place = len(_ORDER) + (2 if metric == "lr" else 4 if is_neutral(spec.name) else 3)
    order = {"epoch": 0, "index": 1, "time": 1, "step": 2}[axis]
    split = {"val": 1, "test": 2}.get(spec.split or "", 0)
    return (place, order, split, spec.name)
