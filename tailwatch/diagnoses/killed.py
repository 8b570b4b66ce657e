"""The run was ended from outside: a signal, the scheduler, or the machine's memory watchdog; or its process is just gone.

SIGKILL leaves no word in the log. When the writing process was seen and is gone, the planned epochs are not done and nothing
in the log says why, the run is taken for killed.
"""

from __future__ import annotations

from tailwatch.core import endings
from tailwatch.core.events import Evidence, Opinion, Place, Text
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._ending import Ending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

_TICKS_GONE: Final = 3

TITLE = "The run was killed in {where}: {what}"
TITLE_GONE = "The writing process is gone at epoch {epoch:g} of {epochs:g}, without a word."
WHY_GONE = (
    "Nothing in the log says why: that is how SIGKILL looks "
    "(out of memory on the machine, the scheduler, or a lost session without nohup)."
)
LOOK = "Look at `dmesg | tail` and the scheduler's record; start it again under nohup, tmux or the scheduler."


class Judge:
    """Names what killed the run."""

    ID: ClassVar[str] = "killed"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("message", "epoch", "step", "tick", "end"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._ending = Ending(self.ID, TITLE)
        self._seen_alive = False
        self._gone = 0

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Say so when a signal was the last word, or when the process vanished."""
        fatal = self._ending.cause(run, changed)
        self.awaits = self._ending.awaits
        if fatal is not None:
            if endings.is_kill(fatal) and not endings.is_memory(fatal):
                return (self._ending.opinion(fatal, run),)
            return ()
        if "tick" in changed:
            self._seen_alive = self._seen_alive or run.clock.writer_alive is True
            self._gone = self._gone + 1 if run.clock.writer_alive is False else 0
        if not (self._seen_alive and self._gone >= _TICKS_GONE):
            return ()
        self.awaits, p = None, run.progress
        if p.epoch is not None and p.epochs and run.outcome() == "unknown":
            values = {"epoch": p.epoch, "epochs": p.epochs}
            at = Place(p.epoch, p.step, max(run.line, 1), run.part)
            evidence = (Evidence(at.line, Text("the last line of the log")),)
            return (Opinion(self.ID, "critical", at, Text(TITLE_GONE, values), Text(WHY_GONE), (Text(LOOK),), evidence),)
        return ()
