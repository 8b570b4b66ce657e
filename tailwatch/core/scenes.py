"""How the lines of a frame are taken, by their shapes alone, so that little is left to do for a line of a known shape."""

from __future__ import annotations

from tailwatch.core.entries import no_parts
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.columns import Parts
    from tailwatch.core.entries import Entry
    from tailwatch.core.events import Frame

    Taker = tuple[Callable[[int], None], Callable[[Parts], None], Callable[[bytes], Parts], "Scene"]
    """Takes a line: its place, its parts, what takes it apart, and the scene behind it."""

_NOWHERE: Final[list[bytes]] = []
UNPARTED: Final = (_NOWHERE.extend, no_parts)
"""Takes the parts of a line of which none are wanted, so that every line is taken in the same way."""


class Scene:
    """A frame, what is known of shapes there, and how lines of a shape are taken; where that is empty, not at all."""

    __slots__ = ("cache", "frame", "takers")

    def __init__(self, frame: Frame, cache: dict[bytes, Entry]) -> None:
        self.frame = frame
        self.cache = cache
        self.takers: dict[bytes, Taker | tuple[()]] = {}
