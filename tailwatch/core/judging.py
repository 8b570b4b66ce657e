"""Asking the diagnoses: which of them watch what changed, and keeping their opinions in the book of findings.

Most looks are for new values of one or two series, and most diagnoses wait for others. So each says what it awaits, and who need
not be asked for the series that moved is worked out once for each set of them. Anything else that changes (a mark, a setting, a
message, a new series) may change everything: then each is asked at the next look at something that it watches.
"""

from __future__ import annotations

from tailwatch.core.findings import FindingBook
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.findings import Diagnosis, FindingChange, Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

    Moved = frozenset[Series]

VALUES: Final[frozenset[Watch]] = frozenset(("epoch", "step"))
_JUST: Final[dict[Watch, frozenset[Watch]]] = {"epoch": frozenset(("epoch",)), "step": frozenset(("step",))}
_MOST_KNOWN: Final = 256
"""So many sets of series are remembered, each with those who are to be asked for it."""


class Bench:
    """The judges of one log; they are made anew for each segment of its run.

    Args:
        run: what they look at.
        make: makes one judge of each kind; one that watches `step` watches `epoch` as well.
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
        self._stir()

    def _stir(self) -> None:
        """From now on nobody has seen how things stand."""
        segment = self._run.segment
        self._aware: set[Diagnosis] = set()
        self._known: dict[tuple[frozenset[Watch], Moved], list[Diagnosis]] = {}
        self._unseen: Moved = frozenset()  # what moved before looks at running values, which not all watch
        self._count, self._part = segment.reckoned, self._run.part

    def judge_changes(self) -> list[FindingChange]:
        """Ask about all that changed in the run since the last call; a restart ends what was held of the run before it."""
        run = self._run
        changed = frozenset(run.changed)
        run.changed.clear()
        changes: list[FindingChange] = []
        if run.segments[-1].number != self._segment:
            for judge in self._judges:
                if judge.ID in self.book.held:
                    changes += self.book.settle(judge.ID, self._segment, (), run.here)
            self._seat()
        return changes + self.judge(changed) if changed else changes

    def judge(self, changed: frozenset[Watch]) -> list[FindingChange]:
        """Ask the judges that watch one of these changes; returns what that did to the findings."""
        changes: list[FindingChange] = []
        run, held, here = self._run, self.book.held, None
        for judge in self._asked(changed):
            before = judge.awaits
            opinions = judge.look(run, changed)
            after = judge.awaits
            if after is not before and after != before:
                self._known.clear()
            if opinions or judge.ID in held:
                here = here or run.here
                changes += self.book.settle(judge.ID, self._segment, opinions, here)
        return changes

    def asks_nobody(self, watched: Watch, series: frozenset[Series]) -> bool:
        """Whether nobody would be asked at a look at new values of these series (`epoch` results or running ones)."""
        run = self._run
        if run.changed or run.segment.number != self._segment or self._is_stirred():
            return not self._judges
        return not self._concerned(_JUST[watched], self._unseen | run.segment.moved | series)

    def _is_stirred(self) -> bool:
        run = self._run
        return run.segments[-1].reckoned != self._count or run.part != self._part

    def _asked(self, changed: frozenset[Watch]) -> list[Diagnosis]:
        """Return the judges that may hold something else now, and note that they are asked."""
        segment = self._run.segments[-1]
        if not changed <= VALUES:
            if "end" in changed:
                segment.reckoned = len(segment.series)
            self._stir()
        elif self._is_stirred():
            self._stir()
        moved = self._unseen | segment.moved
        segment.moved.clear()
        self._unseen = frozenset() if "epoch" in changed else moved
        asked = self._concerned(changed, moved)
        self._aware.update(asked)
        return asked

    def _concerned(self, changed: frozenset[Watch], moved: Moved) -> list[Diagnosis]:
        """Return the judges that must see new values of the series that moved."""
        asked = self._known.get((changed, moved))
        if asked is None:
            watching = self._watching.get(changed)
            if watching is None:
                watching = self._watching[changed] = [judge for judge in self._judges if judge.WATCHES & changed]
            aware = self._aware
            asked = [j for j in watching if j not in aware or j.awaits is None or not moved.isdisjoint(j.awaits)]
            if aware.issuperset(watching) and len(self._known) < _MOST_KNOWN:
                self._known[changed, moved] = asked
        return asked
