"""Lines that say once more, at the end, what a run has said all along: they are values only where it has said nothing yet."""

from __future__ import annotations

from itertools import count

from tailwatch.core.events import Reading
from tailwatch.core.lists import Lists
from tailwatch.core.naming import in_a_list
from tailwatch.core.plans import Runner
from tailwatch.core.typed import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Line, Plan, ReaderEvent, SeriesSpec

FIRST_EPOCH: Final = 1.0
"""What the first value of a list stands for, as frameworks print their epochs."""


class Recap(Runner):
    """Reads `{'loss': [0.9, 0.5], 'val_loss': [1.0, 0.8]}`: the i-th value of each list is the i-th epoch's.

    A name that comes once has one value, of no known epoch, as in a table of last values. Lists of another length than the epochs
    told before are no history: they hold a value for each class, task or layer.
    """

    __slots__ = ("_each", "_parts")

    def __init__(self, plan: Plan, shape: bytes) -> None:
        """Make the plan ready; values of one series belong to epochs that follow each other."""
        super().__init__(plan, shape)
        self.family = None
        turns: dict[SeriesSpec, count[int]] = {}
        numbered = [(next(turns.setdefault(spec, count())), i) for i, spec in enumerate(self._saying.specs)]
        last = max((turn for turn, _ in numbered), default=-1)
        turn_of = iter([turn for turn, _ in numbered])
        fields = [f if f.series is None else f._replace(series=in_a_list(f.series, next(turn_of))) for f in plan.fields]
        self._parts = Runner(plan._replace(fields=tuple(fields), kind="context"), shape)
        self._each = tuple(tuple(i for turn, i in numbered if turn == wanted) for wanted in range(last + 1))

    def laid_out(self, spans: Iterable[tuple[int, int]], length: int) -> Self:
        """Return the runner for lines whose fields stand so, see `Runner.laid_out`."""
        twin = super().laid_out(spans, length)
        twin._each, twin._parts = self._each, self._parts.laid_out(spans, length)  # noqa: SLF001 - its own twin
        return twin

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Return the values, epoch by epoch; none where lines before told of as many epochs."""
        if cursor.turn or cursor.epoch is not None or cursor.step is not None:
            many = len(self._each)
            once_more = many == 1 or cursor.epoch is None or many in (cursor.turn, cursor.epoch, cursor.epoch + 1)
            return [] if once_more else self._parts.run(line, cursor)
        if cursor.lists is not None:
            cursor.lists.read(line)  # as one more of the lists before
            return []
        parts = self.unpack(line.raw)
        placed = len(self._each) > 1 and not cursor.recalled
        cursor.recalled = cursor.recalled or placed  # a second list goes back to the first epoch: no restart
        known, read = self._saying.values(parts)
        found: list[ReaderEvent] = []
        for turn, chosen in enumerate(self._each):
            specs = tuple([known[i] for i in chosen])
            values = tuple([read[i] for i in chosen])
            epoch = FIRST_EPOCH + turn if placed else None
            found.append(
                Reading(
                    specs, values, "epoch", epoch, None, cursor.time, None, line.number, line.offset, line.part, self.plan.dialect
                )
            )
        return found


class Listing(Runner):
    """Reads lines of kind `list`. Where lines before told epochs or steps, they say nothing new."""

    __slots__ = ()

    def __init__(self, plan: Plan, shape: bytes) -> None:
        """Make the plan ready; each line is read by itself."""
        super().__init__(plan, shape)
        self.family = None

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Take the values of the line; they are told later."""
        if not cursor.turn and cursor.epoch is None and cursor.step is None:
            cursor.lists = cursor.lists or Lists()
            cursor.lists.read(line)
        return []
