"""Drafting a `[[pattern]]` for a line that nothing understood, ready to be pasted into the configuration file.

The numbers are named as the general grammar would name them, the rest of the line stands as it is; where the grammar sees no
name, the numbers become `{column 1}`, `{column 2}` and so on. A draft is tried on its line before it is shown.
"""

from __future__ import annotations

from unicodedata import east_asian_width

from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.events import EMPTY_FRAME
from tailwatch.core.lazily import lazy
from tailwatch.core.sanitise import decode, sanitise
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._pairs import Pairs
from tailwatch.dialects._template import Template
from tailwatch.dialects._tokens import scan

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 400
_DIGITS: Final = lazy(r"\d+")
_BLANKS: Final = lazy(r"(\s+)")
_HEADING: Final = lazy(r"[^\W\d_]+[:=]")
"""What a word that holds digits begins with, and keeps from line to line."""
_NAMED: Final = lazy(r"(?<!\{)\{(?!(?:\*|time|rank)?\})")
_HOLES: Final = lazy(r"\{[^{}]*\}")
_WORDS: Final = lazy(r"[^\W\d_](?:[^\W\d]|[ -])*")
_LONGEST_HEADING: Final = 48
"""Bytes before a number in which its heading stands."""
_LETTER: Final = lazy(r"[^\W\d_]")
_TAIL: Final = 60
"""Characters behind the last number that are written out; a longer rest becomes `{*}`."""

_PLACES: Final = ("epoch", "epochs", "step", "steps")


def draft(raw: bytes) -> str:
    """Return a template for a line, or "" where none could be made that reads it."""
    text = decode(raw[:LONGEST].rstrip()).strip()
    line = text.encode("utf-8", "replace")
    shape = line.translate(DIGITS_TO_ZERO)
    names = _names(line, shape)
    for kept in (names, {span: name for span, name in names.items() if name not in ("", "*")}):
        template = _join(line, kept)
        try:
            if _is_of_use(template) and Template(template).spans(shape) is not None:
                return template
        except ValueError:
            continue
    return ""


def _is_of_use(template: str) -> bool:
    """Whether a template names a number, and enough of the line that it does not take others away from those who read them."""
    return bool(_NAMED.search(template)) and ("{*}" not in template or bool(_LETTER.search(_HOLES.sub("", template))))


def as_toml(template: str, width: int = 80) -> str:
    """Return the table of a pattern, in lines of at most `width` columns."""
    import json  # noqa: PLC0415 - only what was not understood comes here, and start-up counts

    quoted = json.dumps(template, ensure_ascii=False)
    if "'" not in template and template.isprintable():
        quoted = f"'{template}'"  # nothing in it means anything else
    if _columns(quoted) + len("line = ") <= width:
        return f"[[pattern]]\nline = {quoted}\n"
    folded = _folded(json.dumps(template, ensure_ascii=False)[1:-1], width - len('"""'))
    pieces = "\\\n".join(folded)
    return f'[[pattern]]\nline = """\\\n{pieces}"""\n'


def _columns(text: str) -> int:
    """Return the columns that text takes on a terminal."""
    return len(text) if text.isascii() else sum(1 + (east_asian_width(c) in "WF") for c in text)


def _folded(quoted: str, width: int) -> Iterator[str]:
    """Cut what stands between the quotes behind a blank, if need be elsewhere, never within an escape.

    No piece begins with a blank: TOML drops those.
    """
    while _columns(quoted) > width:
        most = next(i for i in range(len(quoted), 0, -1) if _columns(quoted[:i]) <= width)
        ends = [i for i in range(1, most + 1) if quoted[i] != " " and not _within_escape(quoted, i)]
        at = next((i for i in reversed(ends) if quoted[i - 1] == " " and i > most // 2), ends[-1])
        yield quoted[:at]
        quoted = quoted[at:]
    yield quoted


def _within_escape(quoted: str, at: int) -> bool:
    return (len(quoted[:at]) - len(quoted[:at].rstrip("\\"))) % 2 == 1


def _names(line: bytes, shape: bytes) -> dict[tuple[int, int], str]:
    """Return the placeholders by where they stand: named numbers, numbers, time stamps, and noise that holds digits."""
    found = scan(shape)
    pairs = Pairs(found, EMPTY_FRAME)
    pairs.read()
    names = {(t.start, t.end): "" for t in found.tokens}
    for value in pairs.values:
        span = (value.field.start, value.field.end)
        names = {s: n for s, n in names.items() if not span[0] <= s[0] < span[1]}
        names[span] = _as_printed(value.name.text, line, shape, span[0])
    for place in pairs.places:
        if place.role in _PLACES and _counts(line, place.start, place.end):
            names[place.start, place.end] = place.role
    if not any(name not in ("", *_PLACES) for name in names.values()):
        unnamed = sorted(span for span, name in names.items() if not name)
        names |= {span: _heading_of(line, span[0]) or f"column {i}" for i, span in enumerate(unnamed, 1)}
    if found.prefix.time is not None:
        names[found.prefix.time] = "time"
    if found.prefix.rank is not None:
        names[found.prefix.rank] = "rank"
    return names


def _heading_of(line: bytes, at: int) -> str:
    """Return the words before a number that a colon or an equals sign sets off from it, "" where none are."""
    before = line[max(0, at - _LONGEST_HEADING) : at].decode("utf-8", "ignore").rstrip()
    if not before.endswith((":", "=", "：")):
        return ""
    words = _WORDS.findall(before[:-1])
    return words[-1].strip(" -") if words and before[:-1].rstrip().endswith(words[-1].rstrip()) else ""


def _counts(line: bytes, start: int, end: int) -> bool:
    """Whether a number can be a place: a whole one, or a part of an epoch that the line calls so."""
    return line[start:end].isdigit() or (b"epoch" in line[:start].lower() and not line[start:end].startswith(b"-"))


def _as_printed(name: str, line: bytes, shape: bytes, before: int) -> str:
    """Return a name with its own digits, without what means something in a template."""
    raw = name.encode()
    at = shape.rfind(raw, 0, before)
    shown = line[at : at + len(raw)].decode("utf-8", "replace") if at >= 0 else name
    kept = "".join(c for c in shown if c.isprintable() and c not in "{}*\ufffd")
    return " ".join(sanitise(kept).split()) or "value of this line"


def _join(line: bytes, names: dict[tuple[int, int], str]) -> str:
    """Write the placeholders between the text of the line; no two stand side by side, and no name comes twice."""
    parts: list[str] = []
    used: set[str] = set()
    at = 0
    for (start, end), name in sorted(names.items()):
        if start < at:
            continue
        parts += _text(line[at:start])
        if parts and parts[-1].startswith("{") and not parts[-1].startswith(("{{", "{*}")):
            name = "*"  # noqa: PLW2901 - nothing stands between it and the number before
        unique = name if name in ("", "*") else next(n for n in _numbered(name) if n not in used)
        used.add(unique)
        if not (unique == "*" and parts and parts[-1] == "{*}"):
            parts.append(f"{{{unique}}}")
        at = end
    tail = line[at:].decode("utf-8", "replace")
    parts += _text(line[at:]) if len(tail) <= _TAIL else ["{*}"]
    return "".join(p for i, p in enumerate(parts) if not (p == "{*}" and i and parts[i - 1] == "{*}"))


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} {i}" for i in range(2, 1000))


def _text(raw: bytes) -> list[str]:
    """Return text as a template has it; words with digits, which may be others in the next line, and unsafe signs are `{*}`."""
    parts: list[str] = []
    for piece in _BLANKS.split(raw.decode("utf-8", "replace")):
        if _DIGITS.search(piece) or sanitise(piece) != piece or "\ufffd" in piece:
            heading = _HEADING.match(sanitise(piece))
            parts += [heading[0], "{*}"] if heading else ["{*}"]
        elif piece.isspace():
            parts.append(" ")
        elif piece:
            parts.append(piece.replace("{", "{{").replace("}", "}}"))
    return parts
