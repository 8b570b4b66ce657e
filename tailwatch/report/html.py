"""The report as one HTML file: charts are SVG within it, it loads nothing, and no markup of the log is interpreted.

Every string goes through `html.escape`; a content security policy forbids scripts and requests besides.
"""

from __future__ import annotations

from html import escape
from importlib.resources import files

from tailwatch.core.breaking import together
from tailwatch.core.events import Text
from tailwatch.core.lazily import lazy
from tailwatch.core.text import ENGLISH
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.document import Chart, Claim, Document, Item, Items, Paragraph, Table
from tailwatch.report.svg import svg
from tailwatch.report.words import Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tailwatch.core.text import Language
    from tailwatch.report.document import Block, Section, Tone

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_SIGNS: Final[dict[Tone, str]] = {"bad": "✖", "warn": "▲", "good": "✔", "mute": "•", "": "•"}
_CITED: Final = Text("The lines that were cited")
_CODE: Final = lazy(r"`([^`<>]{1,80})`")
"""What sentences set in backticks, found in escaped text: the tag around it is ours."""

_NUMBER: Final = lazy(r"\d(?:\.\d{1,9})?e-\d{1,3}\b")
"""A number that a browser would break behind its minus."""

_LONG: Final = 40
"""Beyond so many cited lines their texts are folded away."""


def write_all(documents: Sequence[Document], language: Language = ENGLISH) -> str:
    """Return one page with a report for each document."""
    speaker = Speaker(language)
    style = files("tailwatch.report").joinpath("page.css").read_text(encoding="utf-8")
    title = escape(speaker.say(documents[0].title))
    page = [
        "<!doctype html>",
        f'<html lang="{escape(language.code)}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{title}: {escape(speaker.say(documents[0].subtitle[0].text))}</title>",
        f"<style>{style}</style></head><body>",
    ]
    for number, document in enumerate(documents):
        page.extend(_Writer(speaker, f"r{number}-" if len(documents) > 1 else "").document(document))
    return "\n".join([*page, "</body></html>"]) + "\n"


class _Writer:
    def __init__(self, speaker: Speaker, prefix: str) -> None:
        self._speaker = speaker
        self._prefix = prefix
        self._quotes: dict[int, str] = {}

    def document(self, document: Document) -> Iterator[str]:
        self._quotes = dict(document.quotes)
        yield "<article><header>"
        yield f"<h1>{self.say(document.title)}</h1>"
        yield f'<p class="about">{" · ".join(self.claim(c) for c in document.subtitle)}</p></header>'
        links = (f'<a href="#{self._prefix}{s.key}">{self.say(s.title)}</a>' for s in document.sections)
        yield f"<nav>{''.join(links)}</nav>"
        for section in document.sections:
            yield from self.section(section)
        yield from self.quotes()
        yield "</article>"

    def say(self, words: Text | str) -> str:
        return escape(self._speaker.say(words))

    def section(self, section: Section) -> Iterator[str]:
        yield f'<section id="{self._prefix}{section.key}" class="{section.key}"><h2>{self.say(section.title)}</h2>'
        for block in section.blocks:
            yield from self.block(block)
        yield "</section>"

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph(claims, lead):
                tone = f" {claims[0].tone}" if lead else ""
                first, *rest = (self.claim(c) for c in claims)
                text = f"<strong>{first}</strong> {together(rest)}" if lead else together((first, *rest))
                yield f'<p class="lead{tone}">{text}</p>' if lead else f"<p>{text}</p>"
            case Items():
                tag = "ol" if block.numbered else "ul"
                yield f"<{tag}>"
                for item in block.items:
                    yield from self.item(item, numbered=block.numbered)
                yield f"</{tag}>"
            case Table():
                yield from self.table(block)
            case Chart():
                yield "<figure>"
                yield from svg(block, self._speaker)
                yield f"<figcaption>{''.join(self.legend(block))}</figcaption></figure>"

    def claim(self, claim: Claim) -> str:
        quote = f"<code>{self.say(claim.quote)}</code>" if claim.quote else ""
        text = _CODE.sub(r"<code>\1</code>", self.say(claim.text))
        parts = [quote, _NUMBER.sub(r'<span class="number">\g<0></span>', text), *self.cites(claim)]
        return " ".join(p for p in parts if p)

    def cites(self, claim: Claim) -> Iterator[str]:
        for cite in self._speaker.cites(claim):
            if not cite.base and cite.line in self._quotes:
                text = escape(self._speaker.say(self._quotes[cite.line]))
                yield f'<a class="cite" href="#{self._prefix}L{cite.line}" title="{text}">{cite.label}</a>'
            else:
                yield f'<span class="cite">{cite.label}</span>'

    def item(self, item: Item, *, numbered: bool) -> Iterator[str]:
        sign = "" if numbered else f'<i class="sign" aria-hidden="true">{_SIGNS[item.sign]}</i>'
        yield f'<li class="{item.sign}">{sign}<div><p class="head">{self.claim(item.head)}</p>'
        yield from (f"<p>{self.claim(detail)}</p>" for detail in item.details)
        if item.code is not None:
            yield f"<pre><code>{escape(item.code.text.rstrip())}</code></pre>"
        yield "</div></li>"

    def table(self, table: Table) -> Iterator[str]:
        yield '<div class="wide"><table><thead><tr>'
        yield "".join(f"<th>{self.say(h)}</th>" for h in table.head) + "</tr></thead><tbody>"
        for row in table.rows:
            cells = (f'<td class="{c.tone}">{self.claim(c)}</td>' for c in row[1:])
            yield f'<tr><th scope="row">{self.claim(row[0])}</th>{"".join(cells)}</tr>'
        yield "</tbody></table></div>"

    def legend(self, chart: Chart) -> Iterator[str]:
        for curve in reversed(chart.curves):
            line = f'<svg viewBox="0 0 28 10" class="key"><polyline points="1,5 27,5" class="{curve.role}"/></svg>'
            yield f"<span>{line}{self.say(curve.label)}</span>"

    def quotes(self) -> Iterator[str]:
        if not self._quotes:
            return
        is_open = " open" if len(self._quotes) <= _LONG else ""
        yield f'<details class="quotes"{is_open}><summary>{self.say(_CITED)}</summary><dl>'
        for number, text in sorted(self._quotes.items()):
            yield f'<dt id="{self._prefix}L{number}">L{number}</dt><dd><code>{self.say(text)}</code></dd>'
        yield "</dl></details>"
