"""The reader thread: it owns the source and the session, so that neither a busy screen nor a stalled terminal delays reading.

The screen never waits for more than one chunk: it takes a snapshot under the lock that the thread holds while it feeds one
source event. Alarms leave from here.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.session import Session
from tailwatch.tui.snapshot import LogDelta, LogLine, Snapshot, SourceState
from tailwatch.tui.view import SnapshotMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tailwatch.core.events import Finding, Line, SourceEvent
    from tailwatch.session import Changes

LOG_LINES: Final = 5000
MAX_SHOWN_BYTES: Final = 2000
_STATES: Final = {
    "opened": "live", "waiting": "waiting", "rotated": "live", "truncated": "live", "denied": "denied", "behind": "behind",
    "lost": "lost", "ended": "ended", "read": "live",
}  # fmt: skip


class Source(Protocol):
    """Where a log comes from."""

    def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
        """Yield what happens to the log until `stop` is set or nothing more can come."""
        ...


class Feed:
    """Reads a source into a session and hands out what the screen needs.

    Args:
        source: where the events come from.
        title: how the screen names the log.
        on_change: called from the reader thread when there is something new to show, once until it was fetched.
        on_alarm: called from the reader thread when a finding is raised, also at the end of the history if it still holds.
        on_error: called from the reader thread if it fails; the argument is the exception.
        translate: from an English sentence template to another language's.
    """

    def __init__(
        self,
        source: Source,
        title: str,
        *,
        on_change: Callable[[], None] = lambda: None,
        on_alarm: Callable[[Finding], None] = lambda _finding: None,
        on_error: Callable[[BaseException], None] = lambda _error: None,
        translate: Callable[[str], str] | None = None,
    ) -> None:
        self.session = Session(keep_lines=True, live=True)
        self.source = source
        self.on_change, self.on_alarm, self.on_error = on_change, on_alarm, on_error
        self.state = SourceState()
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._maker = SnapshotMaker(title, translate)
        self._lines: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._provisional: LogLine | None = None
        self._added = 0
        self._told = False
        self._past = True  # until the source says that all that the log holds was read
        self._alarms: deque[Finding] = deque(maxlen=64)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin reading, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="tailwatch-reader", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 1.0) -> None:
        """Ask the thread to end, and wait for it a little; it never holds up the end of the program."""
        self.stopped.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def snapshot(self, seen: int) -> tuple[Snapshot, LogDelta, int, tuple[Finding, ...]]:
        """Return the present state, the log lines after the first `seen` ones, their count, and the alarms since last time."""
        with self._lock:
            self._told = False
            new = min(self._added - seen, len(self._lines))
            lines = tuple(self._lines)[len(self._lines) - new :] if new > 0 else ()
            delta = LogDelta(lines, self._provisional, max(0, self._added - seen - new))
            alarms = tuple(self._alarms)
            self._alarms.clear()
            return self._maker.make(self.session, self.state), delta, self._added, alarms

    def adopt(self, session: Session, lines: Iterable[Line]) -> None:
        """Take over a session that read the history elsewhere, in place of the present one."""
        with self._lock:
            self.session = session
            self._lines.clear()
            self._provisional = None
            self._keep(lines)
            self._settle_past()
        self._tell()

    def take(self, event: SourceEvent) -> None:
        """Feed one event; called in the reader thread, and by tests without one."""
        with self._lock:
            changes = self.session.feed(event)
            if isinstance(event, Notice):
                self._notice(event)
            self._keep(changes.lines)
            if isinstance(event, Data):
                self._provisional = _shown(changes.provisional) if changes.provisional is not None else None
            raised = self._raised(changes)
        for finding in raised:
            self.on_alarm(finding)
        if not isinstance(event, Tick) or raised or changes.findings:
            self._tell()

    def _run(self) -> None:
        try:
            for event in self.source.events(self.stopped):
                self.take(event)
                if self.stopped.is_set():
                    return
        except Exception as error:  # noqa: BLE001  # whatever it is, the screen must end and say so
            self.on_error(error)

    def _keep(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._lines.append(_shown(line))
            self._added += 1

    def _notice(self, notice: Notice) -> None:
        kind = _STATES[notice.kind]
        if notice.kind == "read":
            self._settle_past()
        self.state = self.state._replace(kind=kind, detail=notice.detail)  # type: ignore[arg-type]  # values of _STATES

    def _settle_past(self) -> None:
        """History is listed, not rung; what still holds at its end is rung once."""
        if self._past:
            self._past = False
            self._alarms.extend(f for f in self.session.findings.open if f.raised is not None)

    def _raised(self, changes: Changes) -> list[Finding]:
        if self._past:
            return []
        raised = [change.finding for change in changes.findings if change.raised]
        self._alarms.extend(raised)
        return raised

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self.on_change()


def _shown(line: Line) -> LogLine:
    return LogLine(line.number, line.raw[:MAX_SHOWN_BYTES], line.redraws, line.provisional)
