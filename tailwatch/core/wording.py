"""A message as people are shown it: what it says, without the time, level and place that its logger put before it."""

from __future__ import annotations

from tailwatch.core.lazily import lazy
from tailwatch.core.peeling import peel, without_outer_prefix
from tailwatch.core.sanitise import sanitise
from tailwatch.core.typed import Final

MOST: Final = 200
_GLUED: Final = lazy(r"(?<=\S)(?=(?:slurmstepd|srun): )")
"""A scheduler writes behind whatever the run was printing."""

_CUT: Final = "…"
_LEAST: Final = 12
"""Fewer characters than these say too little: the line is shown whole."""


def wording(line: str, most: int = MOST) -> str:
    """Return what a line says, fit for a terminal and cut at `most` characters; an exception keeps its class."""
    inner = without_outer_prefix(_GLUED.split(line.strip())[-1])[1]
    peeled = peel(inner)
    said = f"{peeled.klass}: {peeled.rest}" if peeled.klass and peeled.rest else peeled.klass or peeled.rest
    return cut(sanitise(said if len(said) >= _LEAST else line.strip()).rstrip(" ."), most)


def cut(text: str, most: int) -> str:
    """Cut a text at the end of a word where there is one near, and show that it was cut."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    space = kept.rfind(" ", most * 3 // 4)
    return (kept if space < 0 else kept[:space]).rstrip(" ,;:.") + _CUT
