"""The terminal around the monitor: whether it can show one, and that it is whole again however the monitor ends.

Without Textual, so that the command line can ask `can_draw` at no cost, and a signal can be answered while Textual is stuck.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from tailwatch.core.text import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType

RESTORE: Final = (
    "\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[<u\x1b[0m\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""Turns off everything that the monitor turns on: synchronised output, paste and resize reports, mouse, kitty keys, the
alternate screen, focus reports; shows the cursor."""

GRACE: Final = 1.4
"""Seconds that an orderly end may take after a signal; a stalled terminal would hold it up for ever."""

_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


def can_draw(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return why no monitor can be drawn here, or None if it can."""
    if environment.get("TERM", "") in ("", "dumb"):
        return phrase("TERM names no terminal that can draw") if environment.get("TERM") else phrase("TERM is not set")
    if sys.__stdin__ is None or sys.__stdin__.closed or not sys.__stdin__.isatty():
        return phrase("the keyboard is not a terminal")
    if terminal_output() is None:
        return phrase("neither standard output nor standard error is a terminal")
    return None


def has_a_shell() -> bool:
    """Whether a shell with job control waits for this process, and can let it go on once it was stopped.

    A group of processes without such a parent is an orphan (setpgid(2)), and the kernel does not stop it after Ctrl+Z either.
    """
    process, group = os.getppid(), os.getpgrp()
    with contextlib.suppress(OSError, ValueError, IndexError):
        while process > 1:
            if os.getpgid(process) != group:
                return os.getsid(process) == os.getsid(0)
            process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def locale_is_ascii(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the locale says that the terminal shows no more than ASCII (or an 8-bit set, of which ASCII is the safe part).

    Without any locale variable, as in most containers, the terminal is taken to show UTF-8. Python itself sets
    LC_CTYPE=C.UTF-8 where it finds LANG=C (PEP 538), which says nothing of the terminal.
    """
    chosen = environment.get("LC_ALL") or environment.get("LC_CTYPE") or ""
    lang = environment.get("LANG", "")
    if not environment.get("LC_ALL") and chosen in {"C.UTF-8", "C.utf8", "UTF-8"} and lang:
        chosen = lang
    chosen = chosen or lang
    return bool(chosen) and "utf" not in chosen.lower().replace("-", "")


def terminal_output() -> int | None:
    """Return the descriptor to draw on: standard output, else standard error."""
    for stream in (sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            if stream is not None and stream.isatty():
                return stream.fileno()
    return None


class Guard:
    """Answers signals and the loss of the terminal: an orderly end if it comes in time, else a forced one with a clean screen.

    Args:
        leave: ends the program's screen in an orderly way; called in the main thread, or in the watcher's.
    """

    def __init__(self, leave: Callable[[int], None]) -> None:
        self.code = 0
        self._leave = leave
        self._output = terminal_output()
        self._saved: list[object] | None = None
        self._done = threading.Event()
        self._leaving = False

    def __enter__(self) -> Self:
        """Remember the terminal's modes, and take the signals."""
        with contextlib.suppress(termios.error, ValueError):
            self._saved = termios.tcgetattr(0)
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)
        threading.Thread(target=self._watch_terminal, name="tailwatch-terminal", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """The screen has ended by itself."""
        self._done.set()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.end(128 + number)

    def end(self, code: int) -> None:
        """End with an exit code, in order if possible."""
        if self._leaving:
            return
        self._leaving = True
        self.code = code
        threading.Thread(target=self._force, args=(code,), name="tailwatch-end", daemon=True).start()
        self._leave(code)

    def _force(self, code: int) -> None:
        """Wait for the orderly end, then do without it: nothing here may block."""
        if self._done.wait(GRACE):
            return
        self.restore()
        os._exit(code)

    def restore(self) -> None:
        """Write the restore string and the saved modes without waiting for the terminal."""
        with contextlib.suppress(OSError, termios.error, TypeError):
            termios.tcsetattr(0, termios.TCSANOW, self._saved)  # type: ignore[arg-type]  # what tcgetattr gave
        if self._output is None:
            return
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(self._output, termios.TCOFLUSH)
        with contextlib.suppress(OSError):
            os.set_blocking(self._output, False)
            os.write(self._output, RESTORE.encode())
            os.set_blocking(self._output, True)

    def _watch_terminal(self) -> None:
        """Notice that the terminal is gone (a dropped ssh): a hang-up is reported even where no signal comes."""
        poller = select.poll()
        poller.register(0, 0)
        while not self._done.is_set():
            if poller.poll(1000):
                self.end(128 + signal.SIGHUP)
                return


def crash_file(error: BaseException, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Write the traceback where programs keep their state, and return the file; None if that cannot be written either."""
    base = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    path = Path(base) / "tailwatch" / time.strftime("crash-%Y%m%d-%H%M%S.txt")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return None
    return path
