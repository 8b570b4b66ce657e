"""How the values of a line count: as running ones, as the result of an epoch, or as the lines before and after tell."""

from __future__ import annotations

from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._keep import batchwise, has_own_room, is_of_the_present

if TYPE_CHECKING:
    from tailwatch.core.events import PlanKind
    from tailwatch.dialects._pairs import Pairs
    from tailwatch.dialects._values import Value

_GLYPHS: Final = lazy(rb"\[[=#>][=>#.\s-]{2,160}\]")
_OF_ONE_STEP: Final = lazy(r"\b(?:iter(?:ation)?|step)[ _]time\b", IGNORECASE)
"""Who tells how long one step took tells it at each; what stands beside it of the validation is the last one's: LitGPT."""


def kind_of(pairs: Pairs, values: list[Value]) -> PlanKind:  # noqa: C901 - one question a line
    """Return how the values of a line count: running ones, an epoch's result, or as the lines before and after tell."""
    found = pairs.scan
    held_out = any(v.field.series and v.field.series.split in ("val", "test") for v in values)
    if batchwise(values) and not (pairs.placed("epoch") and not pairs.placed("step") and is_of_the_present(values)):
        return "running"
    if pairs.compares and held_out and _tells_each_step(pairs, values):
        return "carrying"
    if pairs.placed("steps") is not None:
        if found.bar:
            return "bar"
        if _GLYPHS.search(found.masked) and not held_out:
            return "epoch_bar"
        if held_out and _at_a_training_step(pairs, values):
            return "summary"
        is_dict = found.masked.lstrip(b"~ ").startswith(b"{")  # it tells how far the run is, not the evaluation or the epoch
        if is_dict and not held_out:
            return "running"
        alone = pairs.compares and pairs.placed("epoch") is None
        return "summary" if found.complete or is_dict or alone else "loop"
    if pairs.placed("epochs") is not None and found.bar:
        return "context"  # a bar over the epochs
    if found.bar:
        return "running"
    if pairs.placed("step") is not None:
        if held_out and any(has_own_room(v) for v in values):
            return "mixed"
        return "summary" if held_out or pairs.counted else "running"
    return "context"


def _at_a_training_step(pairs: Pairs, values: list[Value]) -> bool:
    """`step:250/1750 val_loss:3.95`: the run's own step is named, and nothing says that an evaluation counts its batches."""
    if not pairs.named_place or pairs.evaluates or pairs.frame.split is not None or pairs.placed("epoch") is not None:
        return False
    measured = [v.name.text for v in values if not is_neutral(v.name.text)]
    return all(meaning(name).split in ("val", "test") for name in measured)


def _tells_each_step(pairs: Pairs, values: list[Value]) -> bool:
    return pairs.placed("step") is not None and any(_OF_ONE_STEP.search(v.name.text) for v in values)
