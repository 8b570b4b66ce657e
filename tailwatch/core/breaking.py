"""Where a line of text may be broken: at blanks, and between wide characters, but never before or after certain punctuation.

The rule for Chinese: no line begins with a closing mark or ends with an opening one (W3C, "Requirements for Chinese Text Layout",
line composition).
"""

from __future__ import annotations

import unicodedata

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NEVER_FIRST: Final = "，。、；：？！）】》”’…％%,.;:?!)]"
_FULL: Final = "，。、；：？！）】》"
_NEVER_LAST: Final = "（【《“‘(["


def cells(text: str) -> int:
    """Return the columns that text takes on a terminal: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def together(sentences: Iterable[str]) -> str:
    """Put sentences one after another, with a blank between them; a full-width mark has its blank in itself."""
    text = ""
    for sentence in filter(None, sentences):
        text += sentence if not text or text[-1] in _FULL else f" {sentence}"
    return text


def words(text: str) -> Iterator[tuple[str, str]]:
    """Yield what must stay on one line, and the blank after it: words; wide characters, with the punctuation beside them."""
    for word in text.split(" "):
        start = 0
        for i in range(1, 0 if word.isascii() else len(word)):
            before, after = word[i - 1], word[i]
            if (cells(before) == 2 or cells(after) == 2) and before not in _NEVER_LAST and after not in _NEVER_FIRST:
                yield word[start:i], ""
                start = i
        yield word[start:], " "
