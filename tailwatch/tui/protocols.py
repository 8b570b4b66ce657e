"""What the monitor asks of a source; any source that fits will do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from tailwatch.core.events import SourceEvent


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
