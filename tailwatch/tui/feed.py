"""The reader thread: it owns the source and the session, so that neither a busy screen nor a stalled terminal delays reading.

The screen never waits for more than one block: it takes a snapshot under the lock that the thread holds while it feeds one
source event. Alarms leave from here.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.session import Session
from tailwatch.tui.history import PREVIEW_ABOVE, Preview, shown_line
from tailwatch.tui.snapshot import LOG_LINES, LogDelta, LogLine, Snapshot, SourceState
from tailwatch.tui.view import SnapshotMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tailwatch.core.events import Finding, SourceEvent
    from tailwatch.session import Changes
    from tailwatch.tui.history import History, Report

_STATES: Final = {
    "opened": "live", "waiting": "waiting", "rotated": "live", "truncated": "live", "denied": "denied", "behind": "behind",
    "lost": "lost", "polling": "live", "ended": "ended", "read": "live",
}  # fmt: skip


class Source(Protocol):
    """Where a log comes from."""

    def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
        """Yield what happens to the log until `stop` is set or nothing more can come."""
        ...


@runtime_checkable
class Recording(Protocol):
    """A source that replays: it can be paused and goes at a speed."""

    speed: float
    paused: bool

    def pause(self) -> None:
        """Stop the clock of the recording."""
        ...

    def resume(self) -> None:
        """Let it go on."""
        ...


class Feed:
    """Reads a source into a session and hands out what the screen needs.

    Args:
        source: where the events come from.
        title: how the screen names the log.
        history: reads what the file already holds elsewhere; without, all comes from the source.
        past: what the source yields up to its first `read` is history: its alarms are listed, not rung, unless they still hold.
        translate: from an English sentence template to another language's.
    """

    def __init__(
        self,
        source: Source,
        title: str,
        *,
        history: History | None = None,
        past: bool = True,
        translate: Callable[[str], str] | None = None,
    ) -> None:
        self.session = Session(keep_lines=True, live=True)
        self.source = source
        self.on_change: Callable[[], None] = lambda: None
        """Called from the reader thread when there is something new to show, once until it was fetched."""
        self.on_alarm: Callable[[Finding], None] = lambda _finding: None
        """Called from the reader thread when a finding is raised, and at the end of the history for those that hold."""
        self.on_error: Callable[[BaseException], None] = lambda _error: None
        """Called from the reader thread if it fails."""
        self.state = SourceState("reading" if history is not None else "opening")
        self.stopped = threading.Event()
        self._history = history
        self._lock = threading.Lock()
        self._maker = SnapshotMaker(title, translate)
        self._lines: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._provisional: LogLine | None = None
        self._added = 0
        self._restarted = False
        self._told = False
        self._past = past
        self._alarms: deque[Finding] = deque(maxlen=64)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin reading, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="tailwatch-reader", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 1.0) -> None:
        """Ask the thread to end, and wait for it a little; it never holds up the end of the program."""
        self.stopped.set()
        if isinstance(self.source, Recording):
            self.source.resume()
        if self._thread is not None:
            self._thread.join(timeout)
        if self._history is not None:
            self._history.close()

    def snapshot(self, seen: int) -> tuple[Snapshot, LogDelta, int, tuple[Finding, ...]]:
        """Return the present state, the log lines after the first `seen` ones, their count, and the alarms since last time."""
        with self._lock:
            self._told = False
            new = min(self._added - seen, len(self._lines))
            lines = tuple(self._lines)[len(self._lines) - new :] if new > 0 else ()
            lost = 0 if self._restarted else max(0, self._added - seen - new)
            delta = LogDelta(lines, self._provisional, lost, self._restarted)
            self._restarted = False
            alarms = tuple(self._alarms)
            self._alarms.clear()
            return self._maker.make(self.session, self._state()), delta, self._added, alarms

    def _state(self) -> SourceState:
        if isinstance(self.source, Recording):
            return self.state._replace(paused=self.source.paused, speed=self.source.speed)
        return self.state

    def take(self, event: SourceEvent) -> None:
        """Feed one event; called in the reader thread, and by tests without one."""
        with self._lock:
            changes = self.session.feed(event)
            self._keep(map(shown_line, changes.lines))
            if isinstance(event, Data):
                self._provisional = shown_line(changes.provisional) if changes.provisional is not None else None
            raised = self._raised(changes)
            if isinstance(event, Notice):
                raised += self._notice(event)
            self._alarms.extend(raised)
        for finding in raised:
            self.on_alarm(finding)
        if not isinstance(event, Tick) or raised or changes.findings:
            self._tell()

    def _run(self) -> None:
        try:
            if self._history is not None:
                self._read_history(self._history)
            for event in self.source.events(self.stopped):
                self.take(event)
                if self.stopped.is_set():
                    return
        except Exception as error:  # noqa: BLE001  # whatever it is, the screen must end and say so
            self.on_error(error)

    def _read_history(self, history: History) -> None:
        """Take over the session of the child, showing the end of a big file meanwhile."""
        preview: Preview | None = None
        try:
            while not self.stopped.is_set():
                report = history.report(0.25)
                if report is not None and report.session is not None:
                    self._adopt(report)
                    return
                if report is not None and report.size > PREVIEW_ABOVE and preview is None:
                    preview = Preview(history.path)
                self._show_progress(report, preview)
        except (EOFError, OSError):
            self.state = SourceState("opening")  # the child could not read it; the source will say why, or read it all
        finally:
            if preview is not None:
                preview.close()
            history.close()

    def _adopt(self, report: Report) -> None:
        with self._lock:
            assert report.session is not None
            self.session = report.session
            self._lines.clear()
            self._restarted = True
            self._keep(report.lines)
            self.state = SourceState("live")
        self.source.begin_at(report.offset)  # type: ignore[attr-defined]  # only such a source is given a history
        self._tell()

    def _show_progress(self, report: Report | None, preview: Preview | None) -> None:
        with self._lock:
            if report is not None:
                percent = 100.0 * report.offset / report.size if report.size else None
                self.state = SourceState("reading", percent=percent, preview=preview is not None)
            if preview is not None:
                self.session = preview.session
                self._keep(preview.more(self.session.run.clock.now))
        self._tell()

    def _keep(self, lines: Iterable[LogLine]) -> None:
        for line in lines:
            self._lines.append(line)
            self._added += 1

    def _notice(self, notice: Notice) -> list[Finding]:
        """Note how the log is; returns the findings that hold at the end of the history, which ring now."""
        kind = _STATES[notice.kind]
        self.state = self.state._replace(kind=kind, detail=notice.detail)  # type: ignore[arg-type]  # values of _STATES
        if notice.kind in ("rotated", "truncated"):
            self._keep([LogLine(0, f"--- {notice.detail} ---".encode(), 0)])
        if notice.kind not in ("read", "ended") or not self._past:
            return []
        self._past = False
        return [
            f for f in reversed(self.session.findings.open) if f.raised is not None
        ]  # the gravest comes last, and is seen first

    def _raised(self, changes: Changes) -> list[Finding]:
        return [] if self._past else [change.finding for change in changes.findings if change.raised]

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self.on_change()
