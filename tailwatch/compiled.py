"""Compiled patterns, kept from one command to the next.

`re` compiles a pattern in two steps: it writes a program for its engine, in Python, which takes 97 % of the time, and hands it to
the engine. The programs are kept: the thirty patterns of a small log take 0.2 ms instead of 9. What they mean is told by the
pattern's own text, so they hold for every version of tailwatch, but for one version of the engine. Where this Python has no such
engine, or wants it told in another way, patterns are compiled as always.
"""

from __future__ import annotations

import sys
from array import array

from tailwatch.core.typed import TYPE_CHECKING, Any, Final
from tailwatch.kept import file_of, keep, read

if TYPE_CHECKING:
    import re

    Known = dict[tuple[str | bytes, int], tuple[Any, ...]]

MOST: Final = 2000
"""So many patterns are kept; beyond that it is begun anew."""
FORMAT: Final = 1
"""What is kept has this form."""
_KEY: Final = (FORMAT, sys.version)


class Compiler:
    """Compiles patterns as `re.compile` does; `save` keeps those that were compiled anew."""

    def __init__(self) -> None:
        self._path = file_of("patterns", sys.version)
        found = read(self._path, _KEY)
        self._known: Known = found[0] if found else {}
        self._new: Known = {}

    def compile(self, source: str | bytes, flags: int) -> re.Pattern[Any]:
        """Return the pattern of this text."""
        program = self._known.get((source, flags))
        if program is None and (program := _program(source, flags)) is not None:
            self._new[source, flags] = program
        made = _engine(source, *program) if program is not None else None
        if made is None:
            import re  # noqa: PLC0415 - only an engine that wants it told in another way comes here

            made = re.compile(source, flags)
        return made

    def save(self) -> None:
        """Keep what was compiled anew, beside what was known."""
        if self._new:
            known = self._known if len(self._known) + len(self._new) <= MOST else {}
            keep(self._path, _KEY, (known | self._new,))


def _engine(source: str | bytes, flags: int, code: bytes, *told: Any) -> re.Pattern[Any] | None:
    """Hand a program to the engine, which looks whether it is one."""
    try:
        import _sre  # type: ignore[import-not-found]  # noqa: PLC0415

        made: re.Pattern[Any] = _sre.compile(source, flags, memoryview(code).cast("I").tolist(), *told)
    except (ImportError, AttributeError, TypeError, ValueError, RuntimeError, OverflowError):
        return None
    return made


def _program(source: str | bytes, flags: int) -> tuple[Any, ...] | None:
    """Write the program of a pattern that can be compiled, as `re` does: flags, code, groups, and their names both ways."""
    try:
        from re import _compiler, _parser  # type: ignore[attr-defined]  # noqa: PLC0415

        parsed = _parser.parse(source, flags)
        code = array("I", _compiler._code(parsed, flags)).tobytes()  # noqa: SLF001 - what `re` itself calls
        state = parsed.state
        names = {place: name for name, place in state.groupdict.items()}
        told = (state.groups - 1, dict(state.groupdict), tuple(map(names.get, range(state.groups))))
        return (flags | state.flags, code, *told)
    except (ImportError, AttributeError, TypeError, ValueError, OverflowError):
        return None


__all__ = ["Compiler"]
