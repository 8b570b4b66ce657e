"""The book of findings: opens, updates and closes what the diagnoses hold true, each exactly once.

A diagnosis only says what is true of the run now; this book remembers since when it was said, when it was first raised
(warning or above) and when it ceased to hold. The order of events is that of the log, never of its chunks.
"""

from __future__ import annotations

from tailwatch.core.drafts import is_unchanged
from tailwatch.core.events import Finding
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from tailwatch.core.events import Opinion, Place
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

Watch = Literal["epoch", "step", "nonfinite", "mark", "setting", "message", "segment", "tick", "end"]
"""What changed in the run: an epoch-axis point, a running point, a NaN or inf, ...; `tick` is the clock, `end` the log's end."""


class Diagnosis(Protocol):
    """One file in tailwatch/diagnoses/ holds one class `Judge` of this form; it is made anew for each segment of the run.

    `look` is called after every log line that changed something named in `WATCHES` (`step` only every 32nd running point, results
    seldom once there are thousands, see `rhythm.py`; both are counted, so that no chunk border matters). It yields what it holds
    true now; to keep a finding from flickering it goes on yielding it until the run has clearly recovered. What it stops yielding
    is closed.

    Attributes:
        awaits: the series of which new values can change what it holds, if nothing but values comes; None if it must see every
            look. It is read after each look.
    """

    ID: ClassVar[str]
    WATCHES: ClassVar[frozenset[Watch]]

    @property
    def awaits(self) -> tuple[Series, ...] | None:
        """The series it waits for, or None."""
        ...

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Return the opinions that hold now."""
        ...


_FIRST: Final = ("overfitting", "not_a_number", "diverged", "crashed", "out_of_memory", "killed")
"""Among findings of one severity these are named first: they tell what the run came to, others why."""


_NONE: Final[frozenset[str]] = frozenset()


class FindingChange(NamedTuple):
    """What happened to a finding; `raised` says that it reached warning or above for the first time."""

    what: Literal["opened", "updated", "closed"]
    finding: Finding
    raised: bool


class FindingBook:
    """All findings of a run in the order of their opening."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._open: dict[str, int] = {}
        self.held: dict[str, AbstractSet[str]] = {}
        """The keys of the open findings of each diagnosis that holds some."""

    @property
    def open(self) -> list[Finding]:
        """The findings that hold now, gravest first, then the oldest first."""
        grave = {"critical": 0, "warning": 1, "info": 2}
        held = (self.findings[i] for i in self._open.values())
        return sorted(held, key=lambda f: (grave[f.opinion.severity], f.opinion.id not in _FIRST, f.opened.part, f.opened.line))

    def settle(self, diagnosis: str, segment: int, opinions: Iterable[Opinion], now: Place) -> list[FindingChange]:
        """Bring the findings of one diagnosis in one segment in line with its opinions; return what changed."""
        changes: list[FindingChange] = []
        held: set[str] = set()
        for opinion in opinions:
            key = f"{opinion.id}/{segment}/{opinion.series}"
            held.add(key)
            changes.extend(self._hold(key, opinion, segment, now))
        owned = self.held.get(diagnosis, _NONE)
        if owned != held:
            changes.extend(self._close(key, now) for key in sorted(owned - held, key=self._open.__getitem__))
            if held:
                self.held[diagnosis] = held
            else:
                del self.held[diagnosis]
        return changes

    def _hold(self, key: str, opinion: Opinion, segment: int, now: Place) -> list[FindingChange]:
        alarm = opinion.severity != "info"
        at = opinion.told or now
        index = self._open.get(key)
        if index is None:
            finding = Finding(key, opinion, segment, now, at if alarm else None)
            self._open[key] = len(self.findings)
            self.findings.append(finding)
            return [FindingChange("opened", finding, raised=alarm)]
        old = self.findings[index]
        if is_unchanged(old.opinion, opinion):
            return []
        raised = alarm and old.raised is None
        finding = Finding(key, opinion, old.segment, old.opened, at if raised else old.raised)
        self.findings[index] = finding
        return [FindingChange("updated", finding, raised)]

    def _close(self, key: str, now: Place) -> FindingChange:
        index = self._open.pop(key)
        finding = self.findings[index]._replace(closed=now)
        self.findings[index] = finding
        return FindingChange("closed", finding, raised=False)
