"""Whether a run has done what it was to do, asked after every line without counting its marks each time."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.events import Mark
    from tailwatch.core.run import Run


class NewMarks:
    """Hands out the marks of a segment once each."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self, run: Run) -> list[Mark]:
        """Return the marks that were set since the last call."""
        marks = run.segments[-1].marks
        if len(marks) == self._taken:  # most often
            return []
        new = marks[self._taken :]
        self._taken += len(new)
        return new


class Over:
    """Remembers whether early stopping or the end was announced; the planned end counts as well."""

    def __init__(self) -> None:
        self._marks = NewMarks()
        self._announced = False

    def of(self, run: Run) -> bool:
        """Return whether the run stopped early or finished its plan."""
        self._announced |= any(m.kind in ("early_stop", "end") for m in self._marks.take(run))
        return self._announced or run.complete()

    def is_past(self, run: Run) -> bool:
        """Return whether nothing is left to be stopped: it is over by its own word, or nobody writes the log any more."""
        return run.clock.ended or run.clock.is_over or self.of(run)
