"""A pipe as the log: `python train.py 2>&1 | tailwatch -`, with the keys read from the terminal.

`take_stdin()` moves the pipe away from descriptor 0 and puts the terminal there, before the screen starts: a screen that sees
an ended pipe as its keyboard would spin. `StdinSource(fd).events(stop)` then yields what comes through the pipe: `opened`,
`Data`, `read` as soon as nothing waits in the pipe, a `Tick` a second, and at its end `ended`.
"""

from __future__ import annotations

import os
import select
import sys
import time

from tailwatch.core.errors import LogError, UsageError, reason
from tailwatch.core.events import Data, Notice, Text, Tick
from tailwatch.core.text import phrase
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.sources.clock import steady_clock

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from tailwatch.core.events import SourceEvent

_BLOCK: Final = 256 * 1024
_WAIT_MS: Final = 250
_TICK_S: Final = 1.0
_NOTHING_PIPED: Final = phrase("nothing is piped into standard input; write: python train.py 2>&1 | tailwatch -")


def take_stdin() -> int:
    """Return a descriptor of the pipe on standard input, and make the terminal the new standard input.

    Raises:
        UsageError: nothing is piped in, standard input is closed, or there is no terminal to read keys from.
    """
    if sys.stdin is None or not _is_open(0):
        raise UsageError("standard input is closed; pipe the training's output into 'tailwatch -'.")
    if os.isatty(0):
        raise UsageError(_NOTHING_PIPED)
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        raise UsageError("there is no terminal for the screen; use 'tailwatch watch -' instead.") from None
    pipe = os.dup(0)
    os.dup2(terminal, 0)
    os.close(terminal)
    return pipe


class StdinSource:
    """What comes through a pipe, until its writers are gone.

    Args:
        descriptor: the pipe; it stays open, it belongs to the process.
        clock: gives `at`, seconds since the Unix epoch.
    """

    def __init__(self, descriptor: int, *, clock: Callable[[], float] | None = None) -> None:
        self._descriptor = descriptor
        self.clock = clock or steady_clock()
        self._all_read = False

    def close(self) -> None:
        """Do nothing: the descriptor belongs to the process."""

    def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
        """Yield bytes as they come; `ended` at the end of the pipe.

        Raises:
            UsageError: standard input is closed, or it is the terminal.
            LogError: it cannot be read.
        """
        if not _is_open(self._descriptor):
            raise UsageError("standard input is closed; pipe the training's output into 'tailwatch -'.")
        if os.isatty(self._descriptor):
            raise UsageError(_NOTHING_PIPED)
        yield Notice("opened", self.clock(), Text("standard input"))
        ready = select.poll()
        ready.register(self._descriptor, select.POLLIN)
        ticked = time.monotonic()
        while not stop.is_set():
            if ready.poll(0 if not self._all_read else _WAIT_MS):
                block = self._read()
                if block == b"":
                    yield from self._end()
                    return
                if block is not None:
                    yield Data(block, self.clock())
            elif not self._all_read:
                self._all_read = True
                yield Notice("read", self.clock())
            if time.monotonic() - ticked >= _TICK_S:
                ticked = time.monotonic()
                yield Tick(self.clock(), writer_alive=True)

    def _read(self) -> bytes | None:
        """Return what waits in the pipe, nothing at its end, None if another reader was faster."""
        try:
            return os.read(self._descriptor, _BLOCK)
        except BlockingIOError:
            return None
        except OSError as error:
            raise LogError("standard input cannot be read: {why}.", why=reason(error)) from None

    def _end(self) -> Iterator[SourceEvent]:
        if not self._all_read:
            yield Notice("read", self.clock())
        yield Tick(self.clock(), writer_alive=False)
        yield Notice("ended", self.clock(), Text("the pipe was closed"))


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
