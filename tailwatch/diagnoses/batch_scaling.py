"""The arithmetic of distributed training: global batch, learning rate, and how often an "epoch" passes over the data.

Linear scaling with warm-up: Goyal et al., Accurate, Large Minibatch SGD, arXiv:1706.02677. Square-root scaling for adaptive
optimisers: Malladi et al., On the SDEs and Scaling Rules for Adaptive Gradient Algorithms, arXiv:2205.10287. A factor alone is
information; it is a warning when the log also shows several passes over the data an "epoch". With a baseline the sums are done
with its numbers (`_against.py`): its rate is known to have worked with its batch.
"""

from __future__ import annotations

import math

from tailwatch.core.events import Evidence, Opinion, Place, Text
from tailwatch.core.judging import VALUES
from tailwatch.core.named import NamedTuple
from tailwatch.core.terms import joined, listed, setting_name
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, ClassVar, Final
from tailwatch.diagnoses._against import against, looks_scaled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series
    from tailwatch.diagnoses._against import Against

_MANY_PASSES: Final = 1.5

TITLE = "Global batch {global} = {devices} x {per_device}, but the learning rate is still {lr}."
TITLE_PASSES = 'One "epoch" is {passes} passes over the data: {steps} steps x {global} = {seen} samples against {samples}.'
TITLE_AGAINST = "Global batch {batch_now} is {times} times the baseline's {batch_then}, but the learning rate is {rate_now}."
TITLE_BOTH = (
    'Global batch {global} = {devices} x {per_device} with learning rate {lr}, and one "epoch" is {passes} passes over the data.'
)
WHY_RATE = (
    "On one device a batch of {per_device} makes {factor} times as many updates a pass. If {lr} was right for {per_device}, "
    "then for {global} linear scaling gives {linear}, square root {root}."
)
WHY_PASSES = (
    '{steps} steps x {global} samples = {seen} samples an "epoch", but the training set has {samples}: every "epoch" is {passes} '
    "passes, and whatever counts epochs (early stopping, learning-rate drops, the curves) takes {passes} passes for one. "
    "The steps were probably computed from the per-device batch ({samples} / {per_device} = {wrong})."
)
SCALE = "Start at {root} with a warm-up over the first {warmup} steps, and go towards {linear} if it stays stable."
SMALLER = "Or keep {lr} and use {low}-{high} a device (global {global_low}-{global_high})."
STEPS = "Set steps_per_epoch to {samples} / {global} = {right}, or leave it out."


class _Sum(NamedTuple):
    global_batch: float
    per_device: float
    devices: float
    before: float
    rate: float | None
    rate_before: float | None
    steps: float | None
    samples: float | None

    @property
    def factor(self) -> float:
        return self.global_batch / self.before

    @property
    def passes(self) -> float | None:
        if not self.steps or not self.samples:
            return None
        return self.steps * self.global_batch / self.samples


class Judge:
    """Does the sums that the settings allow."""

    ID: ClassVar[str] = "batch_scaling"
    WATCHES: ClassVar[frozenset[Watch]] = frozenset(("setting", "epoch", "end"))
    awaits: tuple[Series, ...] | None = None

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None
        self._counted_by_epoch = False
        self._said: tuple[tuple[object, ...], tuple[Opinion, ...]] | None = None

    def look(self, run: Run, changed: frozenset[Watch] | set[Watch]) -> Iterable[Opinion]:
        """Say what does not fit together."""
        self._see_steps(run)
        steps = run.progress.steps if self._counted_by_epoch else None
        facts = (steps, bool(run.segment.series), run.part)  # and the settings
        if not changed <= VALUES or self._said is None or self._said[0] != facts:
            self._said = (facts, tuple(self._opinions(run)))
        return self._said[1]

    def _opinions(self, run: Run) -> Iterator[Opinion]:
        compared = against(run)
        known = _known(run, compared, counted_by_epoch=self._counted_by_epoch)
        if known is None:
            return
        if compared is not None and compared.rate_then and compared.rate_now:
            unscaled = compared.unscaled  # the baseline's rate is known to fit its batch, however many devices shared that
        else:
            unscaled = known.factor >= 2 and known.rate is not None and not looks_scaled(known.rate, known.factor)
        passes = known.passes
        many = passes is not None and passes >= _MANY_PASSES
        if not (many or (unscaled and run.segment.series)):  # further settings may follow until the first values
            return
        values, lines = _values(known), _lines(run)
        sums = compared.said(_rate) if compared is not None and compared.grew else [Text(WHY_RATE, values)] if unscaled else []
        title = TITLE_BOTH if many and unscaled else TITLE_PASSES if many else TITLE
        yield Opinion(
            self.ID if many else "batch_arithmetic",
            "warning" if many else "info",
            Place(None, None, lines[0][0], run.part),
            Text(title, values) if many or compared is None or not compared.grew else compared.title(TITLE_AGAINST),
            joined([*sums, *([Text(WHY_PASSES, values)] if many else [])]),
            _actions(values, unscaled=unscaled, many=many),
            tuple(Evidence(line, text) for line, text in lines),
        )

    def _see_steps(self, run: Run) -> None:
        """Learn whether steps are counted anew in each epoch; a count over the whole run says nothing of an epoch."""
        epoch, _, step, _, _, _ = run.progress
        if epoch is None or step is None:
            return
        if self._last is not None and epoch > self._last[0]:
            self._counted_by_epoch = step <= self._last[1]
        self._last = (epoch, step)


def _known(run: Run, compared: Against | None, *, counted_by_epoch: bool) -> _Sum | None:
    devices = run.setting("devices")
    per_device = run.setting("per_device_batch_size")
    whole = run.setting("global_batch_size")
    if whole is None and devices and per_device:
        whole = devices * per_device * (run.setting("gradient_accumulation") or 1)
    if per_device is None and whole and devices:
        per_device = whole / devices
    before = per_device
    if compared is not None:  # what the rate was right for is known, not inferred from one device's share
        whole, before = compared.batch_now, compared.batch_then
        per_device = per_device or whole / (devices or 1)
    if not whole or not per_device or not before or per_device <= 0:
        return None
    steps = run.setting("steps_per_epoch") or (run.progress.steps if counted_by_epoch else None)
    rate, samples = run.setting("learning_rate"), run.setting("train_samples")
    scaled_from = compared.rate_then if compared is not None else rate
    return _Sum(whole, per_device, devices or whole / per_device, before, rate, scaled_from, steps, samples)


def _values(known: _Sum) -> dict[str, object]:
    rate, before = known.rate or 0.0, known.rate_before or known.rate or 0.0
    low = 2 ** max(0, math.floor(math.log2(max(1.0, known.before / known.devices))))
    passes = known.passes or 0.0
    steps, samples = known.steps or 0.0, known.samples or 0.0
    return {
        "global": f"{known.global_batch:,.0f}",
        "per_device": f"{known.per_device:,.0f}",
        "devices": f"{known.devices:,.0f}",
        "factor": compact(known.factor),
        "lr": compact(rate),
        "linear": _rate(before * known.factor),
        "root": _rate(before * math.sqrt(known.factor)),
        "warmup": f"{max(10.0, 5 * steps / max(1.0, passes)) if steps else 500:,.0f}",
        "low": low,
        "high": 2 * low,
        "global_low": f"{low * known.devices:,.0f}",
        "global_high": f"{2 * low * known.devices:,.0f}",
        "steps": f"{steps:,.0f}",
        "samples": f"{samples:,.0f}",
        "seen": f"{steps * known.global_batch:,.0f}",
        "passes": compact(round(passes, 1)),
        "wrong": f"{samples / known.per_device:,.0f}",
        "right": f"{max(1, samples // known.global_batch):,.0f}",
    }


def _rate(value: float) -> str:
    """Two significant digits are all that a scaling rule deserves."""
    return compact(float(f"{value:.1e}"))


def _actions(values: dict[str, object], *, unscaled: bool, many: bool) -> tuple[Text, ...]:
    actions = [Text(STEPS, values)] if many else []
    if unscaled:
        actions += [Text(SCALE, values), Text(SMALLER, values)]
    return tuple(actions)


_STATED: Final = ("devices", "global_batch_size", "per_device_batch_size", "learning_rate", "train_samples", "steps_per_epoch")


def _lines(run: Run) -> list[tuple[int, str | Text]]:
    """The lines of the log that state the settings used."""
    found: dict[int, list[Text]] = {}
    for key in _STATED:
        setting = run.settings.get(key)
        if setting is not None and not isinstance(setting.value, str):
            found.setdefault(setting.line, []).append(
                Text("{setting} {this}", {"setting": setting_name(key), "this": compact(setting.value)})
            )
    return [(line, listed(texts)) for line, texts in sorted(found.items())] or [(run.line, "")]
