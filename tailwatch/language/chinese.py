"""What Chinese asks for beside its words: a blank between Chinese characters and the Latin letters or digits beside them.

Templates are written without blanks around their values, because a value may be either: 验证{metric} becomes 验证损失 or 验证 F1.
"""

from __future__ import annotations

import string

from tailwatch.core.text import Language
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Chinese(Language):
    """Simplified Chinese."""

    def __reduce__(self) -> tuple[Callable[[str], Language], tuple[str]]:
        """Go to another process by its code alone."""
        from tailwatch.language import language  # noqa: PLC0415 - it imports this module

        return language, (self.code,)

    def fill(self, template: str, values: Mapping[str, object]) -> str:
        """Put the values into a sentence."""
        text = ""
        for literal, name, form, _ in string.Formatter().parse(template):
            text = _beside(text, literal)
            if name is not None:
                text = _beside(text, format(self.value(values[name]), form or ""))
        return text


def _beside(left: str, right: str) -> str:
    if not left or not right:
        return left + right
    a, b = left[-1], right[0]
    apart = (_is_han(a) and b.isascii() and b.isalnum()) or (a.isascii() and a.isalnum() and _is_han(b))
    return f"{left} {right}" if apart else left + right


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"
