"""A pipe as the log: `python train.py 2>&1 | tailwatch -`, with the keys read from the terminal.

`take_stdin()` moves the pipe away from descriptor 0 and puts the terminal there, before the screen starts: a screen that sees
an ended pipe as its keyboard would spin. `StdinSource(fd).events(stop)` then yields what comes through the pipe.
"""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING, Final

from tailwatch.core.errors import UsageError
from tailwatch.core.events import Data, Notice, Tick

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from tailwatch.core.events import SourceEvent

_BLOCK: Final = 256 * 1024
_WAIT_S: Final = 0.25
_TICK_S: Final = 1.0


def take_stdin() -> int:
    """Return a descriptor of the pipe on standard input, and make the terminal the new standard input.

    Raises:
        UsageError: nothing is piped in, standard input is closed, or there is no terminal to read keys from.
    """
    try:
        if os.isatty(0):
            raise UsageError("nothing is piped into standard input; write: python train.py 2>&1 | tailwatch -")
        pipe = os.dup(0)
    except OSError:
        raise UsageError("standard input is closed; pipe the training's output into 'tailwatch -'.") from None
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        os.close(pipe)
        raise UsageError("there is no terminal for the screen; use 'tailwatch watch -' instead.") from None
    os.dup2(terminal, 0)
    os.close(terminal)
    os.set_inheritable(pipe, False)  # noqa: FBT003 - its own signature
    return pipe


class StdinSource:
    """What comes through a pipe, until its writers are gone."""

    def __init__(self, descriptor: int, *, clock: Callable[[], float] = time.time) -> None:
        self._descriptor = descriptor
        self._clock = clock

    def close(self) -> None:
        """Nothing to do: the descriptor belongs to the process."""

    def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
        """Yield bytes as they come; `ended` at the end of the pipe."""
        yield Notice("opened", self._clock(), "standard input")
        ticked = time.monotonic()
        while not stop.is_set():
            ready, _, _ = select.select([self._descriptor], [], [], _WAIT_S)
            if ready:
                block = os.read(self._descriptor, _BLOCK)
                if not block:
                    break
                yield Data(block, self._clock())
            if time.monotonic() - ticked >= _TICK_S:
                ticked = time.monotonic()
                yield Tick(self._clock(), writer_alive=True)
        yield Tick(self._clock(), writer_alive=False)
        yield Notice("ended", self._clock(), "the pipe was closed")
