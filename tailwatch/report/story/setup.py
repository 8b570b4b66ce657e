"""Environment and settings, the baseline's beside them, and what is wrong with them."""

from __future__ import annotations

from tailwatch.core.events import Text
from tailwatch.core.terms import setting_name
from tailwatch.core.text import compact, phrase
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.document import EMPTY, Claim, Item, Items, without_empty_columns
from tailwatch.report.framework import framework

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tailwatch.report.document import Block
    from tailwatch.report.facts import Facts

key: Final = "setup"
TITLE: Final = Text("Environment and settings")

HEAD = (phrase("Setting"), phrase("This run"), phrase("Baseline"), phrase("Remark"))
DIFFERS = "differs"
RATE_UNSCALED = "Not scaled with the batch: {root} (square root) to {linear} (linear) would go with {global}."
PASSES = "{passes} passes over {samples} samples; one pass is {right} steps."
GREW = "{times} times the baseline's."
SHRANK = "{share} of the baseline's."
NO_GPU = "The run did not use a GPU."
LATE_GROWTH = "Memory growth was set too late and is off: TensorFlow takes the whole card."

_REMARKS: Final[dict[str, str]] = {
    "tensorflow.cuinit_failed": NO_GPU,
    "tensorflow.devices_already_initialized": LATE_GROWTH,
    "chinese.growth_failed": LATE_GROWTH,
    "chinese.no_gpu": NO_GPU,
    "cuda.no_gpu": NO_GPU,
}
"""What messages tell of the environment; only where their verdict is that something is to be done."""

_ORDER: Final = (
    "strategy", "devices", "global_batch_size", "per_device_batch_size", "batch_size", "gradient_accumulation", "learning_rate",
    "warmup_steps", "weight_decay", "dropout", "momentum", "epochs", "steps_per_epoch", "total_steps", "train_samples",
    "val_samples", "parameters", "patience", "seed", "num_workers",
)  # fmt: skip


def blocks(facts: Facts) -> Iterator[Block]:
    """Yield the remarks on the environment, then the table."""
    remarks = tuple(_environment(facts))
    if remarks:
        yield Items(remarks)
    rows = tuple(_rows(facts))
    if not rows:
        return
    head = tuple(Text(h) for h in HEAD)
    yield without_empty_columns(head, rows)


def _environment(facts: Facts) -> Iterator[Item]:
    seen = framework(facts.session)
    if seen is not None and facts.run.dialects:
        yield Item(Claim(Text("Framework: {name}.", {"name": seen.name})))
    told: set[str] = set()
    for entry in facts.session.messages.entries():
        remark = _REMARKS.get(entry.rule)
        if remark is not None and entry.label in ("actionable", "fatal") and remark not in told:
            told.add(remark)
            yield Item(Claim(Text(remark), (entry.first_line,)), sign="warn")


def _rows(facts: Facts) -> Iterator[tuple[Claim, Claim, Claim, Claim]]:
    base = facts.baseline
    theirs: Mapping[str, float | str] = {} if base is None else base.settings
    keys = {*facts.run.settings, *theirs}
    place = {key: i for i, key in enumerate(_ORDER)}
    for key in sorted(keys, key=lambda k: (place.get(k, len(_ORDER)), k)):
        mine = facts.run.settings.get(key)
        this = Claim("-", tone="mute") if mine is None else Claim(_shown(mine.value), (mine.line,))
        lines = facts.base_line(base.lines.get(key, 0)) if base is not None else ()
        there = (
            EMPTY if base is None else Claim("-", tone="mute") if key not in theirs else Claim(_shown(theirs[key]), base=lines)
        )
        yield Claim(setting_name(key)), this, there, _remark(facts, key)


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else compact(value)


def _remark(facts: Facts, key: str) -> Claim:
    """What is wrong with a setting, else how it differs from the baseline's."""
    found = facts.finding("batch_scaling", "batch_arithmetic")
    if found is not None:
        values = _values_in(found.opinion.why)
        titled = _of_finding(key, values, passes=found.opinion.id == "batch_scaling")
        if titled is not None:
            return titled
    difference = next((d for d in facts.differences if d.key == key and d.this is not None and d.other is not None), None)
    if difference is None:
        return EMPTY
    if isinstance(difference.this, str) or isinstance(difference.other, str) or not difference.this or not difference.other:
        return Claim(Text(DIFFERS), tone="warn")
    factor = difference.this / difference.other
    values = {"times": compact(float(f"{factor:.2g}")), "share": f"{100 * factor:.2g} %"}
    return Claim(Text(GREW if factor > 1 else SHRANK, values), tone="warn")


def _values_in(text: Text) -> dict[str, object]:
    """Return the values of a sentence and of those that it is joined from."""
    within = [_values_in(v) for v in text.values.values() if isinstance(v, Text)]
    return {name: value for values in (*within, text.values) for name, value in values.items()}


def _of_finding(key: str, values: Mapping[str, object], *, passes: bool) -> Claim | None:
    if key == "learning_rate" and {"root", "linear", "global"} <= values.keys():
        return Claim(Text(RATE_UNSCALED, values), tone="bad")
    if key == "steps_per_epoch" and passes and {"passes", "samples", "right"} <= values.keys():
        return Claim(Text(PASSES, values), tone="bad")
    return None
