"""Telling by its evaluations that a run which names no epochs began again: they stand at the first one's step once more.

So it is where the next run goes on with nanoGPT's or a boosting library's log, and where the folds of a cross-validation follow
one another. Running values do not tell: what counts the batches of an epoch that is named nowhere begins anew with each.
"""

from __future__ import annotations

from tailwatch.core.series import SeriesKey
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tailwatch.core.events import Axis, SeriesSpec
    from tailwatch.core.segment import Segment
    from tailwatch.core.weaving import Slice

SURE_AFTER: Final = 3
"""So many evaluations show that steps grow from one to the next."""
_RESULTS: Final = ("val", "test")


def begins_again(segment: Segment, specs: Iterable[SeriesSpec], axis: Axis, step: float) -> bool:
    """Whether an evaluation of a run without epochs shows that another run began, or the same one anew."""
    if axis != "epoch" or segment.first_epoch is not None:
        return False
    known = _evaluated(segment, specs)
    return known is not None and len(known) >= SURE_AFTER and step <= known[0] < known[-1]


def first_again(segment: Segment, rows: Iterable[Slice], rank: float | None) -> int | None:
    """Return the place of the first of the rows that `begins_again`, had those before it been told of; None where none does."""
    found: int | None = None
    for strand, start, end in rows:
        if strand.axis != "epoch" or strand.rank not in (None, rank):
            continue
        known = _evaluated(segment, strand.family.specs)
        if known is not None:
            at = _falls_back(known, strand.steps[start:end])
            if at is not None:
                found = strand.places[start + at] if found is None else min(found, strand.places[start + at])
    return found


def _evaluated(segment: Segment, specs: Iterable[SeriesSpec]) -> Sequence[float] | None:
    """Return the steps at which the first series of validation or test data was measured; None where the line has none."""
    spec = next((spec for spec in specs if spec.split in _RESULTS), None)
    if spec is None:
        return None
    series = segment.series.get(SeriesKey(spec.name, spec.split, "epoch"))
    return () if series is None else series.steps


def _falls_back(known: Sequence[float], steps: Sequence[float]) -> int | None:
    """Return which of the steps, the first of them that does, stands no later than the first evaluation, after enough others."""
    first, count = known[0] if known else steps[0], len(known)
    late = steps[max(0, SURE_AFTER - count) :]
    if not late or min(late) > first:
        return None  # as nearly always
    last = known[-1] if known else first
    for at, step in enumerate(steps):
        if count >= SURE_AFTER and step <= first < last:
            return at
        count += step != last or not count
        last = step
    return None
