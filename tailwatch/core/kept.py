"""Values that only the message of a checkpoint tells: `val_loss improved from 0.5 to 0.4, saving model`.

Most logs print them in a line of results as well, before that message or right after it. So such a value waits for the next one,
and counts only where none was told of its metric.
"""

from __future__ import annotations

from tailwatch.core.events import Reading, SeriesSpec
from tailwatch.core.metrics import meaning
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.events import Line, Mark
    from tailwatch.core.families import Family


class Kept:
    """What checkpoints were kept for, and of which metrics lines of results tell.

    Attributes:
        waiting: a value that waits for the next line with values.
        known: stands for the series of each kind of lines whose metrics were noted.
    """

    __slots__ = ("_alone", "_told", "known", "waiting")

    def __init__(self) -> None:
        self.waiting: Reading | None = None
        self.known: set[object] = set()
        self._told: set[tuple[str, str | None]] = set()
        self._alone: set[SeriesSpec] = set()

    def copy(self) -> Kept:
        """Return one that can go on without this one."""
        other = Kept()
        other.waiting, other.known = self.waiting, self.known.copy()
        other._told, other._alone = self._told.copy(), self._alone.copy()
        return other

    def note(self, who: object, specs: Iterable[SeriesSpec]) -> None:
        """Lines tell of these series."""
        self.known.add(who)
        self._told.update((spec.metric, spec.split) for spec in specs)
        waiting = self.waiting
        if waiting is not None and waiting.series[0] not in self._alone and self._is_told(waiting.series[0]):
            self.waiting = None

    def note_all(self, families: Iterable[Family]) -> None:
        """Lines of these families were read together."""
        for family in families:
            if family.who not in self.known:
                self.note(family.who, family.specs)

    def take(self, mark: Mark, line: Line, place: tuple[float | None, float | None, str | None], dialect: str) -> list[Reading]:
        """Take the value of a checkpoint; `place` are epoch, step and time. Return the one that waited before."""
        before = self.let_go()
        epoch, step, time = place
        found = meaning(mark.monitor)
        spec = SeriesSpec(mark.monitor, found.metric, found.split)
        if mark.value is None or (epoch is None and step is None) or not found.known or self._is_told(spec):
            return before
        self.waiting = Reading(
            (spec,), (mark.value,), "epoch", epoch, step, time, None, line.number, line.offset, line.part, dialect
        )
        return before

    def let_go(self, epoch: float | None = None) -> list[Reading]:
        """Return the value that waited: nothing else tells it. Of the `epoch` that begins, a line of results may yet come."""
        if epoch is not None and self.waiting is not None and self.waiting.epoch == epoch:
            return []
        waiting, self.waiting = self.waiting, None
        if waiting is None:
            return []
        self._alone.add(waiting.series[0])
        return [waiting]

    def _is_told(self, spec: SeriesSpec) -> bool:
        metric = spec.metric.removeprefix("best_")
        return any(told == metric and (split == spec.split or None in (split, spec.split)) for told, split in self._told)
