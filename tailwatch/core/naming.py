"""Names of series that hold a digit: they are read from each line."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tailwatch.core.events import SeriesSpec
from tailwatch.core.metrics import meaning
from tailwatch.core.sanitise import visible

if TYPE_CHECKING:
    from tailwatch.core.events import Field


@lru_cache(maxsize=8192)
def name_as_shown(shown: str, like: SeriesSpec, raw: str) -> SeriesSpec:
    """The series of a name that is read from each line: `like` holds it with its digits as 0, maybe with a prefix or suffix."""
    name = like.name.replace(raw, shown) if raw in like.name else shown
    if like.metric != meaning(like.name).metric:
        return SeriesSpec(name, like.metric, like.split, like.unit)
    found = meaning(name)
    return SeriesSpec(name, found.metric, found.split or like.split, like.unit)


def name_in_shape(field: Field, shape: bytes) -> str:
    """Return the name as it stands in the shape, with its digits as 0."""
    return visible(shape[field.start : field.end]).strip()
