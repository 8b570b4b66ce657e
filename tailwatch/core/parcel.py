"""Lines that were read together, as they go from the process that read them to the one that judges them: columns, no text."""

from __future__ import annotations

from array import array
from bisect import bisect_left

from tailwatch.core.block import Block
from tailwatch.core.columns import Strand
from tailwatch.core.cursor import Cursor
from tailwatch.core.events import EMPTY_FRAME
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, cast
from tailwatch.core.weaving import Weave

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.core.events import Axis
    from tailwatch.core.families import Family


class Row(NamedTuple):
    """A strand. Places are a range where nothing lies between; `lines` is None where they are the same; `times` are stamps."""

    family: Family
    axis: Axis
    rank: float | None
    places: Sequence[int]
    lines: Sequence[int] | None
    columns: list[array[float]]
    steps: array[float]
    times: bytes


class Parcel(NamedTuple):
    """A stretch of lines, whose places count from its own beginning. Their text stays behind: the run does not ask for it."""

    part: int
    numbers: array[int]
    starts: array[int]
    epoch: float | None
    epochs: float | None
    steps: float | None
    time: str | None
    rows: list[Row]


def packed(woven: Weave) -> Parcel:
    """Pack a stretch."""
    block, start, end = woven.block, woven.start, woven.end
    return Parcel(
        block[start].part,
        array("q", block.numbers[start:end]),
        array("q", block.starts[start:end]),
        woven.epoch,
        woven.epochs,
        woven.steps,
        woven.time_before,
        [_row(strand, start, end) for strand in woven.strands],
    )


def _row(strand: Strand, start: int, end: int) -> Row:
    count = bisect_left(strand.places, end)
    return Row(
        strand.family,
        strand.axis,
        strand.rank,
        _from(start, strand.places[:count]),
        None if strand.lines is strand.places else _from(start, strand.lines[:count]),
        [column[:count] for column in strand.columns],
        strand.steps[:count],
        b"\n".join(strand.times[:count]),
    )


def _from(start: int, places: list[int]) -> Sequence[int]:
    first, last = places[0] - start, places[-1] - start
    return range(first, last + 1) if last - first == len(places) - 1 else array("q", [at - start for at in places])


def unpacked(parcel: Parcel) -> Weave:
    """Return the stretch as the run is told of it."""
    cursor = Cursor()
    cursor.epoch, cursor.epochs, cursor.steps, cursor.time = parcel.epoch, parcel.epochs, parcel.steps, parcel.time
    block, count = Block(0.0, parcel.part), len(parcel.numbers)
    block.raws = [b""] * count
    block.numbers, block.starts = parcel.numbers.tolist(), parcel.starts.tolist()
    return Weave(block, 0, count, [_strand(row) for row in parcel.rows], [], EMPTY_FRAME, cursor)


def _strand(row: Row) -> Strand:
    strand = Strand(row.family, row.rank)
    strand.axis = row.axis
    strand.places = cast("list[int]", row.places)  # nothing is added any more
    strand.lines = strand.places if row.lines is None else cast("list[int]", row.lines)
    strand.columns, strand.steps = row.columns, row.steps
    strand.times = row.times.split(b"\n") if row.family.time >= 0 else []
    return strand
