"""Patterns written as the line itself, with `{name}` where a number stands: `[{time}] it {step} L={loss}`.

A template becomes a regular expression that never goes back over what it has read: numbers are atomic, and so is each piece
between two `{*}`, which is looked for from left to right and kept where it is first found. Its time grows with the length of the
line alone, whatever the line holds.

In the text of a template a run of blanks stands for any blanks, `{{` and `}}` for braces, and everything else for itself.
`{name}` is a number (also `nan`, `1e-5`, `40,100`, `17K`), `{}` a number that is not kept, `{*}` any text, `{time}` a time stamp,
`{split}` and `{name}` words.
"""

from __future__ import annotations

import re

from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._prefix import STAMP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.chosen import Holds

WORDS: Final = ("split", "name")
"""Placeholders that stand for a word, not a number."""

_PART: Final = lazy(r"\{\{|\}\}|\{([^{}]*)\}|\s+|[^\s{}]+|[{}]")
_STAMP: Final = rb"(?>" + STAMP + rb"|00:00:00(?:[.,]0{1,9})?)"
_SIGN: Final = rb"[-+]?+"
_NAN: Final = rb"(?:[nN]a[nN]|NAN|[iI]nf(?:inity)?|INF)(?![A-Za-z])"
_END: Final = rb"(?![A-Za-z0-9_])"


class _Piece(NamedTuple):
    """A literal, a run of blanks, or a placeholder; `name` is None but for a placeholder."""

    text: str
    name: str | None = None


class Template:
    """A template made ready; `names` are its placeholders in order.

    Raises:
        ValueError: it cannot be read; the message says why.
    """

    def __init__(self, text: str) -> None:
        pieces = list(_pieces(text.strip()))
        self.names = [p.name for p in pieces if p.name not in (None, "", "*")]
        self._literals: list[bytes] = []
        self._pattern = re.compile(self._expression(pieces))

    def spans(self, shape: bytes) -> dict[str, tuple[int, int]] | None:
        """Return where the placeholders stand in a shape, or None if it is another one."""
        found = self._pattern.match(shape)
        return None if found is None else {n: found.span(f"p{i}") for i, n in enumerate(self.names) if n}

    def holds(self, shape: bytes) -> Holds | None:
        """Return the test of a line of this shape: whether the digits of the template's text are its own. None if it has none."""
        found = self._pattern.match(shape)
        if found is None or not self._literals:
            return None
        spans = [(*found.span(f"d{i}"), text) for i, text in enumerate(self._literals)]
        return lambda raw: all(raw[start:end] == text for start, end, text in spans)

    def _expression(self, pieces: list[_Piece]) -> bytes:
        """Join the pieces; what lies between two `{*}` is one atomic group, the last one up to the end of the line."""
        out = [rb"\s*+(?>"]
        number = 0
        for i, piece in enumerate(pieces):
            after = pieces[i + 1] if i + 1 < len(pieces) else None
            if piece.name == "*":
                out.append(rb")(?>.*?")
            elif piece.name is None:
                out.append(self._literal(piece.text))
            elif piece.name == "":
                out.append(_number(after))
            else:
                out.append(b"(?P<p%d>" % number + _placeholder(piece.name, after) + b")")
                number += 1
        return b"".join((*out, rb"\s*+$)"))

    def _literal(self, text: str) -> bytes:
        if text.isspace():
            return rb"\s{1,40}+"
        raw = text.encode("utf-8", "replace")
        shape = raw.translate(DIGITS_TO_ZERO)
        if b"0" not in shape:
            return re.escape(raw)
        self._literals.append(raw)
        return b"(?P<d%d>%s)" % (len(self._literals) - 1, re.escape(shape))


def _pieces(text: str) -> Iterator[_Piece]:
    previous: str | None = None
    for found in _PART.finditer(text):
        whole, name = found[0], found[1]
        if whole in ("{", "}"):
            raise ValueError(
                f"the brace at {text[found.start() : found.start() + 12]!r} has no other one; write {whole * 2} for a brace"
            )
        if name is None:
            yield _Piece(whole[:1] if whole in ("{{", "}}") else whole)
            previous = None
            continue
        name = name.strip()
        if previous is not None and "*" in (previous, name):
            if previous == name:
                raise ValueError("two {*} stand side by side; one is enough")
        elif previous is not None:
            raise ValueError(f"nothing stands between {{{previous}}} and {{{name}}}, so that it is unclear where the first ends")
        yield _Piece("", name)
        previous = name


def _placeholder(name: str, after: _Piece | None) -> bytes:
    if name in WORDS:
        return rb"[^\s:=,;|()\[\]{}]{1,60}+"
    return b"(?>%s|%s)" % (_STAMP, _number(after)) if name in ("time", "timestamp") else _number(after)


def _number(after: _Piece | None) -> bytes:
    """A number, which takes no comma, dot or letter that the template has behind it."""
    behind = after.text[:1] if after is not None and after.name is None else ""
    plain = rb"0{1,40}+(?:\.0{%d,40}+)?+" % (behind == ".")
    grouped = b"" if behind == "," else rb"0{1,3}+(?:,000(?!0)){1,8}+(?:\.0{1,40}+)?+|"
    magnitude = b"" if behind.isalnum() else rb"(?:[kKmMgGbBtT](?![A-Za-z0-9_/]))?+"
    power = b"" if behind in ("e", "E") else rb"(?:[eE][-+]?+0{1,4}+)?+"
    end = _END if after is None or after.name is not None else b""
    return rb"(?>%s(?:%s%s%s%s|\.0{1,40}+%s|%s))%s" % (_SIGN, grouped, plain, power, magnitude, power, _NAN, end)
