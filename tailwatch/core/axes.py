"""What the axis of values is, by the kind of their line or where the run stands, and parting values of two axes."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Axis, PlanKind, Reading, SeriesSpec
    from tailwatch.core.families import Family

_OF_KIND: Final[dict[str, Axis]] = {"summary": "epoch", "running": "step", "mixed": "step"}


def axis_of_kind(kind: PlanKind, *, held_out: bool) -> Axis | None:
    """Return the axis of the values of a kind of line where that alone tells it."""
    if kind == "boxed":
        return "epoch" if held_out else "step"
    return _OF_KIND.get(kind)


def axis_of(family: Family, rank: float | None, cursor: Cursor) -> Axis | None:
    """Return the axis that lines of a family have while the cursor stands as it does; None: read them one by one."""
    if family.kind != "context" or not family.specs:
        return axis_of_kind(family.kind, held_out=family.held_out) or "step"
    if cursor.epoch is not None:
        return "step" if cursor.is_running(family.who, rank) else None
    if family.step >= 0 or cursor.step is not None:
        return None if family.held_out else "step"
    return "index" if cursor.unplaced and not family.neutral else None


def is_held_out(spec: SeriesSpec) -> bool:
    """Whether a series was measured on validation or test data."""
    return spec.split in ("val", "test")


def parts_of(reading: Reading, running: frozenset[int]) -> list[Reading]:
    """Part the running values, such as those a full bar's names say are the last step's, from the results beside them."""
    parts: list[Reading] = []
    for wanted in (True, False):
        kept = [i for i in range(len(reading.series)) if (i in running) is wanted]
        if kept:
            series, values = tuple([reading.series[i] for i in kept]), tuple([reading.values[i] for i in kept])
            parts.append(reading._replace(series=series, values=values, axis="step" if wanted else "epoch"))
    return parts
