"""The run ended while it was still learning: its validation was best at the very end and fell until then.

Not judged by the size of the loss, which means nothing without knowing the task, but by its slope over the last fifth of the
run. Information only: the budget may have been meant so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tailwatch.core.events import Opinion, Text
from tailwatch.core.terms import metric_name
from tailwatch.core.text import compact
from tailwatch.diagnoses._common import Pairs, place_of, proof, where
from tailwatch.diagnoses._muted import Muting
from tailwatch.diagnoses._noise import spread
from tailwatch.diagnoses._over import Over

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    def __init__(self) -> None:
        self._pairs = Pairs()
        self._muting = Muting()
        self._over = Over()

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterator[Opinion]:
        """Say so where the last evaluations still gained clearly more than their noise."""
        del changed
        pair = self._pairs.main(run)
        val = None if pair is None else pair.val
        if val is None or len(val) < _ENOUGH or not self._over.of(run) or self._muting.of(run.segment):
            return
        count = max(_ENOUGH - 1, len(val) // _LAST)
        best = val.best_at
        last = val.at(len(val) - 1)
        if best is None or best.line != last.line:
            return
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
            yield Opinion(self.ID, "info", place_of(since, run.part), Text(TITLE, values), Text(WHY, values), actions, evidence)


def _steady(val: Series, sign: float, count: int) -> bool:
    """Whether the second half of the stretch gained too: a step at its beginning is no slope."""
    middle = val.values[-1 - count // 2]
    return sign * (middle - val.values[-1]) > 0.2 * sign * (val.values[-1 - count] - val.values[-1])
