"""A message came of which the user asked to be told (`[[message]]` with verdict "alert" in the configuration)."""

from __future__ import annotations

from tailwatch.core import endings
from tailwatch.core.events import Evidence, Opinion, Place
from tailwatch.core.sanitise import sanitise
from tailwatch.core.text import Text
from tailwatch.core.typed import TYPE_CHECKING, ClassVar
from tailwatch.core.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

TITLE = "You asked to be told of this message: {what}"
WHY = "It came on line {line}; your configuration marks it with the verdict alert."
ACTION = "Look at the log around that line; take the table out of the configuration if it should be quiet again."
MAX_ASKED = 50


class Judge:
    """Holds one finding for each message that was asked for."""

    ID: ClassVar[str] = "asked_for"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("message", "end"))
    awaits: tuple[Series, ...] | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterator[Opinion]:  # noqa: ARG002
        """Say that it came."""
        for spoken in list(run.asked.values())[:MAX_ASKED]:
            if spoken.line < run.segment.first_line and spoken.part == run.part:
                continue
            what = wording(endings.headline(spoken))
            values = {"what": what, "line": spoken.line}
            yield Opinion(
                self.ID,
                "warning",
                Place(run.progress.epoch, run.progress.step, spoken.line, spoken.part),
                Text(TITLE, values),
                Text(WHY, values),
                (Text(ACTION),),
                (Evidence(spoken.line, what),),
                spoken.rule or sanitise(spoken.template)[:80],
            )
