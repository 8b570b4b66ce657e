"""The diagnosis in two sentences: what the run came to, and what lies behind it or what to do first."""

from __future__ import annotations

from tailwatch.core.events import Text
from tailwatch.core.pace import steps_of
from tailwatch.core.terms import metric_name
from tailwatch.core.text import compact
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.core.verdict import has_worsened, stands_still, verdict
from tailwatch.report.document import Claim, Paragraph
from tailwatch.report.facts import place_name
from tailwatch.report.framework import framework

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import Finding
    from tailwatch.report.document import Block, Tone
    from tailwatch.report.facts import Facts

key: Final = "diagnosis"
TITLE: Final = Text("Diagnosis")
TITLE_OF_REPORT: Final = Text("Training report")

CAUSES: Final = ("batch_scaling", "lr_too_high", "batch_arithmetic", "monitors_disagree", "regression")
"""Findings that explain others, in the order in which they do."""

SENTENCE = "{sentence}."
BEHIND = "Behind it, as far as the log shows: {cause}"
FIRST = "First of all: {action}"
KEEP = "Nothing needs to be changed; the best weights are those of {place}."
TAKE = "No alarm was raised, but take the weights of {place}, not the last ones."
NOTHING = "Nothing needs to be changed."
LIKE_BASELINE = "It does as well as the baseline: best validation {metric} {this} against {other}."
BETTER = "It does better than the baseline: best validation {metric} {this} against {other}."
NO_VALUES = "What can be said is in its messages, and in the lines that were not understood."
FATAL = "But it holds a fatal message: {why}"
EMPTY = "Training that prints into a file or a pipe holds its text back until some kilobytes are there: `python -u` does not."
NO_DIRECTION = "The log does not say what the values measure, so which way is better is not known."
NO_VALIDATION = "Without validation values it cannot be said whether the model generalises."
ONCE = "Validation was measured once only, so nobody can say whether an earlier epoch was better."
UNMOVED = "A value that never moves shows nothing of what is learned: look at what is predicted, and at how it is computed."
NOT_SAID = "Nothing alarming was found; the best weights are those of {place}."
GOES_ON = "What it says so far may change."

ON = "{framework} on {devices} devices"
ON_ONE = "{framework}"
EPOCHS_OF = "epoch {epoch} of {epochs}"
EPOCHS = "epoch {epoch}"
STEPS_OF = "step {step} of {steps}"
STEPS = "step {step}"
AGAINST = "baseline: {log}"
AGAINST_REMEMBERED = "baseline: an earlier run of {log}, remembered"
RUNS = "{n} runs in this log; the last one, from line {line} on, is told"
LEGEND = "L12 is line 12 of this log, B12 line 12 of the baseline's."
LEGEND_ALONE = "L12 is line 12 of this log."
OUTCOMES: Final[dict[str, str]] = {
    "running": "still running",
    "finished": "finished",
    "early_stopped": "stopped early",
    "crashed": "crashed",
    "killed": "killed",
    "stalled": "stands still",
    "unknown": "end unknown",
}


def about(facts: Facts) -> Iterator[Claim]:
    """Say which log this is, in a few words each."""
    yield Claim(facts.log)
    seen = framework(facts.session)
    devices = facts.run.setting("devices")
    if seen is not None and devices and devices > 1:
        yield Claim(Text(ON, {"framework": seen.name, "devices": f"{devices:g}"}), facts.line_of("devices"))
    elif seen is not None:
        yield Claim(Text(ON_ONE, {"framework": seen.name}))
    p = facts.run.progress
    if p.epoch is not None:
        values = {"epoch": f"{p.epoch:g}", "epochs": f"{p.epochs or 0:g}"}
        yield Claim(Text(EPOCHS_OF if p.epochs else EPOCHS, values))
    elif p.step is not None:
        steps = steps_of(p)
        yield Claim(Text(STEPS_OF if steps else STEPS, {"step": f"{p.step:,.0f}", "steps": f"{steps or 0:,.0f}"}))
    yield Claim(Text(OUTCOMES[facts.outcome]))
    yield Claim(Text("{n:,} line read", {"n": facts.session.lines}, many="{n:,} lines read"))
    if facts.baseline is not None:
        yield Claim(Text(AGAINST_REMEMBERED if facts.baseline.remembered else AGAINST, {"log": facts.baseline.log}))
    if len(facts.run.segments) > 1:
        yield Claim(Text(RUNS, {"n": len(facts.run.segments), "line": f"{facts.segment.first_line:,}"}))
    yield Claim(Text(LEGEND if facts.baseline is not None and not facts.baseline.remembered else LEGEND_ALONE))


def blocks(facts: Facts) -> Iterator[Block]:
    """Yield the two sentences."""
    alarms = facts.alarms
    first = _claim(alarms[0]) if alarms else _calm(facts)
    yield Paragraph((first, _second(facts, alarms)), lead=True)


def _calm(facts: Facts) -> Claim:
    tone: Tone = (
        "bad"
        if facts.outcome in ("crashed", "killed")
        else "mute"
        if facts.judged is None or stands_still(facts.judged)
        else "good"
    )
    return Claim(verdict(facts.run, facts.session.findings), _lines_of_best(facts), tone=tone)


def _claim(finding: Finding) -> Claim:
    tone: Tone = "bad" if finding.opinion.severity == "critical" else "warn"
    title = finding.opinion.title
    if not title.template.endswith("."):
        title = Text(SENTENCE, {"sentence": title})  # it ends with what the log says
    return Claim(title, tuple(e.line for e in finding.opinion.evidence[:2]), tone=tone)


def _second(facts: Facts, alarms: list[Finding]) -> Claim:
    if alarms:
        cause = next((f for i in CAUSES for f in alarms[1:] if f.opinion.id == i), None)
        if cause is not None:
            lines = tuple(e.line for e in cause.opinion.evidence)
            return Claim(Text(BEHIND, {"cause": cause.opinion.title}), lines[:5])
        actions = alarms[0].opinion.actions
        return Claim(Text(FIRST, {"action": actions[0]})) if actions else Claim(alarms[0].opinion.why)
    return _healthy(facts)


def _healthy(facts: Facts) -> Claim:
    fatal = next((e for e in facts.session.messages.entries() if e.label == "fatal" and e.why and not e.effect_of), None)
    if fatal is not None:
        return Claim(Text(FATAL, {"why": Text(fatal.why)}), (fatal.first_line, fatal.last_line))
    return _beside_baseline(facts) or _alone(facts)


def _beside_baseline(facts: Facts) -> Claim | None:
    if facts.judged is None or not facts.contrasts or facts.contrasts[0].judgement == "worse":
        return None
    c = facts.contrasts[0]
    values = {"metric": metric_name(c.this_curve.metric), "this": compact(c.this.value), "other": compact(c.other.value)}
    return Claim(
        Text(BETTER if c.judgement == "better" else LIKE_BASELINE, values), (c.this.line,), facts.base_line(c.other.line)
    )


def _alone(facts: Facts) -> Claim:
    if facts.judged is None:
        return Claim(Text(NO_DIRECTION if facts.unjudged else NO_VALUES if facts.run.line else EMPTY))
    best = facts.judged.best_at
    if facts.outcome == "running":
        return Claim(Text(GOES_ON))
    if facts.main is None or facts.main.val is None:
        return Claim(Text(NO_VALIDATION))
    if best is None:
        return Claim(Text(NOTHING))
    if facts.judged.points == 1 or stands_still(facts.judged):
        ends = dict.fromkeys((facts.judged.lines[0], facts.judged.lines[-1]))
        return Claim(Text(ONCE if facts.judged.points == 1 else UNMOVED), tuple(ends))
    last = facts.judged.last()
    worse = last is not None and has_worsened(last, best) and not facts.run.marks("restored")
    over = TAKE if worse else KEEP
    return Claim(
        Text(over if facts.outcome in ("finished", "early_stopped") else NOT_SAID, {"place": place_name(best)}), (best.line,)
    )


def _lines_of_best(facts: Facts) -> tuple[int, ...]:
    judged = facts.judged
    return () if judged is None or judged.best_at is None else (judged.best_at.line,)
