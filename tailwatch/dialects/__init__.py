"""What logs look like: one file a dialect, found without registration.

A dialect module has `NAME`, `ANCHORS` (literal bytes, digits as 0; one of them stands in every line it reads; empty for the
general grammar, which is asked last), `read(shape, frame) -> Plan | None`, and `SAMPLES`: for each one or more lines of a log that
it reads, and what they hold; they are what `tailwatch formats` shows, and a test reads them.
Names with a leading underscore are helpers. `read` sees the shape (digits as 0), never the numbers.
"""

from __future__ import annotations

from functools import cache

from tailwatch.core.found import module_of, names_in
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._anchors import Anchors
from tailwatch.kept import kept, key_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from tailwatch.config_tables import Pattern
    from tailwatch.core.events import Frame, Plan
    from tailwatch.dialects._own import OwnDialect

MAX_CANDIDATES: Final = 3
FORMAT: Final = 1
"""What is kept of the dialects has this form."""


class Dialect:
    """A module of this package, which is imported when it is first asked.

    Attributes:
        NAME: as that of the module.
        ANCHORS: as those of the module.
        read: as that of the module.
    """

    __slots__ = ("ANCHORS", "NAME", "_module", "read")

    def __init__(self, module: str, name: str, anchors: tuple[bytes, ...]) -> None:
        self._module = module
        self.NAME = name
        self.ANCHORS = anchors
        self.read: Callable[[bytes, Frame], Plan | None] = self._read_first

    @property
    def module(self) -> ModuleType:
        """The module."""
        return module_of(__name__, self._module)

    @property
    def samples(self) -> tuple[tuple[str, str], ...]:
        """Lines that it reads, and what they hold."""
        samples: tuple[tuple[str, str], ...] = self.module.SAMPLES
        return samples

    def _read_first(self, shape: bytes, frame: Frame) -> Plan | None:
        self.read = self.module.read
        return self.read(shape, frame)


class Found(NamedTuple):
    """All dialects in the order they are asked; the special ones have anchors, the general ones are asked of every shape."""

    dialects: tuple[Dialect, ...]
    anchors: Anchors
    general: tuple[Dialect, ...]


@cache
def found() -> Found:
    """Return every dialect of this package; to learn of their anchors, they are imported once after each change."""
    dialects = tuple([Dialect(*told) for told in kept("dialects", key_of(__path__[0], ".py", FORMAT), _told)])
    return Found(dialects, Anchors([d for d in dialects if d.ANCHORS]), tuple(d for d in dialects if not d.ANCHORS))


def _told() -> tuple[tuple[str, str, tuple[bytes, ...]], ...]:
    """What is told of each dialect: module, name and anchors, in the order they are asked."""
    modules = {name: module_of(__name__, name) for name in names_in(__path__[0])}
    ordered = sorted(modules.items(), key=lambda item: (getattr(item[1], "ORDER", 50), item[0]))
    return tuple((name, module.NAME, tuple(module.ANCHORS)) for name, module in ordered)


def own_plans(patterns: tuple[Pattern, ...]) -> OwnDialect | None:
    """Return the dialect of the user's own patterns, or None without any, for then nothing is loaded for it.

    Raises:
        UsageError: a pattern cannot be used; one sentence that names file and key.
    """
    return module_of(__name__, "_own").own_dialect(patterns) if patterns else None


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
