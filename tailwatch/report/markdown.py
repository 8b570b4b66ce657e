"""The report as Markdown that GitHub-flavoured engines render: tables, fenced code, nothing of the log interpreted."""

from __future__ import annotations

from tailwatch.core.breaking import together
from tailwatch.core.lazily import lazy
from tailwatch.core.text import ENGLISH
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.characters import character_chart
from tailwatch.report.document import Chart, Claim, Code, Document, Item, Items, Paragraph, Table
from tailwatch.report.words import Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.text import Language
    from tailwatch.report.document import Block, Tone

_FENCE: Final = lazy("`+")
_SPECIAL: Final = lazy(r"([\\`*_{}\[\]<>|#$~&!])")
_MENTION: Final = lazy(r"(?<!\w)@(?=\w)|@(?=[\w-]+\.\w)")
_LINK: Final = lazy(r"(?i)(?<=https)(?=://)|(?<=http)(?=://)|(?<=www)(?=\.)|(?<=ftp)(?=://)")
_FIRST: Final = lazy(r"^(\s*)([-+](?=\s|$)|[-=](?=[-=\s]*$)|\d{1,9}(?=[.)](?:\s|$)))")
"""What begins a list or underlines a heading: a sign or a number with a dot before a blank, a row of dashes; not 0.5 or -2%."""
_SIGNS: Final[dict[Tone, str]] = {"bad": "❌ ", "warn": "⚠️ ", "good": "✅ ", "mute": "", "": ""}
_CHART_WIDTH: Final = 92


def write(document: Document, language: Language = ENGLISH) -> str:
    """Return the whole report."""
    return "\n".join(_Writer(Speaker(language)).document(document)).rstrip() + "\n"


def escape(text: str) -> str:
    """Return text that Markdown shows letter by letter: no emphasis, link, mention, formula, HTML or list begins in it."""
    text = _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
    text = _LINK.sub("<!-- -->", _MENTION.sub("&#64;", text))
    return _FIRST.sub(lambda m: f"{m[1]}\\{m[2]}" if not m[2].isdigit() else f"{m[1]}{m[2]}<!-- -->", text)


def verbatim(text: str) -> str:
    """Return text as a code span, whatever back-ticks it holds."""
    text = text.replace("\n", " ").strip()
    if not text:
        return ""
    longest = max((len(run) for run in _FENCE.findall(text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{blank}{text}{blank}{fence}"


class _Writer:
    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def document(self, document: Document) -> Iterator[str]:
        yield from (f"# {escape(self._speaker.say(document.title))}", "")
        yield " · ".join(self.claim(c) for c in document.subtitle)
        for section in document.sections:
            yield from ("", f"## {escape(self._speaker.say(section.title))}")
            for block in section.blocks:
                yield ""
                yield from self.block(block)

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph():
                first, *rest = (self.claim(c) for c in block.claims)
                yield f"**{first}** {together(rest)}" if block.lead else together((first, *rest))
            case Items():
                for number, item in enumerate(block.items, 1):
                    yield from self.item(item, f"{number}. " if block.numbered else "- ")
            case Table():
                yield from self.table(block)
            case Chart():
                yield from ("```text", *character_chart(block, self._speaker, _CHART_WIDTH), "```")

    def claim(self, claim: Claim) -> str:
        cites = ", ".join(c.label for c in self._speaker.cites(claim))
        quote = verbatim(self._speaker.say(claim.quote))
        parts = [quote, escape(self._speaker.say(claim.text)), cites and f"<sub>{cites}</sub>"]
        return " ".join(p for p in parts if p)

    def item(self, item: Item, bullet: str) -> Iterator[str]:
        yield f"{bullet}{_SIGNS[item.sign]}{self.claim(item.head)}"
        indent = " " * len(bullet)
        for detail in item.details:
            yield f"{indent}- {self.claim(detail)}"
        if item.code is not None:
            yield from self.code(item.code, indent)

    @staticmethod
    def code(code: Code, indent: str) -> Iterator[str]:
        yield ""
        yield f"{indent}```{code.language}"
        yield from ((indent + line).rstrip() for line in code.text.rstrip().split("\n"))
        yield from (f"{indent}```", "")

    def table(self, table: Table) -> Iterator[str]:
        yield "| " + " | ".join(escape(self._speaker.say(h)) for h in table.head) + " |"
        yield "|" + "|".join("---:" if i in table.numbers else "---" for i in range(len(table.head))) + "|"
        for row in table.rows:
            yield "| " + " | ".join(self.claim(c).replace("\n", " ") for c in row) + " |"
