"""A document's statements as strings of one language; every format begins here, and only here are sentences rendered."""

from __future__ import annotations

from tailwatch.core.named import NamedTuple
from tailwatch.core.sanitise import sanitise
from tailwatch.core.text import ENGLISH, render
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.text import Language
    from tailwatch.report.document import Claim, Words


class Cite(NamedTuple):
    """A line that a statement rests on, of this log or of the baseline's."""

    label: str
    line: int
    base: bool


class Speaker:
    """Renders statements, in one language; nothing it returns can act on a terminal."""

    def __init__(self, language: Language = ENGLISH) -> None:
        self.language = language

    def say(self, words: Words) -> str:
        """Return a sentence, or text of the log as it stands; control characters become visible marks."""
        return sanitise(words if isinstance(words, str) else render(words, self.language)).replace("\t", " ")

    @staticmethod
    def cites(claim: Claim) -> list[Cite]:
        """Return the lines of a claim, each once, in order."""
        own = [Cite(f"L{n}", n, base=False) for n in sorted(set(claim.lines)) if n > 0]
        return own + [Cite(f"B{n}", n, base=True) for n in sorted(set(claim.base)) if n > 0]
