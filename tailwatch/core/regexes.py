r"""Patterns written as regular expressions, run by RE2, whose time grows with the length of the line alone.

Python's own engine can be made to go back over a line again and again, so a user's expression never reaches it. RE2 is an
optional extra; there is no look-around and no back-reference in it.

Dialects and the cache of messages see shapes, in which every digit is 0. An expression is loosened to match: `GPU1` becomes
`GPU0`, `[1-9]` `[0-0]`. Where
that forgets something (the 1 of `GPU1`), the expression itself is asked of each line of a shape that fits.
"""

from __future__ import annotations

from tailwatch.core.digits import TEXT_DIGITS_TO_ZERO
from tailwatch.core.lazily import DOTALL, lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.chosen import Holds

MAX_MEMORY: Final = 8 << 20
"""Bytes RE2 may use for one expression; a bigger one is refused."""

_TOKEN: Final = lazy(
    r"\\Q(?P<quoted>.*?)(?:\\E|$)|\\x\{[^}]*\}|\\x..|\\[pP]\{[^}]*\}|\\."
    r"|(?P<class>\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\])|\{[0-9]+(?:,[0-9]*)?\}"
    r"|\(\?P?<(?P<name>[^>]*)>|(?P<digit>[0-9])|(?P<paren>[()])|.",
    DOTALL,
)
_DIGIT: Final = lazy("[0-9]")
_ANY_DIGIT: Final = lazy("[01]-9")


class _Token(NamedTuple):
    text: str
    exact: bool
    name: str | None
    paren: str


class Regex:
    """An expression made ready; `names` are its named groups in order.

    Raises:
        ValueError: it cannot be used; the message says why.
    """

    def __init__(self, text: str, instead: str = "line") -> None:
        """Compile it; `instead` is the key that works without RE2, for the sentence that says so."""
        compiled = _compile(text, instead)
        tokens = list(_tokens(text))
        _refuse_nested(tokens)
        self.names = [t.name for t in tokens if t.name is not None]
        self._loose = _compile("".join(t.text for t in tokens), instead)
        self._exact = compiled if any(t.exact for t in tokens) else None
        self._compiled = compiled

    def search(self, text: str) -> dict[str, str | None] | None:
        """Return what the named groups hold in a line, or None if the expression is not found in it."""
        found = self._compiled.search(text)
        return None if found is None else found.groupdict()

    def spans(self, shape: bytes) -> dict[str, tuple[int, int]] | None:
        """Return where the named groups stand in a shape, or None if it is another one; groups without text are left out."""
        try:
            text = shape.decode("utf-8")
        except UnicodeDecodeError:
            return None
        found = self._loose.search(text)
        if found is None:
            return None
        places = {name: found.span(at) for name, at in self._loose.groupindex.items()}
        if not text.isascii():
            places = {n: (len(text[:a].encode()), len(text[:b].encode())) if a >= 0 else (a, b) for n, (a, b) in places.items()}
        return {name: (start, end) for name, (start, end) in places.items() if end > start >= 0}

    def holds(self, shape: bytes) -> Holds | None:
        """Return the test of a line whose shape fits, or None if the shape tells everything."""
        del shape
        exact = self._exact
        return None if exact is None else lambda raw: exact.search(raw.decode("utf-8", "replace")) is not None


def _compile(text: str, instead: str) -> Any:
    try:
        import re2  # noqa: PLC0415 - an extra, and slow to load
    except ImportError:
        raise ValueError(
            "regular expressions need the package google-re2 (pip install 'tailwatch[regex]'); without it write "
            f"`{instead} = ...`, the line with {{name}} where a number stands"
        ) from None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(text, options)
    except re2.error as error:
        said = error.args[0]
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise ValueError(f"{said} (the syntax is RE2's: no look-around, no back-references)") from None


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        whole = found[0]
        if found["name"] is not None:
            yield _Token(whole, exact=False, name=found["name"], paren="(")
        elif found["quoted"] is not None:
            yield _Token(whole.translate(TEXT_DIGITS_TO_ZERO), exact=_DIGIT.search(whole) is not None, name=None, paren="")
        elif found["class"] is not None:
            exact = _DIGIT.search(_ANY_DIGIT.sub("", whole)) is not None
            yield _Token(_ANY_DIGIT.sub("0-0", whole).translate(TEXT_DIGITS_TO_ZERO), exact=exact, name=None, paren="")
        elif found["digit"] is not None:
            yield _Token("0", exact=True, name=None, paren="")
        else:
            yield _Token(whole, exact=False, name=None, paren=found["paren"] or "")


def _refuse_nested(tokens: list[_Token]) -> None:
    named: list[str | None] = []
    seen: set[str] = set()
    for token in tokens:
        if token.paren == ")" and named:
            named.pop()
        elif token.paren == "(":
            outer = next((n for n in named if n is not None), None)
            if token.name is not None and outer is not None:
                raise ValueError(f"the group {token.name!r} lies in the group {outer!r}; a number has one name")
            if token.name in seen:
                raise ValueError(f"the name {token.name!r} is given twice")
            seen |= {token.name} if token.name is not None else set()
            named.append(token.name)
