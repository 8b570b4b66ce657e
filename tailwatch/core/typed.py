"""What `typing` gives, without loading it.

`typing` takes a third as long to load as Python takes to start, and says nothing to a program that runs: the names below are for
who reads the code, people and type checkers. These see those of `typing`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        IO,
        Any,
        AnyStr,
        ClassVar,
        Final,
        Literal,
        NoReturn,
        Protocol,
        Self,
        TextIO,
        TypeVar,
        cast,
        dataclass_transform,
        overload,
    )
else:

    class Final:
        """Stands for all that only annotations name; they are not evaluated."""

        def __class_getitem__(cls, _: object) -> type[Final]:
            return cls

    IO = Any = AnyStr = ClassVar = Literal = NoReturn = Self = TextIO = Final

    class Protocol:
        """What has such methods; nobody asks at run time."""

    def TypeVar(name, **_):  # noqa: N802
        """Return something to name in annotations."""
        return name

    def cast(_, value):
        """Return the value."""
        return value

    def overload(function):
        """Return the function; the one that is defined last counts."""
        return function

    def dataclass_transform(**_):
        """Return what leaves a class as it is."""
        return lambda made: made


__all__ = [
    "IO",
    "TYPE_CHECKING",
    "Any",
    "AnyStr",
    "ClassVar",
    "Final",
    "Literal",
    "NoReturn",
    "Protocol",
    "Self",
    "TextIO",
    "TypeVar",
    "cast",
    "dataclass_transform",
    "overload",
]
