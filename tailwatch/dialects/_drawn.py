"""The count that tqdm draws, where a number of its description was taken for it: `train 1/5: 100%|██| 24/24 [00:01<00:00, ...]`.

Source: tqdm/std.py (4.70), `format_meter`: the description, the bar, then the count and the clock.
"""

from __future__ import annotations

from tailwatch.core.events import Field
from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.metrics import split_of
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Role
    from tailwatch.dialects._pairs import Pairs

_DRAWN: Final = lazy(rb"\| {0,9}(0{1,15})/(0{1,15}) ~")
"""The clock behind it is masked."""
_FOLD: Final = lazy(rb"\b(?:fold|run|seed|trial|repeat)\W{0,3}$", IGNORECASE)
_COUNTS: Final[dict[Role, Role]] = {"step": "epoch", "steps": "epochs"}


def take_drawn_count(pairs: Pairs) -> None:
    """Let the count that is drawn be the step; a fraction in the description of a split's bar counts the epochs."""
    text = pairs.scan.masked
    drawn = _DRAWN.search(text) if pairs.scan.bar else None
    own = pairs.placed("step")
    if drawn is None or pairs.placed("epochs") is not None or (own is not None and own.start >= drawn.start()):
        return
    if own is not None:
        before = text[: own.start]
        fold = _FOLD.search(before) is not None
        if pairs.placed("steps") is None and not fold:
            return  # `Step 3: 100%|██| 24/24`
        told = pairs.placed("epoch") is not None or fold or split_of(before.decode("utf-8", "replace")) is None
        if told and not fold:
            return
        kept = [f for f in pairs.places if f.role not in _COUNTS]
        pairs.places[:] = kept if told else [f._replace(role=_COUNTS.get(f.role, f.role)) for f in pairs.places]
    pairs.places += [Field("step", *drawn.span(1)), Field("steps", *drawn.span(2))]
