"""Patterns that are compiled when they are first used.

A command on a small log needs a fifth of them, and compiling all takes longer than reading the log.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable

_METHODS: Final = ("search", "match", "fullmatch", "sub", "finditer", "findall", "split")


def lazy(source: AnyStr | Callable[[], AnyStr], flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what behaves as `re.compile(source, flags)`; a source that takes time to write is given as a function."""
    return cast("re.Pattern[AnyStr]", _Lazy(source, flags))


class _Lazy:
    """Takes over the pattern's methods at the first use: from then on it costs what the pattern costs."""

    __slots__ = ("_flags", "_source", *_METHODS)

    def __init__(self, source: str | bytes | Callable[[], str | bytes], flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        source = self._source() if callable(self._source) else self._source
        compiled = re.compile(source, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
