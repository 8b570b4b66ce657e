"""Where in the run the lines stand, and which axis their values belong to.

Only plans move the cursor, as they run; no dialect sees it. Epochs and steps are those the log prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tailwatch.core.metrics import is_neutral

if TYPE_CHECKING:
    from tailwatch.core.events import Axis, Reading, SeriesSpec

    Specs = tuple[SeriesSpec, ...]

MAX_HELD: Final = 64
HELD_FOR: Final = 32
"""So many lines with values a reading may wait for the line that names its epoch."""

RESULT_EPOCHS: Final = 3
"""After so many epochs of one value each, a series is known to hold epochs' results."""


class _Seen(NamedTuple):
    turn: int
    step: float | None
    values: tuple[float, ...]
    times: int
    singles: int


class _Closed(NamedTuple):
    turn: int
    steps: float | None
    names: frozenset[str]


class Cursor:
    """What earlier lines announced and later ones inherit. None is unknown.

    `turn` counts the epochs announced, so that an epoch that comes again (a restart, a second fit) is told from the first.
    `held` are readings of no known epoch, waiting for a line that closes one (`Epoch 3 done`).
    """

    __slots__ = (
        "_age",
        "_closed",
        "_running",
        "_seen",
        "closing",
        "epoch",
        "epochs",
        "from_zero",
        "held",
        "step",
        "steps",
        "time",
        "told",
        "turn",
        "unplaced",
    )

    def __init__(self) -> None:
        self.epoch: float | None = None
        self.epochs: float | None = None
        self.step: float | None = None
        self.steps: float | None = None
        self.time: str | None = None
        self.turn = 0
        self.from_zero = False
        self.told: tuple[float | None, float | None] = (None, None)
        self.held: list[Reading] = []
        self.closing = False
        self.unplaced = False
        self._age = 0
        self._seen: dict[tuple[int | None, Specs], _Seen] = {}
        self._running: set[Specs] = set()
        self._closed: _Closed | None = None

    def copy(self) -> Cursor:
        """Return a cursor that can move without moving this one."""
        other = Cursor()
        for name in Cursor.__slots__:
            setattr(other, name, getattr(self, name))
        other.held, other._seen, other._running = list(self.held), dict(self._seen), set(self._running)
        return other

    def at_epoch(self, epoch: float, *, announced: bool) -> None:
        """An epoch is named; `announced` says that the line does nothing else, so it begins even if it has the same number."""
        if epoch != self.epoch or announced:
            self.turn += 1
            self.step = None
        self.epoch = epoch

    def axis(self, specs: Specs, values: tuple[float, ...], rank: int | None) -> Axis:
        """Return the axis of values whose line does not tell: an epoch's result, or running where they repeat within it."""
        held_out = all(s.split in ("val", "test") or is_neutral(s.name) for s in specs)
        if self.epoch is None:
            if self.step is None:
                return "index"
            return "epoch" if held_out else "step"
        return "step" if self._repeats(specs, values, rank, held_out=held_out) else "epoch"

    def _repeats(self, specs: Specs, values: tuple[float, ...], rank: int | None, *, held_out: bool) -> bool:
        """Whether these series have more than one value an epoch: they are running values then, not the epoch's result.

        Each rank counts for itself and a line printed twice counts once. Evaluations at different steps are results all the
        same, and so is one more evaluation of the best weights. After several epochs with one value each, a second one is
        an oddity of its epoch alone.
        """
        if specs in self._running:
            return True
        key = (rank, specs)
        seen = self._seen.get(key)
        count, singles = 1, 0
        if seen is not None and seen.turn == self.turn and not (held_out and seen.step != self.step):
            count, singles = seen.times + (not _same(seen.values, values)), seen.singles
        elif seen is not None:
            singles = seen.singles + (seen.times == 1)
        self._seen[key] = _Seen(self.turn, self.step, values, count, singles)
        if count <= 1 + held_out:
            return False
        if singles < RESULT_EPOCHS:
            self._running.add(specs)
        return True

    def closed_by(self, specs: Specs) -> Specs:
        """Tell the full bar that closes an epoch of training from the bar of an evaluation after it.

        Within one epoch a full bar may be drawn again, with its validation values added; a full bar with fewer values or of
        another length is an evaluation's.
        """
        names = frozenset(s.name for s in specs)
        closed = self._closed
        again = closed is not None and closed.turn == self.turn
        if self.epoch is None or (again and closed is not None and (closed.steps != self.steps or not closed.names <= names)):
            return tuple([s if s.split else s.on("test") for s in specs])
        self._closed = _Closed(self.turn, self.steps, names)
        return tuple([s if s.split or is_neutral(s.name) else s.on("train") for s in specs])

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
        """Return the readings that waited, as they are: nothing named their epoch."""
        held, self.held, self._age = self.held, [], 0
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


def _same(first: tuple[float, ...], second: tuple[float, ...]) -> bool:
    """Whether two lines say the same; not-a-number is the same as itself here."""
    return all(a == b or (a != a and b != b) for a, b in zip(first, second, strict=True))
