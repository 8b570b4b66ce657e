"""Decimal commas: `Verlust: 0,9121`, as programs print them where the language of the system has them.

A comma parts the members of lists and groups of thousands as well. A line is held to have decimal commas only if it has no
decimal point, if they stand behind the names of metrics, and if no group of thousands is written so.
"""

from __future__ import annotations

from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._names import classify, name_before

if TYPE_CHECKING:
    from tailwatch.dialects._names import Name

_NUMBER: Final = lazy(rb"(?<=[ \t:=|])-?0{1,7}(,)(0{1,17})(?:[eE][-+]?0{1,3})?(?![0\w]|[,.]0|/0)")
_POINT: Final = lazy(rb"0\.0")
_LOOK_BACK: Final = 48
_THOUSANDS: Final = 3
_ENOUGH: Final = 2
"""So many metrics with three digits behind the comma are no groups of thousands."""
_SHARES: Final = frozenset(("accuracy", "precision", "recall", "f1", "auc", "iou", "miou", "dice", "map", "r2", "error"))


def with_points(text: bytes) -> bytes | None:
    """Return a line with its decimal commas as points, None if it has none."""
    if _POINT.search(text) is not None:
        return None
    found = [m for m in _NUMBER.finditer(text) if text[m.end() : m.end() + 1] not in (b"]", b")")]
    named = [(m, name) for m in found if (name := _metric_before(text, m.start())) is not None]
    if not any(len(m[2]) != _THOUSANDS for m, _ in named) and sum(_is_share(name) for _, name in named) < _ENOUGH:
        return None
    pointed = bytearray(text)
    for m in found:
        pointed[m.start(1)] = ord(".")
    return bytes(pointed)


def _metric_before(text: bytes, at: int) -> Name | None:
    raw, _ = name_before(text[max(0, at - _LOOK_BACK, text.rfind(b"0", 0, at) + 1) : at])
    name = classify(raw) if raw else None
    return name if name is not None and name.part == "value" and name.trust in ("plain", "known") else None


def _is_share(name: Name) -> bool:
    """Whether no one prints this metric in thousands."""
    metric = meaning(name.text).metric
    return metric.endswith("loss") or metric in _SHARES
