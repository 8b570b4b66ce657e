"""The monitor on what was fed to it before: no thread reads, and time stands still."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.language import language
from tailwatch.tui.feed import Feed
from tailwatch.tui.monitor import Monitor

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from tailwatch.core.events import SourceEvent

SAMPLES = Path(__file__).parents[2] / "sample_logs"
AT = 1_700_000_000.0


class Silent:
    """A source that says nothing: what the screen shows was fed before."""

    def events(self, stop: threading.Event) -> Iterator[SourceEvent]:
        stop.wait()
        yield from ()


class Recorded(Silent):
    """The same, as a replay."""

    speed = 8.0
    paused = True
    percent = 100.0
    is_skipping = False

    def pause(self) -> None:
        """Nothing moves anyway."""

    def resume(self) -> None:
        """Nothing moves anyway."""

    def seek(self, share: float) -> None:
        """Nothing moves anyway."""

    def wait_for_rewind(self, stop: threading.Event) -> bool:
        """Nobody winds it."""
        return not stop.wait()


def monitor(*events: SourceEvent, title: str = "~/runs/nohup.out", lang: str = "en", **options: Any) -> Monitor:
    """A monitor that shows what the events told, at a moment that does not pass."""
    feed = Feed(Recorded() if options.get("replay") else Silent(), title, language=language(lang))
    for event in events:
        feed.take(event)
    return Monitor(feed, clock=lambda: AT + 4, **options)


def followed(name: str, *, alive: bool = True) -> list[SourceEvent]:
    """What a source says of a log that is read and goes on."""
    data = (SAMPLES / name).read_bytes()
    return [Notice("opened", AT), Data(data, AT), Tick(AT + 3, alive), Notice("read", AT + 3)]
