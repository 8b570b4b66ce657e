"""Telling new results from old ones in a bar that goes on showing the epoch before until new ones come.

Lightning draws an epoch's results into its rich bar when the next epoch's has begun: at step 0 of epoch 4 stand those of
epoch 3, and they stay there to the end of epoch 4. Only what changed is new. Source: lightning/pytorch/callbacks/progress/
rich_progress.py (2.6), `MetricsTextColumn` and `RichProgressBar._update_metrics`.
"""

from __future__ import annotations

from tailwatch.core.metrics import is_batchwise, is_neutral
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.events import Axis, Reading, SeriesSpec

Shown = dict["SeriesSpec", float]
"""What the bar showed last of each series."""


def news(reading: Reading, steps: float | None, shown: Shown, *, first: bool) -> list[Reading]:
    """Return what a frame tells that the frames before did not, each part with its axis and epoch; `shown` is brought up to date.

    `first` says that no epoch came before: what stands at step 0 then is a sanity check's.
    """
    parts: dict[tuple[Axis, float | None], list[int]] = {}
    at_start = reading.step == 0.0
    for i, (spec, value) in enumerate(zip(reading.series, reading.values, strict=True)):
        old = shown.get(spec)
        if old == value or (old is not None and old != old and value != value):
            continue
        shown[spec] = value
        running = is_batchwise(spec.name) or is_neutral(spec.name)
        if at_start and not first:
            if not running and reading.epoch is not None:
                parts.setdefault(("epoch", reading.epoch - 1), []).append(i)
        elif not running and not at_start and (reading.step == steps or spec.split in ("val", "test")):
            parts.setdefault(("epoch", reading.epoch), []).append(i)
        else:
            parts.setdefault(("step", reading.epoch), []).append(i)
    return [_part(reading, kept, axis, epoch) for (axis, epoch), kept in parts.items()]


def _part(reading: Reading, kept: list[int], axis: Axis, epoch: float | None) -> Reading:
    step = reading.step if epoch == reading.epoch else None
    series, values = tuple([reading.series[i] for i in kept]), tuple([reading.values[i] for i in kept])
    return reading._replace(series=series, values=values, axis=axis, epoch=epoch, step=step)
