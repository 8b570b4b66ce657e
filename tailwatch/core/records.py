"""Classes that hold values: slots, a constructor and a representation made of the annotations, as `dataclasses` makes them.

Importing `dataclasses` takes a third as long as starting Python, because it imports what looks into source code. A command on a
small log cannot wait for that; what is loaded with a report or the screen may use it.
"""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Any, TypeVar, cast, dataclass_transform

if TYPE_CHECKING:
    from types import CodeType

_T = TypeVar("_T")
_CODES: dict[int, CodeType] = {}


@dataclass_transform(eq_default=False)
def record(cls: type[_T]) -> type[_T]:
    """Make a class one that holds what it annotates, and is constructed of it in that order; a default must not be mutable."""
    names = tuple(cls.__annotations__)
    members: dict[str, Any] = dict(vars(cls))
    given = [name for name in names if name in members]
    defaults = tuple(map(members.pop, given))
    if tuple(given) != names[len(names) - len(given) :]:
        raise TypeError(f"{cls.__name__} has a value without a default behind one with it")
    for of_the_first in ("__dict__", "__weakref__"):
        members.pop(of_the_first, None)
    code = _code(len(names)).replace(co_varnames=("self", *names), co_names=names, co_name="__init__")
    members["__init__"] = _FUNCTION(code, {}, "__init__", defaults)
    members |= {"__slots__": names, "__repr__": lambda self: _repr(self, names)}
    return cast("type[_T]", type(cls.__name__, cls.__bases__, members))


def _code(count: int) -> CodeType:
    """Return a constructor of so many values; those of other classes differ in nothing but names (see `named.py`)."""
    if count not in _CODES:
        made: dict[str, Any] = {}
        given = ", ".join(f"v{place}" for place in range(count))
        body = "\n".join(f"    self.n{place} = v{place}" for place in range(count))
        exec(f"def init(self, {given}):\n{body}", made)  # noqa: S102 - of numbers alone
        _CODES[count] = made["init"].__code__
    return _CODES[count]


_FUNCTION: Any = type(_code)


def _repr(self: object, names: tuple[str, ...]) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
    return f"{type(self).__qualname__}({values})"
