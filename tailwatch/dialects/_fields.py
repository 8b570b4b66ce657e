"""Making fields of regular-expression groups on a shape."""

from __future__ import annotations

from tailwatch.core.events import Field, SeriesSpec
from tailwatch.core.metrics import meaning
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from tailwatch.core.events import Role, Split


def part(found: re.Match[bytes], group: int | str, role: Role, key: str = "") -> Field:
    """Return the field of a matched group."""
    start, end = found.span(group)
    return Field(role, start, end, key=key)


def named_values(
    pairs: Iterable[tuple[tuple[int, int], tuple[int, int]]], shape: bytes, split: Split | None = None
) -> list[Field]:
    """Return value fields (and name fields for names that hold digits) of `((name start, end), (number start, end))` spans."""
    values: list[Field] = []
    names: list[Field] = []
    spans = list(pairs)
    for (name_start, name_end), (start, end) in spans:
        raw = shape[name_start:name_end]
        text = raw.decode("utf-8", "replace").strip()
        found = meaning(text)
        name_field = -1
        if b"0" in raw:
            name_field = len(spans) + len(names)
            names.append(Field("name", name_start, name_end))
        values.append(Field("value", start, end, SeriesSpec(text, found.metric, found.split or split), name_field=name_field))
    return [*values, *names]
