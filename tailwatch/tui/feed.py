"""The reader thread: it owns the source and the session, so that neither a busy screen nor a stalled terminal delays reading.

The screen never waits for more than one block: it takes a snapshot under the lock that the thread holds while it feeds one
source event. Alarms leave from here.

All that reads logs is imported by the thread, not with this module: the first frame need not wait for it.
"""

from __future__ import annotations

import pickle
import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from tailwatch.config import DEFAULTS
from tailwatch.core.events import Data, Notice, Tick
from tailwatch.core.text import ENGLISH
from tailwatch.tui.history import PREVIEW_ABOVE, shown_line
from tailwatch.tui.protocols import Recording
from tailwatch.tui.snapshot import STATES, LogDelta, LogLine, Snapshot, SourceState, blank_snapshot
from tailwatch.tui.tail import Tail

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.config import Settings
    from tailwatch.config_tables import OwnMessage
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import Finding, SourceEvent
    from tailwatch.core.text import Language
    from tailwatch.session import Changes, Session
    from tailwatch.tui.history import History, Report
    from tailwatch.tui.preview import Preview
    from tailwatch.tui.protocols import Source
    from tailwatch.tui.view import SnapshotMaker


class Feed:
    """Reads a source into a session and hands out what the screen needs.

    Args:
        source: where the events come from.
        title: how the screen names the log.
        history: reads what the file already holds elsewhere; without, all comes from the source.
        past: what the source yields up to its first `read` is history: its alarms are listed, not rung, unless they still hold.
        language: what the snapshots are said in.
        settings: the user's.
        baseline: reads the run to compare with.
    """

    def __init__(
        self,
        source: Source,
        title: str,
        *,
        history: History | None = None,
        past: bool = True,
        language: Language = ENGLISH,
        settings: Settings = DEFAULTS,
        baseline: Callable[[], Baseline | None] | None = None,
    ) -> None:
        self.source = source
        self.title = title
        self.settings = settings
        self.on_change: Callable[[], None] = lambda: None
        """Called from the reader thread when there is something new to show, once until it was fetched."""
        self.on_alarm: Callable[[Finding], None] = lambda _finding: None
        """Called from the reader thread when a finding is raised, and at the end of the history for those that hold."""
        self.on_error: Callable[[BaseException], None] = lambda _error: None
        """Called from the reader thread if it fails."""
        self.state = SourceState("reading" if history is not None else "opening")
        self.stopped = threading.Event()
        self._history = history
        self._baseline = baseline
        self._lock = threading.Lock()
        self.language = language
        self._session: Session | None = None
        self._maker: SnapshotMaker | None = None
        self._early: Snapshot | None = None
        self._tail = Tail()
        self._told = False
        self.version = 0
        """Counts what there was to show; where it stands still, only the clock goes on."""
        self.urgent = False
        """Whether there is something to show that must not wait: an alarm, or how the run is once that is known."""
        self._past = past
        self._catching_up = False
        self._comparison: Baseline | None = None
        self._adopted: list[OwnMessage] = []
        self._alarms: deque[Finding] = deque(maxlen=64)
        self._thread: threading.Thread | None = None

    @property
    def session(self) -> Session:
        """The session that is fed; made when it is first needed."""
        if self._session is None:
            self._begin_session()
        assert self._session is not None
        return self._session

    def _begin_session(self) -> None:
        from tailwatch.session import Session  # noqa: PLC0415
        from tailwatch.tui.view import SnapshotMaker  # noqa: PLC0415

        self._maker = self._maker or SnapshotMaker(self.title, self.language)
        self._session = Session(keep_lines=True, live=True, settings=self.settings)

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
            self._told = self.urgent = False
            delta, added = self._tail.since(seen)
            alarms = tuple(self._alarms)
            self._alarms.clear()
            return self._present(), delta, added, alarms

    def _present(self) -> Snapshot:
        if self._early is not None:
            return self._early
        if self._session is None or self._maker is None:
            return blank_snapshot(self.title, self._state(), self.language)
        return self._maker.make(self._session, self._state())

    def _state(self) -> SourceState:
        if isinstance(self.source, Recording):
            return self.state._replace(paused=self.source.paused, speed=self.source.speed, percent=self.source.percent)
        return self.state

    def take(self, event: SourceEvent) -> None:
        """Feed one event; called in the reader thread, and by tests without one."""
        session = self.session
        with self._lock:
            before = session.run.clock.writer_alive
            changes = session.feed(event)
            self._tail.keep(map(shown_line, changes.lines))
            if isinstance(event, Data):
                self._tail.provisional = shown_line(changes.provisional) if changes.provisional is not None else None
            raised = self._raised(changes)
            if isinstance(event, Notice):
                raised += self._notice(event)
            if self._catching_up and not (isinstance(self.source, Recording) and self.source.is_skipping):
                raised += self._end_of_past()
            self._alarms.extend(raised)
        for finding in raised:
            self.on_alarm(finding)
        looked = isinstance(event, Tick) and not self.state.looked
        self.state = self.state._replace(looked=self.state.looked or looked)
        if not isinstance(event, Tick) or changes.findings or event.writer_alive != before or looked:
            self._tell(urgent=looked or bool(raised))

    def adopt(self, message: OwnMessage) -> None:
        """Take a verdict on messages that the person gives at the screen."""
        with self._lock:
            self._adopted.append(message)
            if self._session is not None:
                self._session.adopt(message)
        self._tell()

    def _run(self) -> None:
        try:
            read = self._history is not None and self._read_history(self._history)
            if self._session is None or (self._history is not None and not read):  # a preview's session is thrown away
                self._begin_session()
            self._compare()
            self._follow()
            while isinstance(self.source, Recording) and self.source.wait_for_rewind(self.stopped):
                self._begin_anew()
                self._follow()
        except Exception as error:  # noqa: BLE001  # whatever it is, the screen must end and say so
            self.on_error(error)

    def _follow(self) -> None:
        for event in self.source.events(self.stopped):
            self.take(event)
            if self.stopped.is_set():
                return

    def _begin_anew(self) -> None:
        """The recording was wound back: read it once more up to there; what is raised on the way is known, and does not ring."""
        with self._lock:
            self._begin_session()
            for message in self._adopted:
                self.session.adopt(message)
            if self._comparison is not None:
                self.session.compare(self._comparison)
            self._tail.restart()
            self._alarms.clear()
            self.state = SourceState("opening")
            self._past = self._catching_up = True
        self._tell()

    def _compare(self) -> None:
        self._comparison = self._baseline() if self._baseline is not None else None
        if self._comparison is not None:
            with self._lock:
                self.session.compare(self._comparison)
            self._tell()

    def _read_history(self, history: History) -> bool:
        """Take over the session of the child, showing the end of a big file meanwhile; tells whether there was one."""
        preview: Preview | None = None
        try:
            while not self.stopped.is_set():
                report = history.report(0.25)
                if report is not None and report.snapshot is not None:
                    self._show_early(report, report.snapshot)
                elif report is not None and report.session:
                    self._adopt(report)
                    return True
                elif preview is not None or (report is not None and report.size > PREVIEW_ABOVE):  # else it is soon over
                    preview = preview or self._preview(report, history)
                    self._show_progress(report, preview)
        except (EOFError, OSError):
            with self._lock:  # the child could not read it; the source will say why, or read it all
                self.state, self._early = SourceState("opening"), None
                self._tail.restart()
        finally:
            if preview is not None:
                preview.close()
            history.close()
        return False

    def _preview(self, report: Report | None, history: History) -> Preview | None:
        if report is None or report.size <= PREVIEW_ABOVE:
            return None
        from tailwatch.tui.preview import Preview  # noqa: PLC0415

        return Preview(history.path, self.settings)

    def _show_early(self, report: Report, snapshot: Snapshot) -> None:
        """Show what the child found; its session, which costs more to take over, follows."""
        with self._lock:
            self.state = SourceState("live", looked=False)
            self._early = replace(snapshot, title=self.title, source=self.state, language=self.language)
            self._tail.restart()
            self._tail.keep(report.lines)
        self._tell()

    def _adopt(self, report: Report) -> None:
        self._begin_session()
        session: Session = pickle.loads(report.session)  # noqa: S301  # from our own child
        with self._lock:
            for message in self._adopted:  # given while the child was reading, which did not hear of it
                session.adopt(message)
            self._session, self._early = session, None
        self.source.begin_at(report.offset)  # type: ignore[attr-defined]  # only such a source is given a history
        self._tell()

    def _show_progress(self, report: Report | None, preview: Preview | None) -> None:
        if preview is not None and self._maker is None:
            self._begin_session()
        with self._lock:
            if report is not None:
                percent = 100.0 * report.offset / report.size if report.size else None
                self.state = SourceState("reading", percent=percent, preview=preview is not None)
            if preview is not None:
                self._session = preview.session
                self._tail.keep(preview.more(preview.session.run.clock.now))
        self._tell()

    def _notice(self, notice: Notice) -> list[Finding]:
        """Note how the log is; returns the findings that hold at the end of the history, which ring now."""
        if notice.kind != "read" or self.state.kind not in ("waiting", "denied"):  # else the rest of a file that is gone was read
            self.state = self.state._replace(kind=STATES[notice.kind], detail=notice.detail)
        if notice.kind in ("rotated", "truncated"):
            self._tail.keep([LogLine(0, f"--- {self.language.render(notice.detail)} ---".encode(), 0)])
        return self._end_of_past() if notice.kind in ("read", "ended") and self._past else []

    def _end_of_past(self) -> list[Finding]:
        """Return the findings that hold where the past ends: they ring. The gravest comes last, and is seen first."""
        self._past = self._catching_up = False
        return [f for f in reversed(self.session.findings.open) if f.raised is not None]

    def _raised(self, changes: Changes) -> list[Finding]:
        return [] if self._past else [change.finding for change in changes.findings if change.raised]

    def _tell(self, *, urgent: bool = False) -> None:
        self.version += 1
        self.urgent |= urgent
        if urgent or not self._told:
            self._told = True
            self.on_change()
