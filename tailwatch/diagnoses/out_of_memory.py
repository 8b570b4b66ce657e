"""The device's or the machine's memory was exhausted and the run ended.

It is said when training did not go on after the message and the writing process is gone (or cannot be known).
"""

from __future__ import annotations

from tailwatch.core import endings
from tailwatch.core.typed import TYPE_CHECKING, ClassVar
from tailwatch.diagnoses._ending import Ending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.events import Opinion
    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

TITLE = "Memory ran out in {where}: {what}"


class Judge:
    """Names what ended the run."""

    ID: ClassVar[str] = "out_of_memory"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("message", "epoch", "step", "tick", "end"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._ending = Ending(self.ID, TITLE)

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Say so when a fatal message was the last word."""
        fatal = self._ending.cause(run, changed)
        self.awaits = self._ending.awaits
        if fatal is not None and endings.is_memory(fatal):
            return (self._ending.opinion(fatal, run),)
        return ()
