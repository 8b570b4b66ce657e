"""`tailwatch status`: the run in one short line, for a tmux status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailwatch.core.text import compact

if TYPE_CHECKING:
    from tailwatch.session import Session


def status_line(session: Session) -> str:
    """Return progress, the main value with its best, the ETA and the number of open alarms."""
    run = session.run
    parts = []
    p = run.progress
    if p.epoch is not None:
        parts.append(f"epoch {p.epoch:g}" + (f"/{p.epochs:g}" if p.epochs else ""))
    elif p.step is not None:
        parts.append(f"step {p.step:,.0f}" + (f"/{p.steps:,.0f}" if p.steps else ""))
    main = next((pair.val or pair.train for pair in run.pairs()), None)
    last = main.last() if main is not None else None
    if main is not None and last is not None:
        best = f" (best {compact(main.best_at.value)})" if main.best_at is not None else ""
        parts.append(f"{main.spec.split or ''} {main.spec.metric} {compact(last.value)}{best}".strip())
    eta = run.eta()
    if eta is not None:
        parts.append(f"ETA {duration(eta)}")
    alarms = [f for f in session.findings.open if f.opinion.severity != "info"]
    if alarms:
        parts.append(f"{len(alarms)} alert{'s' if len(alarms) > 1 else ''}: {alarms[0].opinion.id.replace('_', ' ')}")
    else:
        parts.append(run.outcome().replace("_", " "))
    return " | ".join(parts)


def duration(seconds: float) -> str:
    """Return a time span in its two largest units: `2 h 05 m`, `3 m 20 s`, `12 s`."""
    total = int(seconds + 0.5)
    if total >= 86_400:
        return f"{total // 86_400} d {total % 86_400 // 3600:02d} h"
    if total >= 3600:
        return f"{total // 3600} h {total % 3600 // 60:02d} m"
    if total >= 60:
        return f"{total // 60} m {total % 60:02d} s"
    return f"{total} s"
