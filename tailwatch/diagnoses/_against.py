"""The batch arithmetic against a baseline: what became of the global batch, the updates an epoch and the learning rate."""

from __future__ import annotations

import math

from tailwatch.core.baseline import updates_per_epoch
from tailwatch.core.events import Text
from tailwatch.core.named import NamedTuple
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.run import Run

_LARGER: Final = 2.0
_TOLERANCE: Final = 0.8

BATCHES = "Against the baseline the global batch went from {batch_then} to {batch_now} (x{times})."
UPDATES = "Updates per epoch went from {updates_then} to {updates_now}."
RATE_SAME = "The learning rate is unchanged at {rate_now}: linear scaling gives {linear_then}, square root {root_then}."
RATE_OTHER = "The learning rate went from {rate_then} to {rate_now}: linear scaling gives {linear_then}, square root {root_then}."


class Against(NamedTuple):
    """Both runs' numbers; updates and rates are None where a log does not state them."""

    batch_then: float
    batch_now: float
    updates_then: float | None
    updates_now: float | None
    rate_then: float | None
    rate_now: float | None

    @property
    def times(self) -> float:
        """By how much the global batch has grown."""
        return self.batch_now / self.batch_then

    @property
    def grew(self) -> bool:
        """Whether the global batch is at least twice the baseline's."""
        return self.times >= _LARGER

    @property
    def unscaled(self) -> bool:
        """Whether the rate is lower than even the square root of the growth asks for."""
        if not self.rate_then or not self.rate_now:
            return False
        return self.grew and self.rate_now < _TOLERANCE * self.rate_then * math.sqrt(self.times)

    def title(self, template: str) -> Text:
        """Return a title with the batches and this run's rate filled in."""
        return Text(template, {**self._batches(), "rate_now": compact(self.rate_now or 0.0)})

    def _batches(self) -> dict[str, object]:
        return {
            "batch_then": f"{self.batch_then:,.0f}",
            "batch_now": f"{self.batch_now:,.0f}",
            "times": compact(round(self.times, 2)),
        }

    def said(self, rounded: Callable[[float], str]) -> list[Text]:
        """Return the sums, a sentence each; `rounded` writes a learning rate that a rule gives."""
        sentences = [Text(BATCHES, self._batches())]
        if self.updates_then and self.updates_now:
            updates = {"updates_then": f"{self.updates_then:,.0f}", "updates_now": f"{self.updates_now:,.0f}"}
            sentences.append(Text(UPDATES, updates))
        if self.rate_then and self.rate_now:
            rates = {
                "rate_then": compact(self.rate_then),
                "rate_now": compact(self.rate_now),
                "linear_then": rounded(self.rate_then * self.times),
                "root_then": rounded(self.rate_then * math.sqrt(self.times)),
            }
            same = math.isclose(self.rate_now, self.rate_then, rel_tol=1e-6)
            sentences.append(Text(RATE_SAME if same else RATE_OTHER, rates))
        return sentences


def against(run: Run) -> Against | None:
    """Return the sums where the run has a baseline and both state a global batch."""
    baseline = run.baseline
    if baseline is None:
        return None
    then, now = global_batch(baseline.setting), global_batch(run.setting)
    if not then or not now:
        return None
    return Against(
        then,
        now,
        baseline.updates_per_epoch,
        updates_per_epoch(run),
        baseline.setting("learning_rate"),
        run.setting("learning_rate"),
    )


def global_batch(setting: Callable[[str], float | None]) -> float | None:
    """Return the samples of one update from a run's settings, None where they do not tell.

    A plain batch size is the global one unless the run has several devices, where it may be either.
    """
    whole, each, devices = setting("global_batch_size"), setting("per_device_batch_size"), setting("devices")
    accumulated = setting("gradient_accumulation") or 1
    if whole:
        return whole
    if each and devices:
        return each * devices * accumulated
    plain = setting("batch_size") or each
    return plain * accumulated if plain and (devices or 1) == 1 else None


def looks_scaled(rate: float, factor: float) -> bool:
    """Whether a learning rate reads like one that was multiplied: 7e-4 on seven devices, 2.6e-4 with the square root."""
    if rate <= 0:
        return True
    own = rate / 10 ** math.floor(math.log10(rate))
    if any(abs(own - m) < 1e-6 for m in (1, 2, 3, 5)):
        return False
    return any(_is_round(rate / multiple) for multiple in (factor, math.sqrt(factor)))


def _is_round(rate: float) -> bool:
    mantissa = rate / 10 ** math.floor(math.log10(rate))
    return any(abs(mantissa - m) < 0.02 * m for m in (1, 2, 3, 5, 10))
