"""The run ended while it was still learning: its validation was best at the very end and fell until then.

Not judged by the size of the loss, which means nothing without knowing the task, but by its slope over the last fifth of the
run. Information only: the budget may have been meant so.
"""

from __future__ import annotations

from tailwatch.core.events import Opinion, Text
from tailwatch.core.terms import metric_name
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, proof, where
from tailwatch.diagnoses._noise import spread
from tailwatch.diagnoses._over import Over
from tailwatch.diagnoses._pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

_ENOUGH: Final = 5
_LAST: Final = 5
_STILL: Final = 0.1
_SIGMAS: Final = 3.0

TITLE = "The run ended while it was still learning: validation {metric} {best}, its best, at the last evaluation."
WHY = (
    "Over its last {count} evaluations it still went from {then} to {best} ({change:+.0%}), and validation has not turned: "
    "more epochs, a higher learning rate or a larger model would bring it further."
)
LONGER = "Train longer: resume from the last checkpoint for {more} more evaluations and stop early with patience {patience}."
SCHEDULE = (
    "If the learning rate is scheduled over the planned epochs, plan more of them: a schedule that has ended learns nothing."
)


class Judge:
    """Looks at the slope once the run has finished its plan."""

    ID: ClassVar[str] = "underfitting"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "mark", "end"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._over = Over()

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Say so where the last evaluations still gained clearly more than their noise."""
        del changed
        pairs = Pairs.of(run)
        val = None if pairs.main is None else pairs.main.val
        self.awaits = () if val is None or pairs.muted else (val,)
        if val is None or pairs.muted or len(val) < _ENOUGH or val.best_at is None or val.best_at.line != val.lines[-1]:
            return ()
        self.awaits = None  # the run may be over at any time now
        if not self._over.of(run):
            return ()
        count = max(_ENOUGH - 1, len(val) // _LAST)
        last = val.at(len(val) - 1)
        then = val.values[-1 - count]
        sign = -1.0 if val.goal == "max" else 1.0
        gain = sign * (then - last.value)
        if gain > max(_STILL * abs(then), _SIGMAS * spread(val.values)) and _steady(val, sign, count):
            values = {
                "metric": metric_name(val.spec.metric),
                "best": compact(last.value),
                "then": compact(then),
                "count": count,
                "change": (last.value - then) / abs(then),
                "more": len(val),
                "patience": max(3, count),
                "where": where(last),
            }
            since = val.at(len(val) - 1 - count)
            evidence = proof(val, len(val) - 1 - count, len(val) - 1)
            actions = (Text(LONGER, values), Text(SCHEDULE))
            since_at = place_of(since, run.part)
            return (Opinion(self.ID, "info", since_at, Text(TITLE, values), Text(WHY, values), actions, evidence),)
        return ()


def _steady(val: Series, sign: float, count: int) -> bool:
    """Whether the second half of the stretch gained too: a step at its beginning is no slope."""
    middle = val.values[-1 - count // 2]
    return sign * (middle - val.values[-1]) > 0.2 * sign * (val.values[-1 - count] - val.values[-1])
