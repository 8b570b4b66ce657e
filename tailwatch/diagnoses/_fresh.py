"""Taking the points of a growing series once each, however often one looks and however it was thinned meanwhile."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series


_SETTLED: Final = 12


class Rest:
    """Spares a judge the looks at a series in which nothing can have changed, as it must have so many points more for that.

    Where points are replaced (two values of one name at each epoch), the first ones are missed: there it does not rest.
    """

    def __init__(self) -> None:
        self._series: Series | None = None
        self._until = self._known = 0

    def begin(self, run: Run, series: Series, points: int) -> None:
        """Rest while fewer than so many points come; a new series in the run may mean that another one is to be judged."""
        if points > 1 and series.points > _SETTLED and series.axis == "epoch":  # others are thinned before they are seen
            self._series, self._until, self._known = series, series.points + points, run.segments[-1].reckoned

    def goes_on(self, run: Run) -> bool:
        """Whether nothing can have changed yet."""
        series = self._series
        if series is None or series.points >= self._until or series.version > series.points:
            return False
        return run.segments[-1].reckoned == self._known


class Fresh:
    """Remembers how far a series was read; a thinned series keeps its newest points, so the new ones are at its end."""

    def __init__(self) -> None:
        self._series: Series | None = None
        self._taken = 0

    def is_other(self, series: Series) -> bool:
        """Whether this is another series than the one taken before, so that all must begin anew."""
        return series is not self._series

    def take(self, series: Series) -> range:
        """Return the indices, in the kept columns, of the points that were added since the last call."""
        if series is not self._series:
            self._series, self._taken = series, 0
        kept = len(series.values)
        new = min(series.points - self._taken, kept)
        self._taken = series.points
        return range(kept - new, kept)
