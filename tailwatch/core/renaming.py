"""Making a plan ready for series that are called otherwise, where the words that differ mean nothing.

What a word means decides how values are said, so that all of it is looked up once in the names of a new plan. Where names differ
in words that mean nothing (see `alike`), all of it stays as it is.
"""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.cursor import signature
from tailwatch.core.families import Family, the_one
from tailwatch.core.saying import Saying
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import SeriesSpec
    from tailwatch.core.plans import Runner


def specs_of(runner: Runner) -> list[SeriesSpec]:
    """Return the series whose values a runner reads, in the order of its plan."""
    return [f.series for f in runner.plan.fields if f.role == "value" and f.series is not None]


@lru_cache(maxsize=4096)
def renamed(runner: Runner, specs: tuple[SeriesSpec, ...]) -> Runner:
    """Return the runner of a plan that differs from this one's in those series; neither holds a name read from the line."""
    rest = iter(specs)
    fields = [f._replace(series=next(rest)) if f.role == "value" and f.series is not None else f for f in runner.plan.fields]
    twin = object.__new__(type(runner))
    twin.frame = runner.frame
    twin.unpack = runner.unpack
    twin.plan = runner.plan._replace(fields=tuple(fields))
    twin._saying = saying = object.__new__(Saying)
    for name in Saying.__slots__:
        setattr(saying, name, getattr(runner._saying, name))  # noqa: SLF001
    saying.plan, saying.specs = twin.plan, specs
    saying._by_epochs, saying._who = None, signature(specs)
    if runner.family is not None:
        told = {name: getattr(runner.family, name) for name in _OF_A_FAMILY}
        told["specs"], told["who"] = specs, saying._who
        saying.family = the_one(*told.values())
    twin.family = saying.family
    return twin


_OF_A_FAMILY: Final[tuple[str, ...]] = vars(Family)["__slots__"]
