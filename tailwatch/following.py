"""Following a log, or standard input, for a command without a screen."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import SourceEvent


@contextmanager
def source(log: str) -> Iterator[Iterator[SourceEvent]]:
    """Follow a log, or standard input, for as long as the context lasts."""
    stop = threading.Event()
    if log == "-":
        from tailwatch.sources.stdin import StdinSource

        yield StdinSource(0).events(stop)
        return
    from tailwatch.sources.file import FileFollower

    follower = FileFollower(log)
    try:
        yield follower.events(stop)
    finally:
        stop.set()
        follower.close()
