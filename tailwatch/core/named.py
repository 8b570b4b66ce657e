"""Tuples with named values, as `typing.NamedTuple` makes them, in a seventh of the time.

A command on a small log makes fifty such classes. `typing` compiles every annotation and `collections` a constructor for each
class, which takes longer than reading the log; here, constructors of as many values are one piece of code with other names in it.
"""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType
    from typing import NamedTuple
else:
    from collections import _tuplegetter

    class _Values(tuple):
        """What all such classes have."""

        __slots__ = ()
        _fields: tuple[str, ...]

        @classmethod
        def _make(cls, values: Iterable[Any]) -> Self:
            return cls(*values)

        def _replace(self, **changed: Any) -> Self:
            made = tuple.__new__(type(self), map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"{type(self).__name__} has no {', '.join(changed)}")
            return made

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            values = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({values})"

    new = tuple.__new__
    _WORLD = {"new": new}
    _FUNCTION = type(_Values._make.__func__)
    _GETTERS = tuple(_tuplegetter(place, None) for place in range(32))
    _SMALL = (
        lambda cls, a: new(cls, (a,)),
        lambda cls, a, b: new(cls, (a, b)),
        lambda cls, a, b, c: new(cls, (a, b, c)),
        lambda cls, a, b, c, d: new(cls, (a, b, c, d)),
        lambda cls, a, b, c, d, e: new(cls, (a, b, c, d, e)),
        lambda cls, a, b, c, d, e, f: new(cls, (a, b, c, d, e, f)),
        lambda cls, a, b, c, d, e, f, g: new(cls, (a, b, c, d, e, f, g)),
        lambda cls, a, b, c, d, e, f, g, h: new(cls, (a, b, c, d, e, f, g, h)),
    )
    _CODES: dict[int, CodeType] = {count: made.__code__ for count, made in enumerate(_SMALL, 1)}

    def _code(count: int) -> CodeType:
        """Return the constructor of so many values; most have few, and need not be compiled."""
        if count not in _CODES:
            given = "".join(f", v{place}" for place in range(count))
            made = eval(f"lambda cls{given}: new(cls, ({given[2:]},))", _WORLD)  # noqa: S307 - of numbers alone
            _CODES[count] = made.__code__
        return _CODES[count]

    class _Maker(type):
        """Takes a class apart that annotates its values, and makes one of tuples."""

        def __new__(cls, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, members)
            names = tuple(members["__annotations__"])
            given = [name for name in names if name in members]
            if tuple(given) != names[len(names) - len(given) :]:
                raise TypeError(f"{name} has a value without a default behind one with it")
            defaults = tuple(map(members.get, given))
            code = _code(len(names)).replace(co_varnames=("cls", *names), co_name="__new__")
            members |= zip(names, _GETTERS, strict=False)
            members |= {"__slots__": (), "__match_args__": names, "_fields": names}
            members["__new__"] = _FUNCTION(code, _WORLD, "__new__", defaults)
            return type(name, (_Values,), members)

    class NamedTuple(metaclass=_Maker):
        """The base of a class that annotates its values, in their order; a default must not be mutable."""


__all__ = ["NamedTuple"]
