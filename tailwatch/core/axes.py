"""What the axis of values is where the kind of their line tells it, and parting values of two axes."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.events import Axis, Plan, Reading, SeriesSpec


def axis_of_plan(plan: Plan, *, held_out: bool) -> Axis | None:
    """Return the axis of a plan's values where its kind alone tells it."""
    if plan.kind == "boxed":
        return "epoch" if held_out else "step"
    return {"summary": "epoch", "running": "step", "mixed": "step"}.get(plan.kind)  # type: ignore[return-value]


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
