"""What a follower tells: gathers the events of one look, and says a lasting state once."""

from __future__ import annotations

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.events import NoticeKind, SourceEvent, Text


class Herald:
    """Gathers events until they are taken.

    `is_history` holds from the beginning of a file until it was read to its end once: what it held already was written, at the
    latest, when it changed last, and not when we read it.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.is_history = True
        self.has_begun = False
        self._all_read = False
        self._state: NoticeKind | None = None
        self._events: list[SourceEvent] = []
        self._last_at = 0.0

    def take(self) -> list[SourceEvent]:
        """Return what was told since the last call."""
        events, self._events = self._events, []
        return events

    @property
    def is_eventful(self) -> bool:
        """Whether something was told that is not yet taken."""
        return bool(self._events)

    def tell(self, kind: NoticeKind, detail: Text | str = "") -> None:
        """Tell something that happened."""
        self._events.append(Notice(kind, self.clock(), detail))

    def say(self, kind: NoticeKind, detail: Text | str) -> None:
        """Tell a lasting state, once."""
        if self._state != kind:
            self._state = kind
            self.tell(kind, detail)

    def begin(self, kind: NoticeKind, detail: Text | str) -> None:
        """A file is read from here on."""
        self.is_history = self.has_begun = True
        self._all_read = False
        self._state = None
        self.tell(kind, detail)

    def is_back(self, detail: str) -> None:
        """The file is as usual; tell so if it was not."""
        if self._state is not None:
            self._state = None
            self.tell("opened", detail)

    def data(self, data: bytes, skipped: int, changed_at: float | None) -> None:
        """Hand over bytes of a file that changed last at `changed_at` (None: of a stream, which says nothing of that)."""
        now = self.clock()
        written = min(now, changed_at) if self.is_history and changed_at is not None else now
        self._last_at = max(self._last_at, written)
        self._events.append(Data(data, self._last_at, skipped))

    def behind(self, size: Text) -> None:
        """There is more to read than can be read at once; `all_read` will be told again."""
        self._all_read = False
        self.tell("behind", size)

    def all_read(self) -> None:
        """The end of the file was reached."""
        self.is_history = False
        if not self._all_read:
            self._all_read = True
            self.tell("read")

    def tick(self, *, writer_alive: bool | None) -> None:
        """Tell the time."""
        self._events.append(Tick(self.clock(), writer_alive))
