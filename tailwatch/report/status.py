"""`tailwatch status`: the run in one short line, for a tmux status bar."""

from __future__ import annotations

from tailwatch.core.pace import steps_of
from tailwatch.core.terms import FINDINGS, metric_name
from tailwatch.core.text import ENGLISH, compact, phrase
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.run import Run
    from tailwatch.core.text import Language
    from tailwatch.session import Session


OUTCOMES: Final = {
    "running": phrase("running"),
    "finished": phrase("finished"),
    "early_stopped": phrase("early stopped"),
    "crashed": phrase("crashed"),
    "killed": phrase("killed"),
    "stalled": phrase("stalled"),
    "unknown": phrase("end unknown"),
}
SPLIT_NAMES: Final = {"val": phrase("val {metric}"), "train": phrase("train {metric}"), "test": phrase("test {metric}")}


def status_line(session: Session, language: Language = ENGLISH) -> str:
    """Return progress, the main value with its best, the ETA and the number of open alarms."""
    run = session.run
    if not run.line:
        return language.of("empty log")
    say = language.say
    parts = _progress(run, language)
    main = next((pair.val or pair.train for pair in run.pairs()), None)
    last = main.last() if main is not None else None
    if main is not None and last is not None:
        name = say(SPLIT_NAMES.get(main.spec.split or "", "{metric}"), metric=metric_name(main.spec.metric))
        if main.best_at is None:
            parts.append(f"{name} {compact(last.value)}")
        else:
            parts.append(
                say("{name} {last} (best {best})", name=name, last=compact(last.value), best=compact(main.best_at.value))
            )
    eta = run.eta()
    if eta is not None:
        parts.append(say("ETA {time}", time=duration(eta, language)))
    alarms = [f for f in session.findings.open if f.opinion.severity != "info"]
    if alarms:
        first = language.of(FINDINGS.get(alarms[0].opinion.id, alarms[0].opinion.id.replace("_", " ")))
        parts.append(language.count("{n} alert: {first}", "{n} alerts: {first}", len(alarms), first=first))
    else:
        parts.append(language.of(OUTCOMES[run.outcome()]))
    return " | ".join(parts)


def _progress(run: Run, language: Language) -> list[str]:
    p = run.progress
    if p.epoch is not None and p.epochs:
        return [language.say("epoch {number:g}/{all:g}", number=p.epoch, all=p.epochs)]
    if p.epoch is not None:
        return [language.say("epoch {number:g}", number=p.epoch)]
    if p.step is not None and (steps := steps_of(p)):
        return [language.say("step {number:,.0f}/{all:,.0f}", number=p.step, all=steps)]
    return [language.say("step {number:,.0f}", number=p.step)] if p.step is not None else []


def duration(seconds: float, language: Language = ENGLISH) -> str:
    """Return a time span in its two largest units: `2 h 05 m`, `3 m 20 s`, `12 s`."""
    say, total = language.say, int(seconds + 0.5)
    if total >= 86_400:
        return say("{days} d {hours:02d} h", days=total // 86_400, hours=total % 86_400 // 3600)
    if total >= 3600:
        return say("{hours} h {minutes:02d} m", hours=total // 3600, minutes=total % 3600 // 60)
    if total >= 60:
        return say("{minutes} m {seconds:02d} s", minutes=total // 60, seconds=total % 60)
    return say("{seconds} s", seconds=total)
