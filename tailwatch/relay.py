"""What an intake tells, written down and read aloud elsewhere: how the two halves of the line come to be in two processes."""

from __future__ import annotations

from tailwatch.core.parcel import packed, unpacked
from tailwatch.core.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tailwatch.core.events import ReaderEvent, Spoken
    from tailwatch.core.findings import Watch
    from tailwatch.core.weaving import Weave
    from tailwatch.intake import Told

    Note = tuple[Any, ...]


class Relay:
    """Writes down what it is told (see `Told`): for each call the name and the arguments, all of plain values."""

    def __init__(self) -> None:
        self._notes: list[Note] = []
        self._latest: Weave | None = None

    def take(self) -> list[Note]:
        """Return the notes since the last call."""
        notes, self._notes, self._latest = self._notes, [], None
        return notes

    def passed(self, number: int) -> None:
        """Note lines that say nothing."""
        self._notes.append(("passed", number))

    def line(self, number: int, events: Sequence[ReaderEvent], spoken: Sequence[Spoken], heard: int) -> None:
        """Note a line."""
        self._notes.append(("line", number, events, spoken, heard))

    def together(self, woven: Weave, start: int, end: int, spoken: Sequence[Spoken]) -> None:
        """Note lines that were read together; what they hold is packed once."""
        parcel = None if woven is self._latest else packed(woven)
        self._notes.append(("together", parcel, start - woven.start, end - woven.start, spoken))
        self._latest = woven

    def say(self, events: Sequence[ReaderEvent]) -> None:
        """Note events."""
        self._notes.append(("say", events))

    def settle(self, spoken: Sequence[Spoken], *watched: Watch) -> None:
        """Note that the diagnoses look."""
        self._notes.append(("settle", spoken, *watched))

    def new_part(self, part: int) -> None:
        """Note that the file begins anew."""
        self._notes.append(("new_part", part))

    def end(self) -> None:
        """Note the end."""
        self._notes.append(("end",))


def play(notes: Iterable[Note], told: Told) -> None:
    """Tell somebody what was noted, as the intake would have."""
    woven: Weave | None = None
    for name, *values in notes:
        if name == "together":
            woven = woven if values[0] is None else unpacked(values[0])
            assert woven is not None
            told.together(woven, *values[1:])
        else:
            getattr(told, name)(*values)
