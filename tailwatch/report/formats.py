"""How a report can be written: each format is one file with `write(document, language)`."""

from __future__ import annotations

from tailwatch.core.text import ENGLISH
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tailwatch.core.text import Language
    from tailwatch.report.document import Document


def writer(format: str, language: Language = ENGLISH) -> Callable[[Sequence[Document]], str]:  # noqa: A002
    """Return what writes one report, or several after another, in a format."""
    if format == "html":
        from tailwatch.report.html import write_all  # noqa: PLC0415 - each report loads its own format only

        return lambda documents: write_all(documents, language)
    if format == "md":
        from tailwatch.report.markdown import write as write_markdown  # noqa: PLC0415

        return lambda documents: "\n".join(write_markdown(d, language) for d in documents)
    from tailwatch.report.text import write  # noqa: PLC0415

    return lambda documents: "\n\n".join(write(d, language) for d in documents)
