"""Thinning a long column of values so that its picture stays true: no spike is averaged away, no stretch is thinned more.

The values are kept as buckets of equally many points; of each, the lowest and the highest remain, in their order (with the
first value that is no number, where there is one). When the buckets themselves become too many, neighbours are joined. The
newest points stay as they are.
"""

from __future__ import annotations

import math
from array import array
from itertools import chain
from operator import itemgetter

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    Columns = tuple[array[float], array[float], array[float], array[int]]

FRESH: Final = 256
"""So many of the newest points are never thinned: who follows a series sees each of them first."""
_FIRST_BUCKET: Final = 4


class Thinning:
    """Where a series is thinned already, and how coarsely.

    Args:
        cap: so many kept points are too many; after thinning at most three quarters of them remain.
    """

    def __init__(self, cap: int) -> None:
        self._most = cap // 2
        self._bucket = _FIRST_BUCKET
        self._thinned = 0

    def thin(self, columns: Columns) -> None:
        """Thin the raw part of the columns (values first) in place, and all of it more coarsely if it must be."""
        values = columns[0]
        raw = len(values) - FRESH - self._thinned
        until = self._thinned + raw - raw % self._bucket
        self._keep(columns, self._thinned, until, _of_buckets(values, self._thinned, until, self._bucket))
        while self._thinned > self._most:
            self._bucket *= 2
            until, self._thinned = self._thinned, 0
            self._keep(columns, 0, until, _of_buckets(values, 0, until, 4))  # two buckets, of two kept points each

    def _keep(self, columns: Columns, start: int, end: int, kept: list[int]) -> None:
        if not kept:
            return
        pick = itemgetter(*kept, *kept[:1])  # of one place alone it would make no tuple
        for column in columns[:3]:
            column[start:end] = array("d", pick(column)[:-1])
        columns[3][start:end] = array("q", pick(columns[3])[:-1])
        self._thinned = start + len(kept)


def _of_buckets(values: array[float], start: int, end: int, size: int) -> list[int]:
    """Return the places of the values that remain of each bucket of `size` values, in order."""
    whole = start + (end - start) // size * size
    part = values[start:whole]
    total = sum(part)
    if total - total != 0.0:
        return list(chain.from_iterable(_extremes(values, at, min(at + size, end)) for at in range(start, end, size)))
    kept = _of_fours(part, start) if size == 4 else _of_wholes(part, start, size)
    if whole < end:
        kept.extend(_extremes(values, whole, end))
    return kept


def _of_wholes(part: array[float], start: int, size: int) -> list[int]:
    """Return what `_extremes` does for each whole bucket, where all values are finite; in half the time."""
    kept: list[int] = []
    keep = kept.append
    for bucket in zip(*[iter(part)] * size, strict=True):
        low, high = bucket.index(min(bucket)), bucket.index(max(bucket))
        if low == high:
            high = size - 1
        keep(start + low if low < high else start + high)
        keep(start + high if low < high else start + low)
        start += size
    return kept


def _of_fours(part: array[float], start: int) -> list[int]:
    """Do the same for buckets of four, as most are: comparing by hand takes two fifths of the time that `min` and `max` take."""
    kept: list[int] = []
    for a, b, c, d in zip(*[iter(part)] * 4, strict=True):
        low = high = start
        least = most = a
        if b < a:
            low, least = start + 1, b
        elif b > a:
            high, most = start + 1, b
        if c < least:
            low, least = start + 2, c
        elif c > most:
            high, most = start + 2, c
        if d < least:
            low = start + 3
        elif d > most or low == high:  # all the same: the first and the last
            high = start + 3
        kept += (low, high) if low < high else (high, low)
        start += 4
    return kept


def _extremes(values: array[float], start: int, end: int) -> Iterable[int]:
    bucket = values[start:end]
    total = sum(bucket)
    if total - total != 0.0 and (odd := [i for i, v in enumerate(bucket) if not math.isfinite(v)]):
        return sorted({start + odd[0], start + max(range(len(bucket)), key=bucket.__getitem__)})
    low, high = bucket.index(min(bucket)), bucket.index(max(bucket))
    if low == high:  # all the same
        return (start, end - 1) if end - start > 1 else (start,)
    return (start + low, start + high) if low < high else (start + high, start + low)
