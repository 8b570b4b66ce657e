"""Most of the run came after its best epoch: how long waiting has paid off in this run tells the patience it needs.

Early stopping waits `patience` evaluations for a new best (Prechelt, Early Stopping - but when?, 1998). The longest wait that
was rewarded in this run, and half of it again, would have kept the same best and ended the run sooner.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Final

from tailwatch.core.events import Opinion, Text
from tailwatch.core.terms import metric_name
from tailwatch.core.text import compact
from tailwatch.diagnoses._common import Pairs, place_of, proof, where
from tailwatch.diagnoses._fresh import Fresh
from tailwatch.diagnoses._muted import Muting
from tailwatch.diagnoses._over import Over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

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

    def __init__(self) -> None:
        self._pairs = Pairs()
        self._muting = Muting()
        self._over = Over()
        self._fresh = Fresh()
        self._best, self._best_at, self._wait = math.inf, -1, 0

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterator[Opinion]:
        """Follow the waits; at the end, compare the last one with them."""
        del changed
        pair = self._pairs.main(run)
        val = None if pair is None else pair.val
        if val is None or val.first_nonfinite is not None or self._muting.of(run.segment):
            return
        self._follow(val)
        late = len(val) - 1 - self._best_at
        if self._over.of(run) and late >= max(_AT_LEAST, _WASTED * len(val)):
            yield self._opinion(val, run, late)

    def _follow(self, val: Series) -> None:
        if self._fresh.is_other(val):
            self._best, self._best_at, self._wait = math.inf, -1, 0
        sign = -1.0 if val.goal == "max" else 1.0
        for i in self._fresh.take(val):
            value = sign * val.values[i]
            if value < self._best:
                self._wait = max(self._wait, i - self._best_at if self._best_at >= 0 else 0)
                self._best, self._best_at = value, i

    def _opinion(self, val: Series, run: Run, late: int) -> Opinion:
        best = val.at(self._best_at)
        patience = max(_LEAST_PATIENCE, math.ceil(1.5 * self._wait))
        values: dict[str, object] = {
            "late": late,
            "count": len(val),
            "where": where(best),
            "share": late / len(val),
            "metric": metric_name(val.spec.metric),
            "best": compact(best.value),
            "wait": self._wait,
            "patience": patience,
            "saved": late - patience,
        }
        actions = [Text(WEIGHTS, values)]
        if late > patience:
            actions.insert(0, Text(PATIENCE, values))
        evidence = proof(val, self._best_at, len(val) - 1)
        return Opinion(
            self.ID, "info", place_of(best, run.part), Text(TITLE, values), Text(WHY, values), tuple(actions), evidence
        )
