"""Lines that begin with a number and a colon: a step, or the rank that `srun --label` writes before what a process prints."""

from __future__ import annotations

from tailwatch.core.plans import Runner
from tailwatch.core.typed import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Line, Plan, ReaderEvent


class Labelled(Runner):
    """Reads `200: loss = 0.5` at step 200, unless ranks stand before lines of this log that name a place of their own."""

    __slots__ = ("_by_rank",)

    def __init__(self, plan: Plan, shape: bytes) -> None:
        """Make the plan ready, whose step is the number before the colon."""
        super().__init__(plan, shape)
        fields = tuple(f._replace(role="rank") if f.role == "step" else f for f in plan.fields)
        self._by_rank = Runner(plan._replace(fields=fields, kind="context"), shape)
        self.family = None

    def laid_out(self, spans: Iterable[tuple[int, int]], length: int) -> Self:
        """Return the runner for lines whose fields stand so, see `Runner.laid_out`."""
        twin = super().laid_out(spans, length)
        twin._by_rank = self._by_rank.laid_out(spans, length)  # noqa: SLF001 - its own twin
        return twin

    def run(self, line: Line, cursor: Cursor) -> list[ReaderEvent]:
        """Return what the line says."""
        return self._by_rank.run(line, cursor) if cursor.ranked else super().run(line, cursor)
