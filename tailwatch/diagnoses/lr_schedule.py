"""The learning rate was reduced again and again, and none of it helped.

ReduceLROnPlateau helps where the loss only bounces around a minimum. When validation has not improved over three reductions,
the rate is not what holds the run back. Counted are the reductions that the log announces and the steps of a printed rate that
stood still before; a schedule that falls all the time (cosine, exponential) is none.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

from tailwatch.core.drafts import Draft
from tailwatch.core.events import Evidence, Opinion, Text
from tailwatch.core.terms import listed, metric_name
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._common import place_of, where
from tailwatch.diagnoses._fresh import Fresh
from tailwatch.diagnoses._over import NewMarks
from tailwatch.diagnoses._pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Point, Series

_TOO_OFTEN: Final = 3
_A_STEP: Final = 0.7
_STOOD: Final = 2
_SHOWN: Final = 6

TITLE = "The learning rate was reduced {times} times since the best epoch ({where}), without gain."
WHY = (
    "Validation {metric} was {best} at {where}; after the reductions ({steps}) it is {last}: "
    "the rate is not what holds the run back."
)
USE = "Use the weights of {where}: what is left to gain is in the data, the regularisation or the model."
PATIENT = "Next time stop after the second reduction without gain (early stopping's patience = 2 x the scheduler's + 1)."


class Judge:
    """Counts the reductions since the best."""

    ID: ClassVar[str] = "lr_schedule"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("epoch", "mark"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._reductions = _Reductions()

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Say so from the third reduction on; a new best begins the count anew."""
        del changed
        pairs = Pairs.of(run)
        rate = self._reductions.follow(run, pairs)
        val = None if pairs.main is None else pairs.main.val
        self.awaits = () if rate is None else (rate,)
        if val is None or pairs.muted:
            return ()
        best = val.best_at
        drops = () if best is None else self._reductions.since(best.line)
        if best is not None and len(drops) < _TOO_OFTEN:
            return ()  # and a new best would leave no more of them
        self.awaits = (*self.awaits, val)
        if best is None or val.lines[-1] <= drops[_TOO_OFTEN - 1].line:
            return ()
        first, late = tuple(islice(drops, _SHOWN)), tuple(islice(reversed(drops), _SHOWN))[::-1]
        facts = (val.spec.metric, best, val.values[-1], len(drops), first, late, run.part)
        return (Draft(self.ID, "info", _opinion, *facts),)


def _opinion(
    metric: str, best: Point, last: float, times: int, first: tuple[Evidence, ...], late: tuple[Evidence, ...], part: int
) -> Opinion:
    values = {
        "times": times,
        "where": where(best),
        "metric": metric_name(metric),
        "best": compact(best.value),
        "last": compact(last),
        "steps": listed([drop.text for drop in late]),
    }
    actions = (Text(USE, values), Text(PATIENT))
    return Opinion(Judge.ID, "info", place_of(best, part), Text(TITLE, values), Text(WHY, values), actions, first)


class _Reductions:
    """The reductions so far, each as a line of evidence; what is older than the best is forgotten."""

    def __init__(self) -> None:
        self._marks = NewMarks()
        self._announced: deque[Evidence] = deque()
        self._printed: deque[Evidence] = deque()
        self._fresh = Fresh()
        self._ordered: list[Series] = []
        self._rate: Series | None = None

    def follow(self, run: Run, pairs: Pairs) -> Series | None:
        """Take what is new; returns the series of the printed rate."""
        for mark in self._marks.take(run):
            if mark.kind == "lr_drop":
                self._announced.append(Evidence(mark.line, Text("reduced") if mark.value is None else _to(mark.value)))
        if pairs.ordered is not self._ordered:
            self._ordered = pairs.ordered
            self._rate = next((s for s in pairs.ordered if s.spec.metric == "lr" and s.axis == "epoch"), None)
        if self._rate is not None:
            values, lines = self._rate.values, self._rate.lines
            for i in self._fresh.take(self._rate):
                if _is_step(values, i):
                    self._printed.append(Evidence(lines[i], _to(values[i])))
        return self._rate

    def since(self, line: int) -> deque[Evidence]:
        """Return those after a line, the best's."""
        for drops in (self._announced, self._printed):
            while drops and drops[0].line <= line:
                drops.popleft()
        return self._announced or self._printed


def _to(rate: float) -> Text:
    return Text("to {rate}", {"rate": compact(rate)})


def _is_step(values: Sequence[float], i: int) -> bool:
    """Whether the rate fell at `i` after it had stood still."""
    return i >= _STOOD and values[i] <= _A_STEP * values[i - 1] and values[i - 2] == values[i - 1]
