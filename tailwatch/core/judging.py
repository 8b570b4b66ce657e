"""Asking the diagnoses: which of them watch what changed, and keeping their opinions in the book of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailwatch.core.findings import FindingBook

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.findings import Diagnosis, FindingChange, Watch
    from tailwatch.core.run import Run


class Bench:
    """The judges of one log; they are made anew for each segment of its run.

    Args:
        run: what they look at.
        make: makes one judge of each kind.
    """

    def __init__(self, run: Run, make: Callable[[], list[Diagnosis]]) -> None:
        self.book = FindingBook()
        self._run = run
        self._make = make
        self._seat()

    def _seat(self) -> None:
        self._segment = self._run.segment.number
        self._judges = self._make()
        self._watching: dict[frozenset[Watch], list[Diagnosis]] = {}

    def judge_changes(self) -> list[FindingChange]:
        """Ask about all that changed in the run since the last call; a restart ends what was held of the run before it."""
        changed = frozenset(self._run.changed)
        self._run.changed.clear()
        changes: list[FindingChange] = []
        if self._run.segment.number != self._segment:
            for judge in self._judges:
                changes += self.book.settle(judge.ID, self._segment, (), self._run.here)
            self._seat()
        return changes + self.judge(changed) if changed else changes

    def judge(self, changed: frozenset[Watch]) -> list[FindingChange]:
        """Ask the judges that watch one of these changes; returns what that did to the findings."""
        changes: list[FindingChange] = []
        here = None
        for judge in self._asked(changed):
            opinions = list(judge.look(self._run, changed))
            if opinions or self.book.holds(judge.ID):
                here = here or self._run.here
                changes += self.book.settle(judge.ID, self._segment, opinions, here)
        return changes

    def _asked(self, changed: frozenset[Watch]) -> list[Diagnosis]:
        found = self._watching.get(changed)
        if found is None:
            found = self._watching[changed] = [judge for judge in self._judges if judge.WATCHES & changed]
        return found
