"""Where in the run the lines stand, and which axis their values belong to.

Only plans move the cursor, as they run; no dialect sees it. Epochs and steps are those the log prints.
"""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.fulls import Fulls
from tailwatch.core.kept import Kept
from tailwatch.core.metrics import is_neutral
from tailwatch.core.seen import Closed, Seen
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.carried import Shown
    from tailwatch.core.events import Axis, Reading, SeriesSpec
    from tailwatch.core.lists import Lists

    Specs = tuple[SeriesSpec, ...]
    Who = int | tuple[int, int]

MAX_HELD: Final = 64
HELD_FOR: Final = 32
"""So many lines with values a reading may wait for the line that names its epoch."""

_PRIME: Final = (1 << 64) - 59
"""What is left of a text, taken as a number, when it is divided by this stands for the text in any process."""
MAX_STRANDS: Final = 6
APART: Final = 2
"""Announcements no further apart than that may be one run's, counted from 0 and from 1."""
SWITCHES: Final = 3
"""So many switches between runs that go on show that they write at once; a resumed run makes one."""
CALM: Final = 4
"""After so many epochs in a row, each with one full bar and none of another run, only one run is left that writes."""
RESULT_EPOCHS: Final = 3
"""After so many epochs of one value each, a series is known to hold epochs' results."""


class Cursor:
    """What earlier lines announced and later ones inherit. None is unknown.

    `turn` counts the epochs announced, so that an epoch that comes again (a restart, a second fit) is told from the first.
    `fresh` says that the line before was a bar that tells the step of this one, whatever epoch it names.
    `ranked` says that lines before named their rank, `recalled` that one told of all epochs (see `Recap`), `ended` of the end.
    `boxed` are the rows of a box that has not ended, `box_places` what places its rows have named.
    `held` are readings of no known epoch, waiting for a line that closes one (`Epoch 3 done`); `unnumbered` tells where bars that
    name none were full, `fulls` what became of loops that ended. `trial` is that of a search.
    """

    __slots__ = (
        "_age", "_calm", "_carried", "_closed", "_full", "_running", "_seen", "_strands", "_switches", "box_places", "boxed",
        "closing", "ended", "epoch", "epochs", "fresh", "from_zero", "fulls", "held", "kept", "lists", "pending", "ranked",
        "recalled", "shown", "step", "steps", "time", "told", "trial", "turn", "unnumbered", "unplaced",
    )  # fmt: skip

    def __init__(self) -> None:
        self.epoch: float | None = None
        self.epochs: float | None = None
        self.step: float | None = None
        self.steps: float | None = None
        self.time: str | None = None
        self.turn = 0
        self.trial: float | None = None
        self.from_zero = False
        self.fresh = False
        self.told: tuple[float | None, float | None] = (None, None)
        self.held: list[Reading] = []
        self.closing = False
        self.unplaced = self.ranked = self.recalled = self.ended = False
        self._age = 0
        self._carried: float | None = None
        self._strands: list[float] = []
        self._switches = self._calm = self._full = 0
        self._seen: dict[Who, Seen] = {}
        self._running: set[Who] = set()
        self.pending: Reading | None = None
        self.boxed: list[Reading] = []
        self.box_places: frozenset[str] = frozenset()
        self.shown: Shown = {}
        self.unnumbered: dict[Who, float] = {}
        self._closed: Closed | None = None
        self.fulls = Fulls()
        self.kept = Kept()
        self.lists: Lists | None = None

    @property
    def awaits_next(self) -> bool:
        """Whether the next line that says something ends what was read before it."""
        return bool(self.fulls.waiting) or self.kept.waiting is not None or self.lists is not None

    def copy(self) -> Cursor:
        """Return a cursor that can move without moving this one."""
        other = Cursor()
        for name in Cursor.__slots__:
            setattr(other, name, getattr(self, name))
        for name in ("boxed", "fulls", "held", "kept", "shown", "unnumbered", "_seen", "_running", "_strands"):
            setattr(other, name, getattr(self, name).copy())
        other.lists = None if self.lists is None else self.lists.copy()
        return other

    def at_epoch(self, epoch: float, *, announced: bool) -> None:
        """An epoch is named; `announced` says that the line does nothing else, so it begins even if it has the same number."""
        if announced and epoch != self.epoch:
            self._strand(epoch)
        elif announced:
            self._calm = 0
        if epoch != self.epoch or announced:
            self.turn, self.ended = self.turn + 1, False
            if not self.fresh:
                self.step = None
            self._carried = self.step
        self.epoch = epoch

    @property
    def shared(self) -> bool:
        """Whether several runs write into this log at once, so that the epoch announced last may be another run's."""
        return self._switches >= SWITCHES

    def _strand(self, epoch: float) -> None:
        """Follow the runs whose epochs are announced; going back to one that was left behind is a switch between writers."""
        here = self._strands[-1] if self._strands else None
        if here is not None and epoch == here + 1:
            self._strands[-1] = epoch
            self._calm += 1
            if self._calm >= CALM:
                self._switches, self._strands = 0, [epoch]
            return
        self._calm = 0
        other = next((s for s in self._strands[:-1] if epoch == s + 1 and here is not None and abs(epoch - here) > APART), None)
        if other is None:
            self._strands = [*self._strands[-MAX_STRANDS:], epoch]
        else:
            self._switches += 1
            self._strands = [*(s for s in self._strands if s != other), epoch]

    def axis(self, who: Who, values: tuple[float, ...], *, held_out: bool, named: bool = False) -> Axis:
        """Return the axis of values whose line does not tell: an epoch's result, or running where they repeat within it.

        `who` stands for the series of the line, and the rank that printed it; `named` says that the line names its epoch.
        """
        if self.epoch is None:
            if self.step is None:
                return "index"
            return "epoch" if held_out else "step"
        if who in self._running:
            return "step"
        within = not (held_out or named) and self._within()
        return "step" if self._repeats(who, values, held_out=held_out, within=within) else "epoch"

    def comes_again(self, who: Who, step: float) -> bool:
        """Whether a bar that names no epoch was full at this step before: each is an epoch's then, though no number is known."""
        again = self.unnumbered.get(who) == step
        self.unnumbered[who] = step
        return again

    def is_running(self, who: Who, rank: float | None) -> bool:
        """Whether these series are known to have several values an epoch."""
        return (who if rank is None else (who, int(rank))) in self._running

    def _repeats(self, who: Who, values: tuple[float, ...], *, held_out: bool, within: bool) -> bool:
        """Whether these series have more than one value an epoch: they are running values then, not the epoch's result.

        Each rank counts for itself and a line printed twice counts once. Evaluations at different steps are results all the
        same, and so is one more evaluation of the best weights. After several epochs with one value each, a second one is
        an oddity of its epoch alone.
        """
        if who in self._running:
            return True
        seen, times, singles = self._seen.get(who), 1, 0
        moved = seen is not None and seen.step != self.step
        if seen is None and within:
            times = 2  # the first of many: the epoch's steps have only begun
        elif seen is not None and seen.turn == self.turn and not (held_out and moved):
            times, singles = seen.times + (moved or not _same(seen.values, values)), seen.singles
        elif seen is not None:
            singles = seen.singles + (seen.times == 1)
        self._seen[who] = Seen(self.turn, self.step, values, times, singles)
        if times <= 1 + held_out:
            return False
        if singles < RESULT_EPOCHS:
            self._running.add(who)
        return True

    def _within(self) -> bool:
        """Whether the lines since the epoch's beginning told a step that lies well within it."""
        if self.step is None or self.step == self._carried:
            return False
        return self.step * 2 < self.steps if self.steps is not None else self.step <= 1

    def close(self, reading: Reading, *, other: bool = False) -> list[Reading]:
        """Take a full bar: it closes an epoch of training, belongs to an evaluation after it, or its validation is to come.

        Within one epoch a full bar may be drawn again, with its validation values added; a full bar with fewer values or of
        another length (`other`) is an evaluation's. Where epochs before had validation values, a full bar without them
        waits: it is the epoch's result only if the next epoch comes first.
        """
        specs = reading.series
        if self.shared:
            self._calm, self._full = 0 if self._full == self.turn else self._calm, self.turn  # two full bars: another's too
            trained = tuple([s if s.split or is_neutral(s.name) else s.on("train") for s in specs])
            return [reading._replace(series=trained, epoch=None)]
        names = frozenset(s.name for s in specs)
        closed = self._closed
        again = closed is not None and closed.turn == self.turn
        if self.epoch is None or other or (again and closed is not None and not closed.names <= names):
            return [reading._replace(series=tuple([s if s.split else s.on("test") for s in specs]))]
        trained = tuple([s if s.split or is_neutral(s.name) else s.on("train") for s in specs])
        reading = reading._replace(series=trained)
        if closed is not None and not again and closed.validated and not any(s.split == "val" for s in specs):
            if closed.steps != self.steps:
                return [reading._replace(series=tuple([s if s.split else s.on("test") for s in specs]))]
            self.pending = reading
            return []
        self.pending = None
        self._closed = Closed(self.turn, self.steps, names, validated=any(s.split == "val" for s in specs))
        return [reading]

    def is_evaluation(self, steps: float) -> bool:
        """Whether a bar of this length, drawn now, is an evaluation after the epoch: the epoch's own bar had another."""
        return self._closed is not None and self._closed.turn == self.turn and self._closed.steps != steps

    def let_pending_go(self, *, as_result: bool) -> list[Reading]:
        """The bar that waited for its validation will not get it: an epoch's result if the next epoch has come."""
        pending, self.pending = self.pending, None
        return [] if pending is None else [pending if as_result else pending._replace(axis="step")]

    def hold(self, reading: Reading) -> list[Reading]:
        """Keep a reading of no known place; return those that waited in vain, this one too where waiting makes no sense."""
        if self.unplaced:
            return [reading]
        repeated = any(
            r.series == reading.series and r.rank == reading.rank and not _same(r.values, reading.values) for r in self.held
        )
        if len(self.held) >= MAX_HELD or (repeated and not self.closing):
            self.unplaced = True
            return [*self.let_go(), reading]
        self.held.append(reading)
        return []

    def let_go(self) -> list[Reading]:
        """Return the readings that waited: nothing named their epoch; an evaluation before the first step stands at 0."""
        held, self.held, self._age = self.held, [], 0
        if held and self.epoch is None and self.step in (0.0, 1.0):
            return [r._replace(step=0.0, axis="epoch") if held_out(r.series) else r for r in held]
        return held

    def waited(self) -> list[Reading]:
        """One more line with values went by; return the readings that have waited too long."""
        self._age += 1
        return self.let_go() if self._age > HELD_FOR else []

    def close_epoch(self) -> list[Reading]:
        """The epoch that ends here is known: return the readings that waited for it, placed; later ones wait anew."""
        if not self.held and not self.closing:
            return []
        self.closing = True
        many = {
            r.series for i, r in enumerate(self.held) if any(o.series == r.series and o.rank == r.rank for o in self.held[:i])
        }
        placed = [r._replace(epoch=self.epoch, axis="step" if r.series in many else "epoch") for r in self.let_go()]
        self.epoch = self.step = None
        return placed


@lru_cache(maxsize=16384)
def signature(specs: Specs) -> int:
    """Return a number that stands for these series in any process; comparing the series themselves on each line would be slow."""
    text = "\n".join([f"{name}\t{metric}\t{split}\t{unit}" for name, metric, split, unit in specs])
    return int.from_bytes(text.encode("utf-8", "surrogatepass"), "big") % _PRIME


def held_out(specs: Specs) -> bool:
    """Whether all that is measured, but for rates and times, was measured on validation or test data."""
    measured = [s for s in specs if not is_neutral(s.name)]
    return bool(measured) and all(s.split in ("val", "test") for s in measured)


def _same(first: tuple[float, ...], second: tuple[float, ...]) -> bool:
    """Whether two lines say the same; not-a-number is the same as itself here."""
    return all(a == b or (a != a and b != b) for a, b in zip(first, second, strict=True))
