"""What kind of end a fatal message tells of: the run itself failed, memory ran out, or it was ended from outside."""

from __future__ import annotations

from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Spoken

_KILL_WORDS: Final = frozenset(("killed", "terminated", "sigterm", "sigkill", "preempt", "preempted", "preemption", "cancelled"))
_KILL_RULES: Final = frozenset(("slurm_time", "time_limit", "closing_signal", "death_signal"))
_ECHO_RULES: Final = frozenset(
    (
        "child_failed", "process_failed", "closing_signal", "death_signal", "nccl_peer_closed", "store_gone",
        "rendezvous_shutdown", "srun_exit", "mpi_died", "horovod_down", "not_destroyed", "aborted",
    )
)  # fmt: skip
_LOST_PEER: Final = lazy(r"(?i)remote process exit|connection (?:closed|reset) by (?:remote )?peer|ncclRemoteError")
STRAGGLING: Final = 24
"""So many lines other ranks may still print values after one has failed, before they wait for it."""

_KILL: Final = lazy(
    r"\bCANCELLED AT\b|DUE TO (?:TIME LIMIT|PREEMPTION)|\bdeath signal\b|\bgot signal: ?(?:1|2|9|15)\b|\bSIG(?:TERM|KILL|HUP)\b"
    r"|Termination signal"
)
_AFTER_BAR: Final = lazy(r"\](?=Killed$)|(?<=\S)(?=(?:slurmstepd|srun): )")
_NO_MEMORY: Final = lazy(
    r"out of memory|(?:can't|cannot|could not|unable to|failed to) allocate|bad_alloc|\bMemoryError\b|RESOURCE_EXHAUSTED",
    IGNORECASE,
)


def is_kill(fatal: Spoken) -> bool:
    """Whether the run was ended from outside: a signal, a scheduler, a time limit. A data worker is not the run."""
    tail = fatal.rule.rsplit(".", 1)[-1]
    words = tail.split("_")
    if "worker" in words:
        return False
    return tail in _KILL_RULES or not _KILL_WORDS.isdisjoint(words) or _KILL.search(headline(fatal)) is not None


def is_effect(fatal: Spoken) -> bool:
    """Whether a failure by itself tells of another one: a launcher that ends the rest, a peer that is gone.

    Not the death signal that a launcher received: that came from outside.
    """
    tail = fatal.rule.rsplit(".", 1)[-1]
    return (tail in _ECHO_RULES and tail != "death_signal") or _LOST_PEER.search(fatal.text) is not None


def is_cause_of(fatal: Spoken, earlier: Spoken) -> bool:
    """Whether a failure that was printed later is what an earlier one tells of: output of several processes has no order."""
    if not is_effect(earlier) or is_effect(fatal) or is_kill(fatal):
        return False
    return fatal.rank is None or fatal.rank != earlier.rank


def follows(fatal: Spoken, cause_rank: int | None) -> bool:
    """Whether a failure is the effect of one before it: a signal, a launcher's account, a lost peer, another rank's complaint.

    Args:
        fatal: the later failure.
        cause_rank: the rank that failed first, if it was said.
    """
    tail = fatal.rule.rsplit(".", 1)[-1]
    if tail in _ECHO_RULES or is_effect(fatal) or is_kill(fatal):
        return True
    return fatal.rank is not None and cause_rank is not None and fatal.rank != cause_rank


def is_memory(fatal: Spoken) -> bool:
    """Whether memory ran out, the device's or the machine's."""
    tail = fatal.rule.rsplit(".", 1)[-1]
    named = "out_of_memory" in tail or "oom" in tail.split("_") or tail in {"memory_error", "slurm_memory"}
    return named or _NO_MEMORY.search(headline(fatal)) is not None


def is_final(fatal: Spoken) -> bool:
    """Whether the message alone shows that a process ended; any other is judged by what comes after it."""
    return "Traceback (most recent call last)" in fatal.text or is_kill(fatal) or is_memory(fatal)


def headline(fatal: Spoken) -> str:
    """Return the line that says what happened: a traceback's last one, else the first. Not sanitised."""
    lines = [line for line in fatal.text.split("\n") if line.strip()]
    chosen = lines[-1] if len(lines) > 1 and not lines[-1].startswith(" ") else lines[0] if lines else ""
    return _AFTER_BAR.split(chosen)[-1].strip()
