"""The report's sections, one file each; `tell` puts them in order."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING
from tailwatch.report.document import Document, Section
from tailwatch.report.story import actions, callbacks, charts, diagnosis, figures, findings, messages, phases, setup, unknowns

if TYPE_CHECKING:
    from tailwatch.report.facts import Facts
    from tailwatch.report.quotes import Quotes

_ORDER = (diagnosis, figures, charts, findings, actions, phases, callbacks, setup, messages, unknowns)


def tell(facts: Facts, quotes: Quotes | None = None) -> Document:
    """Return the whole report on a log, with the text of the lines it cites; a section with nothing to say is left out."""
    sections = [Section(part.key, part.TITLE, blocks) for part in _ORDER if (blocks := tuple(part.blocks(facts)))]
    told = Document(diagnosis.TITLE_OF_REPORT, tuple(diagnosis.about(facts)), tuple(sections), {})
    return told if quotes is None else told._replace(quotes=quotes.text(told.cited()))
