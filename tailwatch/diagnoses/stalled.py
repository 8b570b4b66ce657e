"""The process lives, but the log has stood still for far longer than this run ever let pass.

Silence is judged by the run's own rhythm: prints that are block-buffered arrive in bursts of 8 KB. While that rhythm is not
known yet (the log was only just opened), ten minutes are allowed.
"""

from __future__ import annotations

from tailwatch.core.events import Evidence, Opinion, Place, Text
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

_LEAST: Final = 60.0
_TIMES_LONGEST: Final = 8.0
_UNKNOWN_RHYTHM: Final = 600.0
_ENOUGH_GAPS: Final = 3

TITLE = "Nothing has been written for a long time (over {limit:.0f} s), though the process lives."
WHY = (
    "The longest silence of this run so far was {longest:.0f} s. Usual causes: a deadlock (NCCL, data-loader workers), "
    "a hanging file system, or a very long evaluation."
)
STACK = "See where it stands: `py-spy dump --pid PID`, and `nvidia-smi` for the GPU's load."
BUFFER = "If it is only buffering, run it with `python -u` (or PYTHONUNBUFFERED=1)."


class Judge:
    """Compares the present silence with the run's longest one."""

    ID: ClassVar[str] = "stalled"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("tick", "epoch", "step", "mark", "message"))
    awaits: tuple[Series, ...] | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Say so while it lasts."""
        del changed
        clock = run.clock
        if not clock.writer_alive or clock.ended:
            self.awaits = ()
            return ()
        self.awaits = None
        limit = max(_LEAST, _TIMES_LONGEST * clock.longest_gap)
        if clock.gaps < _ENOUGH_GAPS:
            limit = max(limit, _UNKNOWN_RHYTHM)
        if clock.silence > limit:
            at = Place(run.progress.epoch, run.progress.step, max(run.line, 1), run.part)
            values = {"limit": limit, "longest": clock.longest_gap}
            evidence = (Evidence(at.line, Text("the last line so far")),)
            actions = (Text(STACK), Text(BUFFER))
            return (Opinion(self.ID, "warning", at, Text(TITLE, values), Text(WHY, values), actions, evidence),)
        return ()
