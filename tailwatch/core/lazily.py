"""Patterns that are compiled when they are first used.

A command on a small log needs a fifth of them, and compiling all takes longer than reading the log. Even that fifth takes as long
as starting Python, so how a pattern is compiled may be set: the command line takes what an earlier command compiled.
"""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Any, AnyStr, Final, cast

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    Compile = Callable[[str | bytes, int], re.Pattern[Any]]

IGNORECASE: Final = 2
"""As `re.IGNORECASE`, which is loaded only where a pattern must be compiled."""
DOTALL: Final = 16
"""As `re.DOTALL`."""
ASCII: Final = 256
"""As `re.ASCII`."""

_ESCAPES: Final = {ord(sign): f"\\{sign}" for sign in "()[]{}?*+-|^$\\.&~# \t\n\r\v\f"}
_METHODS: Final = ("search", "match", "fullmatch", "sub", "finditer", "findall", "split")


def lazy(source: AnyStr | Callable[[], AnyStr], flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what behaves as `re.compile(source, flags)`; a source that takes time to write is given as a function."""
    return cast("re.Pattern[AnyStr]", _Lazy(source, flags))


def compile_by(compile_: Compile) -> None:
    """Have patterns compiled in another way from now on, as `re.compile` does it."""
    _Lazy.compile = staticmethod(compile_)


def escape(text: str) -> str:
    """Return the text with what is special in a pattern made plain, as `re.escape` does it."""
    return text.translate(_ESCAPES)


def _by_re(source: str | bytes, flags: int) -> re.Pattern[Any]:
    import re  # noqa: PLC0415 - start-up counts

    return re.compile(source, flags)


class _Lazy:
    """Takes over the pattern's methods at the first use: from then on it costs what the pattern costs."""

    __slots__ = ("_flags", "_source", *_METHODS)
    compile: Compile = staticmethod(_by_re)

    def __init__(self, source: str | bytes | Callable[[], str | bytes], flags: int) -> None:
        self._source = source
        self._flags = flags

    @property
    def source(self) -> str | bytes:
        """What is compiled."""
        return self._source() if callable(self._source) else self._source

    def __getattr__(self, name: str) -> Any:
        compiled = self.compile(self.source, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def source_of(value: object) -> str | bytes | None:
    """Return the source of a pattern made by `lazy`, compiled or not, None for anything else."""
    if not isinstance(value, _Lazy):
        return None
    return value.source
