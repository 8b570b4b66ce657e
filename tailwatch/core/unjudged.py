"""The bench of a log that nobody judges, such as one that is exported."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.findings import FindingBook, FindingChange, Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series


class Nobody:
    """Has the methods of `judging.Bench`, without judges: what changed is taken note of, and forgotten."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def book(self) -> FindingBook:
        """An empty book."""
        from tailwatch.core.findings import FindingBook  # noqa: PLC0415 - start-up counts

        return FindingBook()

    def judge_changes(self) -> list[FindingChange]:
        """Forget what changed."""
        self._run.changed.clear()
        return self.judge(frozenset())

    def judge(self, _changed: frozenset[Watch]) -> list[FindingChange]:
        """Hold nothing of what moved."""
        self._run.segment.moved.clear()
        return []

    def asks_nobody(self, _watched: Watch, _series: frozenset[Series]) -> bool:
        """Say so."""
        return True
