"""Most of the run came after its best epoch: how long waiting has paid off in this run tells the patience it needs.

Early stopping waits `patience` evaluations for a new best (Prechelt, Early Stopping - but when?, 1998). The longest wait that
was rewarded in this run, and half of it again, would have kept the same best and ended the run sooner.
"""

from __future__ import annotations

import math

from tailwatch.core.drafts import Draft
from tailwatch.core.events import Opinion, Text
from tailwatch.core.terms import metric_name
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, shown, where
from tailwatch.diagnoses._fresh import Fresh, Rest
from tailwatch.diagnoses._over import Over
from tailwatch.diagnoses._pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point, Series

_WASTED: Final = 0.5
_AT_LEAST: Final = 10
_LEAST_PATIENCE: Final = 3

TITLE = "{late} of {count} evaluations came after the best one ({where}): {share:.0%} of the run."
WHY = "Validation {metric} was {best} at {where}; the longest wait that was ever rewarded with a new best was {wait} evaluations."
PATIENCE = (
    "Set patience to {patience} on validation {metric}: it keeps {where} and would have ended the run {saved} evaluations sooner."
)
WEIGHTS = "Restore the weights of {where} (restore_best_weights, load_best_model_at_end, save_top_k=1)."


class Judge:
    """Does the sum once the run has ended."""

    ID: ClassVar[str] = "early_stopped_too_late"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "mark", "end"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._over = Over()
        self._fresh, self._rest = Fresh(), Rest()
        self._best, self._best_at, self._wait = math.inf, -1, 0

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Follow the waits; at the end, compare the last one with them."""
        del changed
        if self._rest.goes_on(run):
            return ()
        pairs = Pairs.of(run)
        val = None if pairs.main is None else pairs.main.val
        self.awaits = ()
        if val is None or val.first_nonfinite is not None or pairs.muted:
            return ()
        self._follow(val)
        late = len(val) - 1 - self._best_at
        if late < max(_AT_LEAST, _WASTED * len(val)):
            self.awaits = (val,)
            self._rest.begin(run, val, max(_AT_LEAST - late, len(val) - 2 * late))  # each one adds half a one to what it takes
            return ()
        self.awaits = None  # the run may be over at any time now
        if not self._over.of(run):
            return ()
        facts = (val, late, len(val), self._wait, val.at(self._best_at), val.at(len(val) - 1), run.part)
        return (Draft(self.ID, "info", _opinion, *facts),)

    def _follow(self, val: Series) -> None:
        if self._fresh.is_other(val):
            self._best, self._best_at, self._wait = math.inf, -1, 0
        sign = -1.0 if val.goal == "max" else 1.0
        for i in self._fresh.take(val):
            value = sign * val.values[i]
            if value < self._best:
                self._wait = max(self._wait, i - self._best_at if self._best_at >= 0 else 0)
                self._best, self._best_at = value, i


def _opinion(val: Series, late: int, count: int, wait: int, best: Point, last: Point, part: int) -> Opinion:
    patience = max(_LEAST_PATIENCE, math.ceil(1.5 * wait))
    values: dict[str, object] = {
        "late": late,
        "count": count,
        "where": where(best),
        "share": late / count,
        "metric": metric_name(val.spec.metric),
        "best": compact(best.value),
        "wait": wait,
        "patience": patience,
        "saved": late - patience,
    }
    actions = [Text(WEIGHTS, values)]
    if late > patience:
        actions.insert(0, Text(PATIENCE, values))
    evidence = (shown(val, best), shown(val, last))
    return Opinion(Judge.ID, "info", place_of(best, part), Text(TITLE, values), Text(WHY, values), tuple(actions), evidence)
