"""What to do, in the order of effect: what killed the run, what lies behind the rest, the weights, the messages."""

from __future__ import annotations

import math

from tailwatch.core.events import Text
from tailwatch.core.terms import metric_name
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.document import Claim, Item, Items
from tailwatch.report.framework import framework
from tailwatch.report.recipes import recipe
from tailwatch.report.story.messages import headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import Finding
    from tailwatch.core.messages import Entry
    from tailwatch.core.segment import Pair
    from tailwatch.core.series import Series
    from tailwatch.report.document import Block, Code
    from tailwatch.report.facts import Facts

key: Final = "actions"
TITLE: Final = Text("What to do, in order of effect")

BECAUSE = "Because: {title}"
GAINS = "Worth: validation {metric} {best} instead of {last}."
GAINS_SCORE = "Validation {metric} there: {then} (at the end {now})."
PASSES = "Worth: an epoch is {right} updates instead of {steps}, and what counts epochs judges {passes} times as often."
EITHER = "Epoch {epoch}: validation {metric} {value}."
MEMORY_ONLY = "Worth: memory and start-up only; the curves stay as they are."
AGAIN = "Then run it again and compare, with this run as the baseline."

_ORDER: Final = (
    "not_a_number", "crashed", "out_of_memory", "killed", "stalled", "diverged", "batch_scaling", "lr_too_high", "regression",
    "overfitting", "plateau", "monitors_disagree", "spike", "oscillating", "slowdown",
)  # fmt: skip
"""Findings by how much of the result hangs on them; others come after these."""

_REMEDY: Final[dict[str, str]] = {
    "out_of_memory": "memory",
    "not_a_number": "lower_rate",
    "diverged": "lower_rate",
    "spike": "lower_rate",
    "lr_too_high": "warm_up",
    "overfitting": "early_stop",
    "monitors_disagree": "same_monitor",
    "monitors_differ": "same_monitor",
}
_OF_MESSAGES: Final[dict[str, str]] = {
    "tensorflow.devices_already_initialized": "memory_growth",
    "chinese.growth_failed": "memory_growth",
}
_COMPARABLE: Final = frozenset(
    ("batch_scaling", "overfitting", "regression", "lr_too_high", "plateau", "diverged", "oscillating")
)
"""Findings of which another run shows whether they are mended."""

_MOST_MESSAGES: Final = 6


def blocks(facts: Facts) -> Iterator[Block]:
    """Yield the numbered list; findings that are information come after the messages that need action."""
    seen = framework(facts.session)
    key = seen.key if seen is not None else ""
    held = sorted((f for f in facts.findings if f.closed is None), key=_rank)
    items = [i for f in held if f.opinion.severity != "info" for i in _of_finding(facts, f, key)]
    ended = facts.finding("crashed", "out_of_memory", "killed") is not None  # then other fatal messages are its echoes
    labels = ("actionable",) if ended else ("fatal", "actionable")
    acted = [e for e in facts.session.messages.entries() if e.label in labels and e.action and not e.effect_of and not e.hidden]
    items += [_of_message(e, key) for e in acted[:_MOST_MESSAGES]]
    items += [i for f in held if f.opinion.severity == "info" for i in _of_finding(facts, f, key)]
    if items:
        if any(f.opinion.id in _COMPARABLE for f in facts.alarms):
            items.append(Item(Claim(Text(AGAIN))))
        yield Items(tuple(items), numbered=True)


def _rank(finding: Finding) -> tuple[bool, int]:
    known = finding.opinion.id in _ORDER
    return finding.opinion.severity == "info", _ORDER.index(finding.opinion.id) if known else len(_ORDER)


def _of_finding(facts: Facts, finding: Finding, key: str) -> Iterator[Item]:
    opinion = finding.opinion
    if not opinion.actions:
        return
    values = _values(facts, finding)
    because = Claim(Text(BECAUSE, {"title": opinion.title}), tuple(e.line for e in opinion.evidence)[:5])
    if opinion.id == "batch_scaling":
        yield from _batch(finding, values, key, because)
        return
    more = [Claim(a) for a in opinion.actions[1:]]
    code = recipe(key, _REMEDY[opinion.id], values) if opinion.id in _REMEDY else None
    yield Item(Claim(opinion.actions[0]), (because, *_worth(facts, finding), *more), code)


def _batch(finding: Finding, values: dict[str, object], key: str, because: Claim) -> Iterator[Item]:
    """Several things are wrong at once: the steps first, because they decide how often anything is judged, then the rate."""
    first, *others = finding.opinion.actions
    worth = (Claim(Text(PASSES, values)),) if {"right", "steps", "passes"} <= values.keys() else ()
    yield Item(Claim(first), (because, *worth), recipe(key, "passes", values))
    if others:
        yield Item(Claim(others[0]), tuple(Claim(a) for a in others[1:]), recipe(key, "warm_up", values))


def _values(facts: Facts, finding: Finding) -> dict[str, object]:
    """Return what the finding's sentences hold, and what code needs besides."""
    opinion = finding.opinion
    found: dict[str, object] = {}
    for text in (opinion.title, opinion.why, *opinion.actions):
        found.update(text.values)
    val = None if facts.main is None else facts.main.val
    by_callbacks = opinion.id.startswith("monitors") and "monitor" in found
    name = str(found["monitor"]) if by_callbacks else "val_loss" if val is None else val.spec.name
    rate = facts.run.setting("learning_rate")
    batch = facts.run.setting("per_device_batch_size") or facts.run.setting("batch_size")
    best = 20 if val is None or val.best_at is None or math.isnan(val.best_at.step) else val.best_at.step
    found.setdefault("patience", 3)
    return found | {
        "monitor": name,
        "bare": name.removeprefix("val_").removeprefix("eval_"),
        "mode": _goal(facts, name),
        "greater": _goal(facts, name) == "max",
        "lower": compact(rate / 10 if opinion.id in ("not_a_number", "diverged") else rate / 3) if rate else "1e-4",
        "half": f"{max(1, (batch or 16) // 2):g}",
        "rounds": f"{max(10, min(100, round(best / 2 / 10) * 10)):g}",
    }


def _goal(facts: Facts, name: str) -> str:
    series = next((s for s in facts.run.series() if s.spec.name == name and s.goal is not None), None)
    return "min" if series is None or series.goal is None else series.goal


def _worth(facts: Facts, finding: Finding) -> Iterator[Claim]:
    if finding.opinion.id == "overfitting" and facts.main is not None and facts.main.val is not None:
        yield from _gain(facts.main, facts.score)
    if finding.opinion.id in ("monitors_disagree", "monitors_differ"):
        yield from _either(facts, finding)


def _gain(main: Pair, score: Pair | None) -> Iterator[Claim]:
    val = main.val
    assert val is not None
    best, last = val.best_at, val.last()
    if best is None or last is None or best.line == last.line:
        return
    values = {"metric": metric_name(main.metric), "best": compact(best.value), "last": compact(last.value)}
    yield Claim(Text(GAINS, values), (best.line, last.line))
    then = None if score is None or score.val is None else _near(score.val, best.line)
    if score is not None and score.val is not None and then is not None:
        told = {"metric": metric_name(score.metric), "then": compact(then), "now": compact(score.val.values[-1])}
        yield Claim(Text(GAINS_SCORE, told))


def _near(series: Series, line: int) -> float | None:
    return next((series.values[i] for i in range(len(series)) if series.lines[i] == line), None)


def _either(facts: Facts, finding: Finding) -> Iterator[Claim]:
    """Tell what the weights of both epochs are worth."""
    values = finding.opinion.why.values
    for epoch in (values.get("restored"), values.get("kept")):
        for pair in (facts.main, facts.score):
            val = None if pair is None else pair.val
            if val is None or pair is None or not isinstance(epoch, float):
                continue
            at = next((i for i in range(len(val)) if val.epochs[i] == epoch), None)
            if at is not None:
                told = {"epoch": f"{epoch:g}", "metric": metric_name(pair.metric), "value": compact(val.values[at])}
                yield Claim(Text(EITHER, told), (val.lines[at],))


def _of_message(entry: Entry, key: str) -> Item:
    remedy = _OF_MESSAGES.get(entry.rule, "")
    code: Code | None = recipe(key, remedy, {}) if remedy else None
    details: tuple[Claim, ...] = (Claim("", (entry.first_line,), quote=headline(entry)),)
    if remedy == "memory_growth":
        details = (*details, Claim(Text(MEMORY_ONLY)))
    return Item(Claim(Text(entry.action)), details, code)
