"""How a run that died is told: which message killed it, and whether training really ended there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tailwatch.core.events import Evidence, Opinion, Place, Text
from tailwatch.core.messages import user_frame
from tailwatch.core.sanitise import sanitise

if TYPE_CHECKING:
    from tailwatch.core.events import Spoken
    from tailwatch.core.run import Run

ASK = "{action}"
WHY = "{why}"
RESUME = "Resume from the last checkpoint (line {line}: {text})."
_NO_MEMORY: Final = re.compile(
    r"out of memory|(?:can't|cannot|could not|unable to|failed to) allocate|bad_alloc|\bMemoryError\b|RESOURCE_EXHAUSTED",
    re.IGNORECASE,
)


def cause(run: Run) -> Spoken | None:
    """Return the fatal message that ended the run, None while the writer lives on or training went on after it."""
    fatal = run.fatal_at_end()
    if fatal is None or (run.clock.writer_alive and not run.clock.ended):
        return None
    return fatal


def is_memory(fatal: Spoken) -> bool:
    """Whether memory ran out."""
    named = "out_of_memory" in fatal.rule or "oom" in fatal.rule.split(".")[-1].split("_")
    return named or (not is_kill(fatal) and _NO_MEMORY.search(headline(fatal)) is not None)


def is_kill(fatal: Spoken) -> bool:
    """Whether the run was ended from outside."""
    return any(word in fatal.rule for word in ("killed", "terminated", "sigterm", "sigkill", "preempt", "cancel", "time_limit"))


def headline(fatal: Spoken) -> str:
    """Return the line that says what happened: a traceback's last one, else the first."""
    lines = [line for line in fatal.text.split("\n") if line.strip()]
    chosen = lines[-1] if len(lines) > 1 and not lines[-1].startswith(" ") else lines[0] if lines else ""
    return sanitise(chosen.strip())[:200]


def opinion(identity: str, title: str, fatal: Spoken, run: Run) -> Opinion:
    """Return the finding on a run that died of `fatal`."""
    values: dict[str, object] = {
        "what": headline(fatal),
        "line": fatal.last_line,
        "where": _where(run),
        "why": fatal.why,
        "action": fatal.action,
    }
    frame = user_frame(fatal.text)
    evidence = [Evidence(fatal.last_line, headline(fatal))]
    if frame:
        evidence.append(Evidence(fatal.line, f"raised from {sanitise(frame)}"))
    actions = [Text(ASK, values)] if fatal.action else []
    saved = run.marks("checkpoint")
    if saved:
        actions.append(Text(RESUME, {"line": saved[-1].line, "text": saved[-1].text[:80]}))
    place = Place(run.progress.epoch, run.progress.step, fatal.line, fatal.part)
    return Opinion(identity, "critical", place, Text(title, values), Text(WHY, values), tuple(actions), tuple(evidence))


def _where(run: Run) -> str:
    p = run.progress
    if p.epoch is not None:
        return f"epoch {p.epoch:g}" + (f" of {p.epochs:g}" if p.epochs else "")
    return f"step {p.step:,.0f}" if p.step is not None else "the beginning"
