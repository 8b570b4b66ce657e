"""Telling the run of lines that were read together: what `Run.apply` does with each of them, series by series."""

from __future__ import annotations

from array import array
from itertools import chain
from operator import eq

from tailwatch.core.again import first_again
from tailwatch.core.columns import NAN
from tailwatch.core.events import Progress
from tailwatch.core.typed import TYPE_CHECKING
from tailwatch.core.weaving import AXES, Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tailwatch.core.events import Axis
    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series
    from tailwatch.core.weaving import Weave

    Stood = dict[tuple[int, int, int], tuple[array[float], array[float], list[int] | None]]
    """Epochs and steps of the rows of a slice, and which are the last at theirs."""
    Nobody = Callable[[Watch, frozenset[Series]], bool]
    """Says whether a look at new values of these series would ask nobody, see `judging.py`."""


def tell(run: Run, woven: Weave, start: int, until: int, asks_nobody: Nobody) -> Iterator[tuple[int, list[Slice]]]:
    """Tell the run of the lines between two places, up to each look of the diagnoses; not up to one that asks nobody.

    Yields the place behind each piece and its rows with values.
    """
    while start < until and woven.epoch is not None and woven.epoch != run.progress.epoch:
        start, told = _tell_one(run, woven, start, until)  # it begins another epoch, or goes on with one that was left
        yield start, told
        if _stands_ahead(run, woven.epoch):
            break
    while (place := _next_beginning(run, woven, start, until)) is not None:
        yield from _in_pieces(run, woven, start, place, asks_nobody)
        start, told = _tell_one(run, woven, place, until)
        yield start, told
    yield from _in_pieces(run, woven, start, until, asks_nobody)


def _next_beginning(run: Run, woven: Weave, start: int, until: int) -> int | None:
    """Return the place of the first line that shows that a run without epochs began again."""
    if woven.epoch is not None or run.segment.first_epoch is not None or start >= until:
        return None
    return first_again(run.segment, woven.slices(start, until), run.rank)


def _in_pieces(run: Run, woven: Weave, start: int, until: int, asks_nobody: Nobody) -> Iterator[tuple[int, list[Slice]]]:
    """Tell the run of lines among which no epoch and no run begins."""
    numbers = woven.block.numbers
    taking: dict[Axis, frozenset[Series]] = {}

    def spared(axis: Axis) -> bool:
        """Whether nobody would be asked about new values of an axis, as far as these lines hold any."""
        series = taking.get(axis)
        if series is None:
            told = [s for s in woven.strands if s.axis == axis and s.family.specs]
            known = [run.segment.known_series(s.family, axis) for s in told if s.rank in (None, run.rank)]
            if None in known:
                return False
            series = frozenset(chain.from_iterable(one for one in known if one is not None))
            if run.rank is not None or not woven.names_rank:
                taking[axis] = series  # all have taken values, and there will be no others
        return asks_nobody("step" if axis == "step" else "epoch", series)

    doubtful = run.last_words.pending
    for begin, end in woven.until_looks(run.looks, run.rank, start, until, doubtful=doubtful, spared=spared):
        slices = woven.slices(begin, end)
        run.line = numbers[end - 1]
        if woven.names_rank:
            others = [s for s in slices if run.is_other_rank(s.strand.rank)]
            run.other_ranks += sum((s.end - s.start) * len(s.strand.family.specs) for s in others)
            own = [s for s in slices if s not in others]
        else:
            own = slices
        _take_in(run, woven, [s for s in own if s.strand.family.tells])
        yield end, [s for s in slices if s.strand.family.specs]


def _stands_ahead(run: Run, epoch: float) -> bool:
    """Whether lines of an epoch, of which one was told, leave the run in the next: epochs count from 0 here, and from 1 there."""
    first, at = run.segment.first_epoch, run.progress.epoch
    if first is None or at is None or run.resumed_from:
        return False
    return first < epoch < at and epoch >= run.segment.max_epoch - 1


def _tell_one(run: Run, woven: Weave, start: int, until: int) -> tuple[int, list[Slice]]:
    """Tell the run of the first line that says something, by itself; returns the place behind it."""
    told = [s for s in woven.slices(start, until) if s.strand.family.tells]
    if not told:
        run.line = woven.block.numbers[until - 1]
        return until, []
    place = min(s.strand.places[s.start] for s in told)
    line = woven.block[place]
    run.line = line.number
    rows = [s for s in woven.slices(place, place + 1) if s.strand.family.tells]
    for reading in woven.readings(rows):
        run.apply(reading)
    if rows[0].strand.family.specs:
        return place + 1, rows
    step = rows[0].strand.steps[rows[0].start]
    run.apply(Progress(woven.epoch, woven.epochs, step if step == step else None, woven.steps, line.number, line.part))
    return place + 1, []


def _take_in(run: Run, woven: Weave, told: list[Slice]) -> None:
    """Take in the rows of some lines; this happens at every look, so that each pass over the strands counts."""
    if not told:
        return
    counts: dict[Axis, int] = {}
    said: dict[str, tuple[int, int]] = {}
    last = went_on = (-1, -1)
    stood: Stood = {}
    for found in told:
        strand, start, end = found
        specs, dialect = strand.family.specs, strand.family.dialect
        if specs:
            counts[strand.axis] = counts.get(strand.axis, 0) + end - start
            lines, points = said.get(dialect, (0, 0))
            said[dialect] = lines + end - start, points + (end - start) * len(specs)
            at = strand.places[end - 1], strand.lines[end - 1]
            last = max(last, at)
            if _add(run, woven, found, stood):
                went_on = max(went_on, at)
    for dialect, (lines, points) in said.items():
        run.dialects[dialect] += lines
        run.points[dialect] += points
    if went_on[1] >= 0:
        run.went_on(woven.block.numbers[went_on[1]])
    _progress(run, woven, told)
    if counts:
        stamp = woven.time_at(last[1])
        for axis in AXES:
            if axis in counts:
                run.taken(axis, counts[axis], stamp)


def _add(run: Run, woven: Weave, found: Slice, stood: Stood) -> bool:
    """Add the rows to their series; returns whether these show that training goes on."""
    strand, start, end = found
    family, count = strand.family, end - start
    taking = run.segment.series_of(family, family.specs, strand.axis)
    epoch = NAN if woven.epoch is None else woven.epoch
    if count == 1:
        number, step = woven.block.numbers[strand.lines[start]], strand.steps[start]
        for series, values in zip(taking, strand.columns, strict=True):
            if series is not None:
                series.add(values[start], epoch, step, number)
    else:
        if strand.numbers is None:
            strand.numbers = _numbers(woven.block.numbers, strand.lines)
        numbers = strand.numbers[start:end]
        key = id(strand.steps), start, end  # which the strands of a record share
        if key not in stood:
            steps = strand.steps[start:end]
            stood[key] = array("d", (epoch,)) * count, steps, _last_at_each(steps)
        epochs, steps, kept = stood[key]
        for series, values in zip(taking, strand.columns, strict=True):
            if series is None:
                run.segment.dropped_series += count - 1
            else:
                series.extend(values[start:end], epochs, steps, numbers, kept)
    return family.shows_training and any(series is not None and series.goal is not None for series in taking)


def _numbers(numbers: list[int], places: list[int]) -> array[int]:
    """Return the numbers of the lines at some places; often nothing lies between them."""
    at, to = places[0], places[-1]
    first, last = numbers[at], numbers[to]
    if last - first == to - at == len(places) - 1:
        return array("q", range(first, last + 1))
    return array("q", [numbers[place] for place in places])


def _last_at_each(steps: array[float]) -> list[int] | None:
    """Return the indices of the last row at each step; None where no two rows in a row stand at the same."""
    if not any(map(eq, steps, steps[1:])):
        return None
    last = len(steps) - 1
    return [i for i in range(last + 1) if i == last or steps[i] != steps[i + 1]]


def _progress(run: Run, woven: Weave, told: list[Slice]) -> None:
    """Put the run where the last row stands."""
    newest = max(told, key=_counts) if len(told) > 1 else told[0]
    number = woven.block.numbers[newest.last]
    old, step = run.progress, newest.strand.steps[newest.end - 1]
    epochs, steps = old.epochs, old.steps
    if any(s.strand.family.moves for s in told):
        epochs = epochs if woven.epochs is None else woven.epochs
        steps = steps if woven.steps is None else woven.steps
    stays = woven.epoch is None or (woven.epoch != old.epoch and _stands_ahead(run, woven.epoch))
    epoch = old.epoch if stays else woven.epoch
    run.progress = Progress(epoch, epochs, step if step == step else old.step, steps, number, woven.block.part)
    run.segment.last_line = number
    run.whole_epoch = newest.strand.axis == "epoch"


def _counts(found: Slice) -> tuple[int, int]:
    return found.counts
