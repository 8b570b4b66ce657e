"""All literals that dialects look for, gathered from their code and that of `core`: the patterns, tables, constants of modules.

So a word can be known to mean nothing to any of them, see `core.alike`. More is gathered than they look for, never less: where a
pattern has `l(?:oss|r)`, each run of letters counts by itself, and what is no pattern is taken for one.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from types import CodeType, FunctionType, ModuleType

from tailwatch import core, dialects
from tailwatch.core.lazily import source_of
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NO_LITERAL: Final = re.compile(
    r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\[A-Za-z]|\(\?[aiLmsux]+[:)]|\(\?P[<=]\w+[>)]|\[\^?\]?(?:\\.|[^\]\\])*\]"
)
"""Of a pattern: escapes, flags, names of groups, sets of characters."""
_LETTERS: Final = re.compile("[A-Za-z]{2,}")


def gather() -> tuple[tuple[bytes, ...], ...]:
    """Return what `Fragments` holds."""
    packages = (dialects, core)  # what of the latter looks at shapes is not told apart
    names = [f"{package.__name__}.{m.name}" for package in packages for m in pkgutil.iter_modules(package.__path__)]
    found = {run for name in names for text in _texts(importlib.import_module(name), name) for run in _runs(text)}
    threes = {run.lower() for run in found if len(run) == 3}
    fours = {run[:4].lower() for run in found if len(run) > 3}
    twos = {run.lower() for run in found if len(run) == 2 and run.isupper()}
    return tuple(tuple(sorted(part.encode() for part in parts)) for parts in (threes, fours, twos))


def _runs(text: str) -> list[str]:
    return _LETTERS.findall(_NO_LITERAL.sub(" ", text))


def _texts(value: object, module: str) -> Iterator[str]:
    """Yield every text in a value: of a module all that is its own, of a function its constants."""
    if isinstance(value, (str, bytes)):
        yield value if isinstance(value, str) else value.decode("latin-1")
    elif not isinstance(value, (FunctionType, type)) or value.__module__ == module:
        for part in _parts(value):
            yield from _texts(part, module)


def _parts(value: object) -> Iterable[object]:
    """Return what a value is made of, as far as a text may be in it."""
    inner: tuple[object, ...]
    match value:
        case tuple() | list() | set() | frozenset():
            return value
        case dict():
            return (*value, *value.values())
        case ModuleType():
            return [v for k, v in vars(value).items() if _counts(k, v)]
        case type():
            return [v for k, v in vars(value).items() if k != "__doc__"]
        case FunctionType():
            return [c for c in value.__code__.co_consts if c is not value.__doc__]
        case CodeType():
            return value.co_consts
        case property() | staticmethod() | classmethod():
            inner = (getattr(value, "fget", None), getattr(value, "__func__", None))
        case re.Pattern():
            inner = (value.pattern,)
        case _:
            inner = (source_of(value), getattr(value, "__wrapped__", None))
    return [part for part in inner if part is not None]


def _counts(name: str, value: object) -> bool:
    """Whether a module's member may be looked for: its samples are lines, and other modules are gathered by themselves."""
    return not name.startswith("__") and name not in ("SAMPLES", "annotations") and not isinstance(value, ModuleType)
