"""The rows of a box wait for its end: one of them, often not the first, names the step or the epoch of all."""

from __future__ import annotations

from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Axis, Reading

MAX_BOX: Final = 500
"""So many rows wait at most for the end of their box."""


def open_box(cursor: Cursor) -> list[Reading]:
    """Return the rows of the box that ends here, at the place that one of them named.

    A box that names no place may hold anything: settings, sizes, results. What is no known metric there is left out.
    """
    rows, cursor.boxed = cursor.boxed, []
    places, cursor.box_places = cursor.box_places, frozenset()
    if not places:
        rows = [r for r in rows if any(s.metric == "lr" or (meaning(s.name).known and not is_neutral(s.name)) for s in r.series)]
    return [r._replace(epoch=cursor.epoch, step=cursor.step, axis=_axis(r, cursor, places)) for r in rows]


def _axis(row: Reading, cursor: Cursor, places: frozenset[str]) -> Axis:
    if "epoch" in places:
        return "epoch"
    if places or row.axis == "epoch":
        return row.axis
    return "epoch" if cursor.epoch is not None else "step" if cursor.step is not None else "index"
