"""Sentences, rendered last: a template and its named values become text in the reader's language.

English is the key: a sentence is looked up by its English template, and what has no translation stays English. A language is a
value that is given when something is rendered; nothing before that knows one.
"""

from __future__ import annotations

from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Protocol

    class Translations(Protocol):
        """Where a language keeps its sentences."""

        def find(self, english: str, many: str = "") -> str | None:
            """Return the translation of a template (`many` is its form for counts other than 1), None where there is none."""


class Text(NamedTuple):
    """A sentence not yet written: the template (its English text is its id) and the values named in it.

    Rendered last, so that every front end and every language says the same. A value that is a word or phrase of English, such as
    `epoch 3`, is a `Text` itself. A text without values is said as it stands, braces and all. `many` is the template for counts
    other than 1; the count is the value `n`. No dataclass: importing those takes longer than all else that `explain` does.
    """

    template: str
    values: Mapping[str, object] = {}
    many: str = ""


class Language:
    """How templates become text. Without translations (`en`) they are said as they stand.

    A language other than English has one form for all counts, as Chinese has.
    """

    def __init__(self, code: str = "en", translations: Translations | None = None) -> None:
        self.code = code
        self._translations = translations

    def of(self, template: str) -> str:
        """Return the template, or a fixed word or sentence, in this language."""
        if self._translations is None:
            return template
        return self._translations.find(template) or template

    def say(self, template: str, /, **values: object) -> str:
        """Return a sentence with its values; those that are `Text` themselves are said in the same language."""
        return self.fill(self.of(template), values)

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Return the sentence that fits a count, which it calls `{n}`: `one` for 1, `many` for all else."""
        return self.fill(self._form(one, many, n), {"n": n, **values})

    def render(self, text: Text | str) -> str:
        """Return a sentence that was made elsewhere; plain text is what it is. Without values braces are only braces."""
        if isinstance(text, str):
            return text
        template = self._form(text.template, text.many, text.values.get("n")) if text.many else self.of(text.template)
        return self.fill(template, text.values) if text.values else template

    def listed(self, items: Iterable[object]) -> str:
        """Return words in a row, as this language separates them."""
        return self.of(_SEPARATOR).join(str(self.value(item)) for item in items)

    def _form(self, one: str, many: str, n: object) -> str:
        if self._translations is not None and (found := self._translations.find(one, many)):
            return found
        return one if n == 1 else many

    def fill(self, template: str, values: Mapping[str, object]) -> str:
        """Put the values into a sentence."""
        return template.format(**{name: self.value(v) for name, v in values.items()})

    def value(self, value: object) -> object:
        """Return a value as this language says it."""
        return self.render(value) if isinstance(value, Text) else value


def phrase(text: str) -> str:
    """Return the text as it is: marks one that is translated where it is used, so that it is found here."""
    return text


_SEPARATOR: Final = phrase(", ")
ENGLISH: Final = Language()


def render(text: Text | str, language: Language = ENGLISH) -> str:
    """Return the sentence in a language."""
    return language.render(text)


def compact(value: float) -> str:
    """Return a number as people write it: 0.0001 is 1e-4, 0.35 is 0.35, 37632 is 37,632; four significant digits at most."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    size = abs(value)
    if size >= 1000 and value == int(value):
        return f"{value:,.0f}"
    if size != 0 and (size < 1e-3 or size >= 1e6):
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:.4g}"
