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
    """A source that replays: it can be paused, goes at a speed, and can be wound forward and back."""

    speed: float
    paused: bool

    @property
    def percent(self) -> float | None:
        """How much of the recording has been played; None where that is not known."""
        ...

    @property
    def is_skipping(self) -> bool:
        """Whether it is being wound: nothing waits."""
        ...

    def seek(self, share: float) -> None:
        """Go on by a share of the whole without waiting; by a negative one back, for which `events` ends and is asked anew."""
        ...

    def wait_for_rewind(self, stop: threading.Event) -> bool:
        """Wait until it is wound back, for as long as `stop` is not set; tells whether it was."""
        ...

    def pause(self) -> None:
        """Stop the clock of the recording."""
        ...

    def resume(self) -> None:
        """Let it go on."""
        ...
