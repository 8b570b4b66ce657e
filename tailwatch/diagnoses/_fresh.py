"""Taking the points of a growing series once each, however often one looks and however it was thinned meanwhile."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.series import Series


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
