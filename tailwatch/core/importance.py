"""How likely an unknown message matters: by its level, class and emitter, its repetition, and what became of the run after it.

What a message says in words counts for nothing: "failed" and "error" stand in many a harmless line. The order is a suggestion of
where to look first; it raises no alarm.
"""

from __future__ import annotations

from functools import lru_cache
from math import log2

from tailwatch.core.peeling import headline, peel
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tailwatch.core.events import Finding
    from tailwatch.core.messages import Entry

_LEVELS: Final = {"fatal": 4.0, "error": 3.0, "warning": 1.0}
_SYSTEM: Final = ("kernel", "NCCL", "slurmstepd", "srun", "docker", "torchrun")
_LIBRARIES: Final = ("site-packages", "dist-packages", "/lib/python")
_SOON: Final = 200
"""So many lines after its last occurrence, a trouble of the run may still follow from a message."""


def trouble_lines(findings: Iterable[Finding]) -> tuple[tuple[int, int], ...]:
    """Part and line where each warning or worse about the run began."""
    return tuple((f.opinion.since.part, f.opinion.since.line) for f in findings if f.opinion.severity != "info")


def importance(entry: Entry, troubles: Sequence[tuple[int, int]] = ()) -> float:
    """How likely a message matters; only the order of two messages of one log means anything.

    Args:
        entry: the message.
        troubles: where the run's troubles began, from `trouble_lines`.
    """
    score = _by_form(entry.sample)
    score += min(log2(entry.count) / 3, 2.0)  # 64 times and more are as good as every step
    score += min(max(len(entry.ranks) - 1, 0), 1) * 0.5
    if any(part == entry.part and entry.first_line <= line <= entry.last_line + _SOON for part, line in troubles):
        score += 2.0
    return score


@lru_cache(4096)
def _by_form(sample: str) -> float:
    """What level, class and emitter say; the screen asks this of every message at every paint."""
    peeled = peel(headline(sample))
    name = peeled.klass.rpartition(".")[2]
    score = _LEVELS.get(peeled.level, 0.0)
    if peeled.emitter in _SYSTEM:
        score += 1.5
    elif name and peeled.emitter and not any(library in peeled.emitter for library in _LIBRARIES):
        score += 0.5  # the user's own code warned
    return score


def by_importance(entries: Iterable[Entry], troubles: Sequence[tuple[int, int]] = ()) -> list[Entry]:
    """Sort messages, the one that most likely matters first; among equals the one that came first."""
    return sorted(entries, key=lambda entry: (-importance(entry, troubles), entry.part, entry.first_line))
