"""What each callback did: the checkpoint, early stopping, the reductions of the learning rate, and whether they agree."""

from __future__ import annotations

import math

from tailwatch.core.events import Text
from tailwatch.core.terms import listed
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.document import Claim, Item, Items
from tailwatch.report.story.phases import counted_as, mark_place, used_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tailwatch.core.events import Mark
    from tailwatch.report.document import Block
    from tailwatch.report.facts import Facts

key: Final = "callbacks"
TITLE: Final = Text("What the callbacks did")

CHECKPOINT_BY = "The checkpoint followed {monitor}: saved {n} times, last at {place} ({value})."
CHECKPOINT_ONCE_BY = "The checkpoint followed {monitor}: saved once, at {place} ({value})."
CHECKPOINT_ONCE = "A checkpoint was saved once, at {place}."
CHECKPOINT = "A checkpoint was saved {n} times, last at {place}."
NOT_SINCE = "{n} epochs without an improvement followed."
STOP = "Early stopping ended the run at {place}."
PATIENCE = "That is {late} epochs after {best}, its best: the patience was {late}."
RESTORE = "It put the weights of {best} back into the model."
RESTORE_UNNAMED = "Earlier weights were put back into the model; the log does not say of which epoch."
CUTS = "The learning rate was reduced {n} times ({places})."
CUT_ONCE = "The learning rate was reduced once ({places})."
CUT_TO = "{place}: to {rate}"
CUT_HELPED = "After the first reduction {name} reached a new best: {after} (before: {before})."
CUT_IN_VAIN = "None brought a new best: {name} was {before} before, and at best {after} afterwards."
CUT_TOO_LATE = (
    "The first came after the best epoch: with validation rising, a smaller rate only slows the fit to the training set."
)
AGREE = "The checkpoint and the restored weights are of the same epoch, {kept}."
DISAGREE = "They kept different epochs: the model in memory is that of epoch {restored}, the file on disk that of epoch {kept}."
_SHOWN: Final = 6


def blocks(facts: Facts) -> Iterator[Block]:
    """Yield one item a callback, and whether the weights that are left agree."""
    items = [*_checkpoint(facts), *_cuts(facts), *_stop(facts), *_agreement(facts)]
    if items:
        yield Items(tuple(items))


def _checkpoint(facts: Facts) -> Iterator[Item]:
    saved = facts.run.marks("checkpoint")
    if not saved:
        return
    by = [m for m in saved if m.monitor]
    shown = by or saved
    last = shown[-1]
    value = "" if last.value is None else compact(last.value)
    values = {"monitor": last.monitor, "n": len(shown), "place": mark_place(last), "value": value}
    once = len(shown) == 1
    followed = bool(by and value)
    several, single = (CHECKPOINT_BY, CHECKPOINT_ONCE_BY) if followed else (CHECKPOINT, CHECKPOINT_ONCE)
    template = single if once else several
    later = [m for m in facts.run.marks("not_improved") if m.line > last.line and m.monitor == last.monitor]
    details = (Claim(Text(NOT_SINCE, {"n": len(later)}), (later[0].line, later[-1].line)),) if len(later) > 1 else ()
    yield Item(Claim(Text(template, values), (shown[0].line, last.line)), details)


def _cuts(facts: Facts) -> Iterator[Item]:
    cuts = facts.run.marks("lr_drop")
    if not cuts:
        return
    told = [_cut(m) for m in cuts[:_SHOWN]]
    values = {"n": len(cuts), "places": listed(told)}
    head = Claim(Text(CUT_ONCE if len(cuts) == 1 else CUTS, values), tuple(m.line for m in cuts[:_SHOWN]))
    yield Item(head, tuple(_effect(facts, cuts[0])))


def _cut(mark: Mark) -> Text:
    if mark.value is None:
        return mark_place(mark)
    return Text(CUT_TO, {"place": mark_place(mark), "rate": compact(float(f"{mark.value:.3g}"))})


def _effect(facts: Facts, first: Mark) -> Iterator[Claim]:
    series = facts.judged
    if series is None or series.best_at is None:
        return
    sign = -1.0 if series.goal == "max" else 1.0
    at = used_from(series, first)
    before = [i for i in range(at) if math.isfinite(series.values[i])]
    after = [i for i in range(at, len(series)) if math.isfinite(series.values[i])]
    if not before or not after:
        return
    old, new = (min(group, key=lambda i: sign * series.values[i]) for group in (before, after))
    values = {"name": series.spec.name, "before": compact(series.values[old]), "after": compact(series.values[new])}
    helped = sign * series.values[new] < sign * series.values[old]
    yield Claim(Text(CUT_HELPED if helped else CUT_IN_VAIN, values), (series.lines[old], series.lines[new]))
    if not helped and facts.finding("overfitting") is not None and series.lines[old] < first.line:
        yield Claim(Text(CUT_TOO_LATE))


def _stop(facts: Facts) -> Iterator[Item]:
    stops = facts.run.marks("early_stop")
    restored = facts.run.marks("restored")
    kept = _kept(facts)
    if stops:
        details = []
        if kept is not None and stops[-1].epoch is not None and stops[-1].epoch > kept:
            values = {"late": f"{stops[-1].epoch - kept:g}", "best": Text("epoch {n}", {"n": f"{kept:g}"})}
            details.append(Claim(Text(PATIENCE, values)))
        details.extend(_restored(restored, kept))
        yield Item(Claim(Text(STOP, {"place": mark_place(stops[-1])}), (stops[-1].line,)), tuple(details))
    elif restored:
        yield Item(_restored(restored, kept)[0])


def _restored(restored: Sequence[Mark], kept: float | None) -> list[Claim]:
    if not restored:
        return []
    if kept is None:
        return [Claim(Text(RESTORE_UNNAMED), (restored[-1].line,))]
    return [Claim(Text(RESTORE, {"best": counted_as(restored[-1], kept)}), (restored[-1].line,))]


def _kept(facts: Facts) -> float | None:
    """Return the epoch whose weights were restored, where the log names it."""
    last = next(iter(reversed(facts.run.marks("restored"))), None)
    return last.value if last is not None and last.value is not None and last.value == int(last.value) else None


def _agreement(facts: Facts) -> Iterator[Item]:
    restored = _kept(facts)
    saved = next((m for m in reversed(facts.run.marks("checkpoint")) if m.epoch is not None and m.monitor), None)
    if restored is None or saved is None:
        return
    lines = (facts.run.marks("restored")[-1].line, saved.line)
    values = {"restored": f"{restored:g}", "kept": f"{saved.epoch:g}"}
    differ = saved.epoch != restored
    yield Item(Claim(Text(DISAGREE if differ else AGREE, values), lines), sign="warn" if differ else "good")
