"""Making plans ready to run: once for all plans that differ only in where the fields stand."""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.events import Field
from tailwatch.core.labelled import Labelled
from tailwatch.core.plans import Runner
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.events import Plan

Spans = tuple[tuple[int, int], ...]
"""Where the fields of a plan begin and end, from left to right."""


def ready(plan: Plan, shape: bytes) -> tuple[Runner, Spans]:
    """Return the runner of a plan, to be laid out, and where its fields stand in the shape that the plan was made for."""
    fields = plan.fields
    order = sorted(range(len(fields)), key=lambda i: fields[i].start)
    spans = tuple([(fields[i].start, fields[i].end) for i in order])
    if plan.kind in ("recap", "list", "trial"):
        return _rare(plan, shape), spans
    if plan.labelled:
        return Labelled(plan, shape), spans
    if any(f.name_field >= 0 for f in fields):
        return Runner(plan, shape), spans  # what it reads from each line replaces the name as it stands in this shape
    places = [0] * len(fields)
    for place, i in enumerate(order):
        places[i] = place
    placed = [Field(f.role, at, at, f.series, f.key, f.form) for f, at in zip(fields, places, strict=True)]
    return _shared(plan._replace(fields=tuple(placed))), spans


@lru_cache(maxsize=4096)
def _shared(plan: Plan) -> Runner:
    """Return the runner of all plans whose fields are those of this one, in the same order; its places count them."""
    return Runner(plan, b"")


def _rare(plan: Plan, shape: bytes) -> Runner:
    """Return the runner of values placed in a way of their own: few logs have such lines, and start-up counts."""
    from tailwatch.core.recap import Listing, Recap  # noqa: PLC0415
    from tailwatch.core.trials import Trial  # noqa: PLC0415

    return Recap(plan, shape) if plan.kind == "recap" else Listing(plan, shape) if plan.kind == "list" else Trial(plan, shape)
