"""Reading a stretch of a log together: the lines of several families that come in turn, each by columns.

A stretch holds no line that has to be read by itself (see `gathering.py`). Within it every row inherits step and time from the
rows before it, as it would line by line, and `Weave` gives the rows out in slices, so that the diagnoses look when they would.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from functools import partial
from itertools import chain, islice, repeat
from operator import itemgetter, le, lt

from tailwatch.core.columns import NAN
from tailwatch.core.events import Reading
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tailwatch.core.block import Block
    from tailwatch.core.columns import Strand
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Axis, Frame
    from tailwatch.core.rhythm import Looks

_READING: Final = cast("Callable[[tuple[object, ...]], Reading]", partial(tuple.__new__, Reading))
"""Makes a reading without a call of Python's."""
SPARED: Final = 1024
"""So many values may come behind a look that would change nothing; no more, because the pace of the run is noted with a look."""
AXES: Final[tuple[Axis, ...]] = ("step", "index", "epoch")
_LOOKED_AT: Final[tuple[Axis, ...]] = ("epoch", "index", "step")
"""Nothing is asked of running values where a result comes first."""


class Slice(NamedTuple):
    """The rows of one strand that lie in a slice of the stretch: `start:end` of its columns, never empty."""

    strand: Strand
    start: int
    end: int

    @property
    def last(self) -> int:
        """The place of the last row's line."""
        return self.strand.lines[self.end - 1]

    @property
    def counts(self) -> tuple[int, int]:
        """The place where the last row counts, and that of its line: these order the rows as reading one by one does."""
        return self.strand.places[self.end - 1], self.strand.lines[self.end - 1]


_SLICE: Final = cast("Callable[[tuple[object, ...]], Slice]", partial(tuple.__new__, Slice))


class Weave:
    """The strands of a stretch of lines, from place `start` of the block up to `end`."""

    def __init__(
        self, block: Block, start: int, end: int, strands: list[Strand], unread: list[int], frame: Frame, cursor: Cursor
    ) -> None:
        self.block = block
        self.start = start
        self.end = end
        self.strands = strands
        self.names_rank = any(strand.rank is not None for strand in strands)
        """Whether a line says which rank printed it."""
        self.unread = unread
        """Places of lines that carry numbers and that nothing claims."""
        self.mute: dict[str, int] = {}
        """Of each dialect the lines that are understood and say nothing, the last of which stands at `last_mute`."""
        self.last_mute = -1
        self.frame = frame
        """The frame after the last line."""
        self.epoch, self.epochs, self.steps = cursor.epoch, cursor.epochs, cursor.steps
        self._cursor = cursor
        self._timed = [strand for strand in strands if strand.family.time >= 0]
        self._whole = [Slice(strand, 0, len(strand.places)) for strand in strands]

    def inherit(self) -> None:
        """Give each row the step that holds where it counts."""
        inheriting = [s for s in self.strands if s.family.step < 0 and s.family.tells]
        if not inheriting:
            return
        stepping = [s for s in self.strands if s.family.leads]
        if len(stepping) == 1:
            places, told = stepping[0].places, stepping[0].steps
        else:
            both = sorted((place, step) for s in stepping for place, step in zip(s.places, s.steps, strict=True))
            places, told = [place for place, _ in both], array("d", [step for _, step in both])
        steps = array("d", (NAN if self._cursor.step is None else self._cursor.step,)) + told
        known: dict[tuple[int, int], array[float]] = {}
        for strand in inheriting:
            at = strand.places
            first, last = bisect_left(places, at[0]), bisect_left(places, at[-1])
            if _in_turn(places[first:last], at):
                if (first, last) not in known:
                    known[first, last] = steps[first : last + 1]
                strand.steps = known[first, last]
            else:
                strand.steps = array("d", [steps[bisect_left(places, place)] for place in at])

    def until_looks(
        self,
        looks: Looks,
        rank: float | None,
        start: int,
        until: int,
        *,
        doubtful: bool,
        spared: Callable[[Axis], bool] | None = None,
    ) -> Iterator[tuple[int, int]]:
        """Yield the lines between two places in pieces, `start` and `end` of each, up to the next look; the caller counts.

        Where it is `doubtful` whether training goes on, the first value that shows it is looked at, too. `spared` says whether
        looks at values of an axis would change nothing now: some of them are passed over then.
        """
        counted, ordered = self._counted(rank), []
        for axis in _LOOKED_AT:
            places = counted.get(axis)
            if places is not None and len(places) >= looks.until_look(axis):
                ordered.append((axis, sorted(places)))
        if start < until and not (ordered or doubtful):
            yield start, until
            return
        shown = self._first_that_shows_training(rank, start) if doubtful else until
        while start < until:
            end = shown + 1 if start <= shown < until else until
            for axis, places in ordered:
                at = bisect_left(places, start) + looks.until_look(axis) - 1
                if at < len(places) and places[at] < end - 1 and spared is not None and spared(axis):
                    at += SPARED
                end = min(end, places[at] + 1) if at < len(places) else end
            yield start, end
            start = end

    def _first_that_shows_training(self, rank: float | None, start: int) -> int:
        strands = [s for s in self.strands if s.family.shows_training and s.rank in (None, rank)]
        first = ((s.places, bisect_left(s.places, start)) for s in strands)
        return min((places[at] for places, at in first if at < len(places)), default=self.end)

    def _counted(self, rank: float | None) -> dict[Axis, Sequence[int]]:
        """Return where the lines stand that count as values of an axis: those of the run's rank."""
        counted: dict[Axis, Sequence[int]] = {}
        for strand in self.strands:
            if strand.family.specs and (strand.rank is None or strand.rank == rank):
                axis = strand.axis
                counted[axis] = [*counted[axis], *strand.places] if axis in counted else strand.places
        return counted

    def slices(self, start: int, end: int) -> list[Slice]:
        """Return what lies between two places, the strands in the order of their first rows."""
        if start <= self.start and end >= self.end:
            return self._whole
        found = []
        for strand in self.strands:
            first = bisect_left(strand.places, start)
            behind = bisect_left(strand.places, end, first)
            if first < behind:
                found.append(_SLICE((strand, first, behind)))
        return found

    def time_at(self, place: int) -> str | None:
        """Return the time stamp that holds at a place."""
        if not self._timed:
            return self.time_before
        newest = max(
            ((s.lines[i - 1], s.times[i - 1]) for s in self._timed if (i := bisect_left(s.lines, place + 1))),
            default=None,
        )
        return self.time_before if newest is None else newest[1].decode("ascii", "replace")

    @property
    def time_before(self) -> str | None:
        """The time stamp that holds where the stretch begins."""
        return self._cursor.time

    def move(self, cursor: Cursor) -> None:
        """Leave the cursor where the last line leaves it."""
        cursor.time = self.time_at(self.end - 1)
        ends = self.slices(self.start, self.end)
        newest = latest(ends) if ends else None
        if newest is not None and newest.last > self.last_mute:
            cursor.fresh = newest.strand.family.bare
        elif self.mute:
            cursor.fresh = False
        stepping = []
        for found in ends:
            family = found.strand.family
            if family.rank >= 0 and family.places:
                cursor.ranked = True
            if family.leads:
                stepping.append((found.last, found.strand.steps[found.end - 1]))
        if stepping:
            cursor.step = max(stepping)[1]

    def readings(self, slices: list[Slice]) -> list[Reading]:
        """Return the rows of the slices as single readings, in the order of the log."""
        told = [s for s in slices if s.strand.family.specs]
        if len(told) == 1:
            return list(self._rows(told[0]))
        counts = chain.from_iterable(
            zip(s.strand.places[s.start : s.end], s.strand.lines[s.start : s.end], strict=True) for s in told
        )
        rows = sorted(zip(counts, chain.from_iterable(map(self._rows, told)), strict=True), key=itemgetter(0))
        return [reading for _, reading in rows]

    def _rows(self, found: Slice) -> Iterator[Reading]:
        """Return the rows of a slice, put together without a call of Python's for each."""
        (strand, start, end), block = found, self.block
        lines = strand.lines[start:end]
        numbers = [block.numbers[at] for at in lines]
        times = [raw.decode("ascii", "replace") for raw in strand.times[start:end]] if strand.times else self._times_at(lines)
        rank = None if strand.rank is None else int(strand.rank)
        columns = zip(
            repeat(strand.family.specs),
            zip(*[column[start:end] for column in strand.columns], strict=True),
            repeat(strand.axis),
            repeat(self.epoch),
            [step if step == step else None for step in strand.steps[start:end]],
            times,
            repeat(rank),
            numbers,
            [block.starts[at] + number for at, number in zip(lines, numbers, strict=True)],
            repeat(block.part),
            repeat(strand.family.dialect),
        )
        return map(_READING, columns)

    def _times_at(self, lines: list[int]) -> list[str | None]:
        """Return the time stamp that holds at each place."""
        if not self._timed:
            return [self.time_before] * len(lines)
        return [self.time_at(at) for at in lines]


def latest(slices: list[Slice]) -> Slice:
    """Return the slice whose last row counts last."""
    return slices[0] if len(slices) == 1 else max(slices, key=_counts)


def _in_turn(between: list[int], places: list[int]) -> bool:
    """Whether the others, which lie `between` the first and the last of the places, part these one from the next."""
    return len(between) == len(places) - 1 and all(map(le, places, between)) and all(map(lt, between, islice(places, 1, None)))


def _counts(found: Slice) -> tuple[int, int]:
    return found.counts
