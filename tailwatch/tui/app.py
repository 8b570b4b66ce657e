"""`run_monitor`: from a source to a screen and back to an exit code. Light, so that reading can begin before Textual loads."""

from __future__ import annotations

import gc
import os
import sys
import time
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from tailwatch.config import DEFAULTS
from tailwatch.core.errors import TailwatchError, UsageError
from tailwatch.core.text import ENGLISH, Text
from tailwatch.tui.terminal import Guard, can_draw, crash_file, locale_is_ascii

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.config import Settings
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.events import Finding
    from tailwatch.core.text import Language
    from tailwatch.tui.protocols import Source


@runtime_checkable
class LogFile(Protocol):
    """A source that follows a file and can leave its history to another reader."""

    path: str | bytes

    def begin_at(self, offset: int) -> None:
        """Go on at this offset: the bytes before it were read elsewhere."""
        ...


def run_monitor(
    source: Source,
    *,
    title: str,
    replay: bool = False,
    mouse: bool = True,
    language: Language = ENGLISH,
    on_alarm: Callable[[Finding], None] | None = None,
    settings: Settings = DEFAULTS,
    baseline: Callable[[], Baseline | None] | None = None,
) -> int:
    """Show the monitor until the person leaves it; returns the exit code (128 + n after signal n).

    Args:
        source: where the log comes from.
        title: how the screen names it.
        replay: the source is a recording, with its own clock, `pause()`, `resume()` and `speed`.
        mouse: take mouse clicks; without, the terminal's own selection works as usual.
        language: what everything is said in.
        on_alarm: called from the reader thread for each alarm, whatever the screen does.
        settings: the user's.
        baseline: reads the run to compare with, in the reader's thread.

    Raises:
        UsageError: nothing can be drawn here.
        TailwatchError: what the source raised.
    """
    reason = can_draw()
    if reason is not None:
        raise UsageError(
            "the monitor cannot be shown: {why}; use `tailwatch watch` or `tailwatch report` instead.", why=Text(reason)
        )
    language = ENGLISH if locale_is_ascii() else language  # other letters would be question marks
    gc.disable()  # loading makes much and throws little away; `Monitor` enables it again when the first frame stands
    sys.setswitchinterval(0.001)  # the reader thread must not keep a key or a paint waiting for 5 ms at a time
    from tailwatch.tui.feed import Feed  # noqa: PLC0415
    from tailwatch.tui.history import History  # noqa: PLC0415

    past = isinstance(source, LogFile)
    history = History(source.path, settings, language) if isinstance(source, LogFile) and os.path.isfile(source.path) else None  # noqa: PTH113  # may be bytes
    from tailwatch.tui.monitor import Monitor  # noqa: PLC0415

    feed = Feed(source, title, history=history, past=past, language=language, settings=settings, baseline=baseline)
    if on_alarm is not None:
        feed.on_alarm = on_alarm
    monitor = Monitor(feed, replay=replay, clock=None if replay else getattr(source, "clock", time.time))
    with Guard(monitor.leave) as guard:
        monitor.run(mouse=mouse)
    feed.stop()
    return _exit_code(monitor.failure, guard.code or monitor.return_code or 0, language.say)


def _exit_code(failure: BaseException | None, code: int, say: Callable[..., str]) -> int:
    if failure is None:
        return code
    if isinstance(failure, TailwatchError):
        raise failure
    path = crash_file(failure)
    where = say("the traceback is in {path}", path=path) if path is not None else f"{type(failure).__name__}: {failure}"
    text = say("the monitor failed and had to stop; {where}. The training is not touched.", where=where)
    sys.stderr.write(f"tailwatch: {text}\n")
    return 1
