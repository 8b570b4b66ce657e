"""What logs look like: one file a dialect, found without registration.

A dialect module has `NAME`, `ANCHORS` (literal bytes, digits as 0; one of them stands in every line it reads; empty for the
general grammar, which is asked last), `read(shape, frame) -> Plan | None`, and `SAMPLES`: for each one or more lines of a log that
it reads, and what they hold; they are what `tailwatch formats` shows, and a test reads them.
Names with a leading underscore are helpers. `read` sees the shape (digits as 0), never the numbers.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, cast

from tailwatch.dialects._anchors import Anchors

if TYPE_CHECKING:
    from tailwatch.config_tables import Pattern
    from tailwatch.core.events import Frame, Plan
    from tailwatch.dialects._own import OwnDialect

MAX_CANDIDATES: Final = 3


class Dialect(Protocol):
    """A module of this package."""

    __name__: str
    NAME: str
    ANCHORS: tuple[bytes, ...]
    SAMPLES: tuple[tuple[str, str], ...]

    def read(self, shape: bytes, frame: Frame) -> Plan | None:
        """Return the plan of a shape, or None if the dialect cannot read it."""
        ...


class Found(NamedTuple):
    """All dialects in the order they are asked; the special ones have anchors, the general ones are asked of every shape."""

    dialects: tuple[Dialect, ...]
    anchors: Anchors
    general: tuple[Dialect, ...]


@cache
def found() -> Found:
    """Import every dialect of this package, once."""
    modules = [
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")
    ]
    dialects = tuple(cast("list[Dialect]", sorted(modules, key=lambda m: (getattr(m, "ORDER", 50), m.__name__))))
    return Found(dialects, Anchors([d for d in dialects if d.ANCHORS]), tuple(d for d in dialects if not d.ANCHORS))


def own_plans(patterns: tuple[Pattern, ...]) -> OwnDialect | None:
    """Return the dialect of the user's own patterns, or None without any, for then nothing is loaded for it.

    Raises:
        UsageError: a pattern cannot be used; one sentence that names file and key.
    """
    return importlib.import_module(f"{__name__}._own").own_dialect(patterns) if patterns else None


def plan_for(shape: bytes, frame: Frame) -> Plan | None:
    """Return the plan of a new shape: a look for their anchors, at most three specialists, then the general grammar."""
    known = found()
    candidates = known.anchors.of(shape)
    if frame.dialect:
        candidates.sort(key=lambda d: frame.dialect != d.NAME)
        candidates[:0] = [d for d in known.dialects if frame.dialect == d.NAME and d not in candidates]
    for dialect in (*candidates[:MAX_CANDIDATES], *known.general):
        plan = dialect.read(shape, frame)
        if plan is not None:
            return plan
    return None
