"""Results of the trials of a search: they stand at the trial's number, and move nothing of the training within it."""

from __future__ import annotations

from tailwatch.core.events import Reading
from tailwatch.core.numbers import number
from tailwatch.core.plans import Runner
from tailwatch.core.typed import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Line, Plan, ReaderEvent


class Trial(Runner):
    """Reads lines of kind `trial`: the step that they name is the number of a trial, which holds until another is named."""

    __slots__ = ("_number",)

    def __init__(self, plan: Plan, shape: bytes) -> None:
        """Make the plan ready."""
        super().__init__(plan, shape)
        self.family = None
        order = sorted(plan.fields, key=lambda field: field.start)
        self._number = next((i for i, field in enumerate(order) if field.role == "step"), -1)

    def laid_out(self, spans: Iterable[tuple[int, int]], length: int) -> Self:
        """Return the runner for lines whose fields stand so, see `Runner.laid_out`."""
        twin = super().laid_out(spans, length)
        twin._number = self._number  # noqa: SLF001 - its own twin
        return twin

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Return the values of the line as a result of the trial; of the cursor nothing but the trial moves."""
        parts = self.unpack(line.raw)
        if self._number >= 0:
            cursor.trial = number(parts[self._number])
        specs, values = self._saying.values(parts)
        if not specs:
            return []
        return [
            Reading(
                specs,
                values,
                "epoch",
                None,
                cursor.trial,
                cursor.time,
                None,
                line.number,
                line.offset,
                line.part,
                self.plan.dialect,
            )
        ]
