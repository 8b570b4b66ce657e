"""Which fatal message was the last word: the cause of the end, unless training went on after it."""

from __future__ import annotations

from tailwatch.core import endings
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Spoken

_QUIET_AFTER: Final = 300


class LastWords:
    """Remembers the first fatal message since the last values: the cause, not its echoes.

    A cause that other ranks printed a few more values after is one all the same, if a launcher then ends the rest; and an effect
    that was printed before its cause gives way to it.

    `heard` counts the lines that were messages, or parts of one: an allocator's account of the memory that was full, a long
    traceback. They tell of the failure; only other lines can show that something else was tried.
    """

    def __init__(self) -> None:
        self._words: Spoken | None = None
        self._doubted: Spoken | None = None
        self._last_line = 0
        self.heard = 0

    @property
    def pending(self) -> bool:
        """Whether something was said that meant the end, and no values came since."""
        return self._words is not None

    def went_on(self) -> bool:
        """Values came: training goes on, whatever was said before. Returns whether something was said that meant its end."""
        if self._words is None:
            return False
        self._doubted, self._words = self._words, None
        return True

    def new_part(self) -> None:
        """The file begins anew."""
        self._words = self._doubted = None
        self._last_line = self.heard = 0

    def hear(self, said: Spoken, *, part: int, last_reading_line: int) -> None:
        """Take a message in; one that is judged anew and is fatal no more is forgotten."""
        words = self._words
        if said.label == "fatal":
            self._last_line = max(said.last_line - self.heard, self._last_line)
            if said.part == part and said.last_line >= last_reading_line:
                self._words = self._cause(said, last_reading_line)
        elif words is not None and (words.rule, words.line) == (said.rule, said.line):
            self._words = None

    def _cause(self, said: Spoken, last_reading_line: int) -> Spoken:
        """The failure that counts, now that one more was told of."""
        words, doubted = self._words, self._doubted
        if words is not None:
            return said if endings.is_cause_of(said, words) else words
        if doubted is not None and doubted.part == said.part and endings.is_effect(said):
            return doubted if last_reading_line - doubted.last_line <= endings.STRAGGLING else said
        return said

    def at(self, line: int) -> Spoken | None:
        """Return the fatal message that is the last word at a line.

        None again once the log has gone on for some hundred lines without one: then something else was tried after it.
        """
        return None if line - self.heard - self._last_line > _QUIET_AFTER else self._words
