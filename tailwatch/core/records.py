"""Classes that hold values: slots, a constructor and a representation made of the annotations, as `dataclasses` makes them.

Importing `dataclasses` takes a third as long as starting Python, because it imports what looks into source code. A command on a
small log cannot wait for that; what is loaded with a report or the screen may use it.
"""

from __future__ import annotations

from tailwatch.core.typed import Any, TypeVar, cast, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(eq_default=False)
def record(cls: type[_T]) -> type[_T]:
    """Make a class one that holds what it annotates, and is constructed of it in that order; a default must not be mutable."""
    names = tuple(cls.__annotations__)
    members = dict(vars(cls))
    defaults = {f"_{name}": members.pop(name) for name in names if name in members}
    given = ", ".join(f"{name}=_{name}" if f"_{name}" in defaults else name for name in names)
    body = "\n".join(f"    self.{name} = {name}" for name in names)
    made: dict[str, Any] = dict(defaults)
    exec(f"def __init__(self, {given}):\n{body}", made)  # noqa: S102 - of the names in the class, as dataclasses does it
    for of_the_first in ("__dict__", "__weakref__"):
        members.pop(of_the_first, None)
    members |= {"__slots__": names, "__init__": made["__init__"], "__repr__": lambda self: _repr(self, names)}
    return cast("type[_T]", type(cls.__name__, cls.__bases__, members))


def _repr(self: object, names: tuple[str, ...]) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
    return f"{type(self).__qualname__}({values})"
