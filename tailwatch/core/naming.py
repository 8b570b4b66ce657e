"""Names of series that hold a digit: they are read from each line."""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.events import SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning
from tailwatch.core.sanitise import visible
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Field

_LISTED: Final = lazy(r"(.{1,80})\[(\d{1,2})\]")


@lru_cache(maxsize=8192)
def name_as_shown(shown: str, like: SeriesSpec, raw: str) -> SeriesSpec:
    """The series of a name that is read from each line: `like` holds it with its digits as 0, maybe with a prefix or suffix."""
    listed = _LISTED.fullmatch(like.name) if like.name.endswith("]") else None
    if listed is not None and raw in listed[1]:
        base = SeriesSpec(listed[1], like.metric.rpartition("_")[0], like.split, like.unit)
        return in_a_list(name_as_shown(shown, base, raw), int(listed[2]))
    name = like.name.replace(raw, shown) if raw in like.name else shown
    if like.metric != meaning(like.name).metric:
        return SeriesSpec(name, like.metric, like.split, like.unit)
    found = meaning(name)
    return SeriesSpec(name, found.metric, found.split or like.split, like.unit)


def name_in_shape(field: Field, shape: bytes) -> str:
    """Return the name as it stands in the shape, with its digits as 0."""
    return visible(shape[field.start : field.end]).strip()


def in_a_list(spec: SeriesSpec, place: int) -> SeriesSpec:
    """Return the series of what stands at a place of a list, from 0: `dice[0]`."""
    return SeriesSpec(f"{spec.name}[{place}]", f"{spec.metric}_{place}", spec.split, spec.unit)
