"""The report as plain text of at most 80 columns, for a terminal or a mail."""

from __future__ import annotations

from tailwatch.core.breaking import cells, together
from tailwatch.core.text import ENGLISH
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.characters import character_chart
from tailwatch.report.columns import WIDTH, columns, cut, wrap
from tailwatch.report.document import Chart, Claim, Code, Document, Item, Items, Paragraph, Table
from tailwatch.report.words import Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.text import Language
    from tailwatch.report.document import Block, Tone

_SIGNS: Final[dict[Tone, str]] = {"bad": "!!", "warn": "!", "good": "+", "mute": "-", "": "-"}
_QUOTE_LEAST: Final = 20


def write(document: Document, language: Language = ENGLISH) -> str:
    """Return the whole report; every line fits 80 columns."""
    return "\n".join(_Writer(Speaker(language)).document(document)).rstrip() + "\n"


class _Writer:
    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def document(self, document: Document) -> Iterator[str]:
        title = self._speaker.say(document.title)
        yield from wrap(title.upper() if title.isascii() else title)
        yield from wrap(" | ".join(self.claim(c) for c in document.subtitle))
        for section in document.sections:
            yield from ("", self._speaker.say(section.title).upper())
            for block in section.blocks:
                yield from self.block(block)

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph():
                yield from wrap(together(self.claim(c) for c in block.claims), " ")
            case Items():
                for number, item in enumerate(block.items, 1):
                    yield from self.item(item, f"{number:>2}. " if block.numbered else f" {_SIGNS[item.sign]:<2} ")
            case Table():
                yield from self.table(block)
            case Chart():
                yield from character_chart(block, self._speaker, WIDTH)

    def claim(self, claim: Claim) -> str:
        cites = " ".join(c.label for c in self._speaker.cites(claim))
        parts = [claim.quote and f'"{claim.quote}"', self._speaker.say(claim.text), cites and f"[{cites}]"]
        return " ".join(p for p in parts if p)

    def item(self, item: Item, bullet: str) -> Iterator[str]:
        yield from self._lines(item.head, bullet)
        indent = " " * len(bullet)
        for detail in item.details:
            yield from self._lines(detail, indent)
        if item.code is not None:
            yield from self.code(item.code, indent)

    def _lines(self, claim: Claim, first: str) -> Iterator[str]:
        """Keep text of the log on one line, cut where it is too long; sentences go on in the next."""
        if not claim.quote:
            yield from wrap(self.claim(claim), first)
            return
        rest = self.claim(claim._replace(quote=""))
        room = max(_QUOTE_LEAST, WIDTH - len(first) - cells(rest) - 4)
        quote = self._speaker.say(claim.quote)
        yield from wrap(f'"{quote if cells(quote) <= room else cut(quote, room - 1) + "…"}" {rest}', first)

    @staticmethod
    def code(code: Code, indent: str) -> Iterator[str]:
        for line in code.text.rstrip().split("\n"):
            yield (indent + "    " + line).rstrip()

    def table(self, table: Table) -> Iterator[str]:
        head = [self._speaker.say(h) for h in table.head]
        yield from columns(head, [[self.claim(c) for c in row] for row in table.rows], WIDTH)
