"""Checks of single settings: each takes a value as TOML or a variable gives it, and says what it must be otherwise."""

from __future__ import annotations

import codecs

from tailwatch.core.errors import UsageError
from tailwatch.core.errors import words as words_of
from tailwatch.core.text import Text, phrase
from tailwatch.core.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def text(value: object) -> str:
    """Take any text but an empty one."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(phrase("text in quotes"))
    return value


def texts(value: object) -> tuple[str, ...]:
    """Take a list of texts."""
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValueError(phrase("a list of texts in quotes"))
    return tuple(value)


def one_of(*words: str) -> Callable[[object], str]:
    """Take one of a few words."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value.strip().lower() not in words:
            raise ValueError(Text("one of {words}", {"words": ", ".join(words)}))
        return value.strip().lower()

    return check


def encoding(value: object) -> str:
    """Take the name of an encoding of text, or auto."""
    name = value.strip().lower() if isinstance(value, str) else ""
    if name == "auto":
        return name
    try:
        "\n".encode(name)  # a name of something that is no encoding of text raises LookupError as well
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        raise ValueError(phrase("auto or the name of an encoding, such as utf-8, utf-16, gb18030 or latin-1")) from None


def amount(value: object) -> float:
    """Take a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(phrase("a number"))  # noqa: TRY004 - it becomes a sentence
    return float(value)


def times(value: object) -> int:
    """Take a count."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(phrase("a whole number from 1 on"))
    return value


def truth(value: object) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise ValueError(phrase("true or false"))  # noqa: TRY004 - it becomes a sentence
    return value


def some_of(*words: str) -> Callable[[object], tuple[str, ...]]:
    """Take a list of a few words."""

    def check(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or not all(item in words for item in value):
            raise ValueError(Text("a list of {words}", {"words": ", ".join(words)}))
        return tuple(value)

    return check


def check_of(
    checks: Mapping[str, Callable[[object], Any]], key: str, where: str, known: Iterable[str]
) -> Callable[[object], Any]:
    """Return the check of a key.

    Args:
        checks: the checks by key.
        key: as the user wrote it.
        where: file and table, for the sentence.
        known: the keys that may be proposed instead.

    Raises:
        UsageError: there is no such key; says which one it may have meant.
    """
    if key in checks:
        return checks[key]
    from difflib import get_close_matches  # noqa: PLC0415 - for errors only

    near = get_close_matches(key, known, n=1)
    if near:
        raise UsageError("{where}: there is no key {key}; did you mean {near}?", where=where, key=repr(key), near=repr(near[0]))
    raise UsageError("{where}: there is no key {key}; the keys are {keys}.", where=where, key=repr(key), keys=", ".join(known))


def checked(check: Callable[[object], Any], value: object, where: Text | str) -> Any:
    """Return what a check makes of a value.

    Raises:
        UsageError: says `where` and what the value must be.
    """
    try:
        return check(value)
    except UsageError as error:
        raise UsageError("{where} {error}", where=where, error=error.sentence) from None
    except ValueError as error:
        shown = repr(value)[:60]
        raise UsageError("{where} must be {wanted}, not {value}.", where=where, wanted=words_of(error), value=shown) from None
