"""Reading a stretch of a log together: the lines of several families that come in turn, each by columns.

A stretch ends before a line that is unknown, a message, a heading, or that moves more than the step (another epoch, a full bar,
a value that is no number): those are read by themselves. Within it every row inherits step and time from the rows before it, as
it would line by line, and `Weave` gives the rows out in slices, so that the diagnoses look at the same moments.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import chain, count, islice
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from tailwatch.core.columns import NAN, Strand, axis_of
from tailwatch.core.events import Reading
from tailwatch.core.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.block import Block
    from tailwatch.core.columns import Family, Parts
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Axis, Frame, Split
    from tailwatch.core.rhythm import Looks
    from tailwatch.core.shapes import Entry

    Caches = dict[Frame, dict[bytes, Entry]]


class Slice(NamedTuple):
    """The rows of one strand that lie in a slice of the stretch: `start:end` of its columns, never empty."""

    strand: Strand
    start: int
    end: int

    @property
    def last(self) -> int:
        """The place of the last row."""
        return self.strand.places[self.end - 1]


class Weave:
    """The strands of a stretch of lines, from place `start` of the block up to `end`."""

    def __init__(self, block: Block, start: int, cursor: Cursor) -> None:
        self.block = block
        self.start = self.end = start
        self.frames: list[tuple[int, Frame]] = []
        """The frames, each with the place it begins at."""
        self.strands: list[Strand] = []
        self.unread: list[int] = []
        """Places of lines that carry numbers and that nothing claims."""
        self.epoch, self.epochs, self.steps = cursor.epoch, cursor.epochs, cursor.steps
        self._cursor = cursor
        self._known: dict[Family | tuple[Family, bytes], Strand] = {}
        self._ranks: dict[tuple[str, Split | None, Axis], set[float | None]] = {}
        """The ranks whose values of a series are in a strand; no series may be in two, lest its values lose their order."""

    def gather(self, caches: Caches, frame: Frame, upto: int) -> None:
        """Take the lines up to one that cannot be read together with them; `caches` tells what is known of shapes in a frame."""
        self.end = self.start
        self.frames = [(self.start, frame)]
        while self.end < upto and self._gather(caches[self.frame], upto) and self.frame in caches:
            pass

    @property
    def frame(self) -> Frame:
        """The frame after the last line."""
        return self.frames[-1][1]

    def _gather(self, cache: dict[bytes, Entry], upto: int) -> bool:  # noqa: C901 - one loop, run for every line
        """Take the lines of one frame; returns whether another frame begins behind them."""
        known, unread, frame, at = self._known, self.unread, self.frame, self.end - 1
        entries = map(cache.get, islice(self.block.shapes, self.end, upto))
        found = zip(count(self.end), entries, islice(self.block.raws, self.end, upto), strict=False)  # the counter has no end
        last: Family | None = None  # the family of the line before, where nothing but its name tells its lines from others
        strand: Strand | None = None
        for at, entry, raw in found:
            if entry is None:
                break
            family = entry.family
            if family is not None:
                if family is last and strand is not None:
                    strand.places.append(at)
                    strand.parts.extend(entry.unpack(raw))
                    continue
                after = family.frame or frame
                if after is not frame and after != frame and (frame.split or after.split):
                    break
                parts = entry.unpack(raw)
                strand = known.get(family if family.rank < 0 else (family, parts[family.rank]))
                if strand is None:
                    strand = self._open(family, parts)
                    if strand is None:
                        break
                strand.places.append(at)
                strand.parts.extend(parts)
                if after is not frame and after != frame:
                    self.frames.append((at + 1, after))
                    self.end = at + 1
                    return True
                last = family if family.rank < 0 else None
            elif not entry.quiet:
                break
            elif entry.has_number:
                unread.append(at)
        else:
            at += 1
        self.end = at
        return False

    def _open(self, family: Family, parts: Parts) -> Strand | None:
        """Begin a strand; None where its lines cannot be read together with those of the others."""
        cursor = self._cursor
        rank = number(parts[family.rank]) if family.rank >= 0 else None
        axis = axis_of(family, rank, cursor)
        if axis is None:
            return None
        if cursor.step is None and (
            any((s.family.step >= 0) != (family.step >= 0) for s in self.strands)
            or (family.step < 0 and cursor.steps is not None)
        ):
            return None
        ranks = [self._ranks.setdefault((spec.name, spec.split, axis), set()) for spec in family.specs]
        if any(others and (rank is None or rank in others or None in others) for others in ranks):
            return None
        for others in ranks:
            others.add(rank)
        strand = Strand(family, axis, rank)
        self._known[family if family.rank < 0 else (family, parts[family.rank])] = strand
        self.strands.append(strand)
        return strand

    def take_apart(self, limit: int) -> int:
        """Make the columns of the lines before place `limit`; returns how many lines of a family there are."""
        end = min(self.end, limit)
        for strand in self.strands:
            odd = strand.take_apart(self._cursor)
            end = end if odd is None else min(end, odd)
        self.end = end
        self.frames = [(at, frame) for at, frame in self.frames if at <= end]
        self.unread = self.unread[: bisect_left(self.unread, end)]
        self.strands = [s for s in self.strands if s.places[0] < end]
        return sum(bisect_left(s.places, end) for s in self.strands)

    def inherit(self) -> None:
        """Give each row the step that holds there."""
        inheriting = [s for s in self.strands if s.family.step < 0 and s.family.tells]
        if not inheriting:
            return
        stepping = [s for s in self.strands if s.family.step >= 0]
        told = sorted((place, step) for s in stepping for place, step in zip(s.places, s.steps, strict=True)) if stepping else []
        before = NAN if self._cursor.step is None else self._cursor.step
        places, steps = [place for place, _ in told], [before, *(step for _, step in told)]
        for strand in inheriting:
            strand.steps = array("d", [steps[bisect_left(places, at)] for at in strand.places])

    @property
    def names_rank(self) -> bool:
        """Whether a line says which rank printed it."""
        return any(strand.rank is not None for strand in self.strands)

    def until_looks(self, looks: Looks, rank: float | None, start: int, until: int) -> Iterator[tuple[int, int]]:
        """Yield the lines between two places in pieces, `start` and `end` of each, up to the next look; the caller counts."""
        axes: tuple[Axis, ...] = ("step", "index")
        ordered = [(axis, places) for axis in axes if (places := self._places(axis, rank))]
        while start < until:
            end = until
            for axis, places in ordered:
                at = bisect_left(places, start) + looks.until_look(axis) - 1
                end = min(end, places[at] + 1) if at < len(places) else end
            yield start, end
            start = end

    def _places(self, axis: Axis, rank: float | None) -> list[int]:
        """Return where the lines stand, in order, that count as values of an axis: those of the run's rank."""
        counted = [s.places for s in self.strands if s.axis == axis and s.family.specs and s.rank in (None, rank)]
        return counted[0] if len(counted) == 1 else sorted(chain.from_iterable(counted))

    def slices(self, start: int, end: int) -> list[Slice]:
        """Return what lies between two places, the strands in the order of their first rows."""
        found = ((s, bisect_left(s.places, start), bisect_left(s.places, end)) for s in self.strands)
        return [Slice(s, a, b) for s, a, b in found if a < b]

    def time_at(self, place: int) -> str | None:
        """Return the time stamp that holds at a place."""
        newest = max(
            ((s.places[i - 1], s.times[i - 1]) for s in self.strands if s.times and (i := bisect_left(s.places, place + 1))),
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
        cursor.fresh = max(ends, key=_last).strand.family.bare if ends else cursor.fresh
        stepping = [(s.last, s.strand.steps[s.end - 1]) for s in ends if s.strand.family.step >= 0]
        if stepping:
            cursor.step = max(stepping)[1]

    def readings(self, slices: list[Slice]) -> list[Reading]:
        """Return the rows of the slices as single readings, in the order of the log."""
        rows = [row for s in slices if s.strand.family.specs for row in self._rows(s)]
        rows.sort(key=itemgetter(0))
        return [reading for _, reading in rows]

    def _rows(self, found: Slice) -> Iterator[tuple[int, Reading]]:
        strand, lines = found.strand, self.block
        family, own = strand.family, bool(strand.times)
        rank = None if strand.rank is None else int(strand.rank)
        for i in range(found.start, found.end):
            at = strand.places[i]
            line, step = lines[at], strand.steps[i]
            yield (
                at,
                Reading(
                    family.specs,
                    tuple([column[i] for column in strand.columns]),
                    strand.axis,
                    self.epoch,
                    step if step == step else None,
                    strand.times[i].decode("ascii", "replace") if own else self.time_at(at),
                    rank,
                    line.number,
                    line.offset,
                    line.part,
                    family.dialect,
                ),
            )


def _last(found: Slice) -> int:
    return found.last
