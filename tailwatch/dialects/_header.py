"""The header of a table: names of columns, in whichever way they are set apart."""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan
from tailwatch.core.lazily import lazy
from tailwatch.core.literals import any_of_bytes
from tailwatch.core.metrics import is_neutral, known_words, words
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._cells import Cell, cells, separators
from tailwatch.dialects._gate import GENERATIONS
from tailwatch.dialects._groups import grouped
from tailwatch.dialects._names import classify
from tailwatch.dialects._rows import BAR, within

if TYPE_CHECKING:
    from tailwatch.core.events import Split
    from tailwatch.dialects._prefix import Prefix

MAX_COLUMNS: Final = 64

_NO_NAME: Final = lazy(rb"(?:^|\s)[-+]?\.?0|[{}\"';:=~<>]|\]\s|\.$|^$")
_HOLDS_A_VALUE: Final = lazy(rb"[A-Za-z_]{1,40}\[-?0{1,9}(?:\.0{1,12})?%?\],?")
_IN_NO_NAME: Final = lazy(rb"(?:^|\s)[-+]?\.?0|[{}\"':=~<>]|\.\s*$")
"""What of `_NO_NAME` speaks against every way of cutting the line."""
_OF_AN_EVALUATION: Final = any_of_bytes((b"AP", b"Class", b"Images", b"Instances", b"Labels", b"Box(P", b"Targets", b"top0_acc"))
_OF_A_METRIC: Final = any_of_bytes(
    (b"loss", b"acc", b"err", b"score", b"train", b"val", b"dev", b"test", b"gpu_mem", b"fitness", b"target")
)
_METRICS: Final = known_words()
_OPTIMISED: Final = frozenset(b"fitness target objective f fx f(x) fval cost best avg mean min max std".split())
"""What the first column of an optimiser's table may stand beside: `| iter | target | x |`."""
_EVALUATION: Final = frozenset(
    (b"Class", b"Images", b"Instances", b"Labels", b"mAP00", b"mAP@.0", b"P", b"R", b"Box(P", b"Targets")
)


def header(shape: bytes, before: Prefix, dialect: str, above: tuple[str, ...] = ()) -> Plan | None:
    """Return the plan of a header behind a prefix, which opens a table that the dialect reads; None if it is none.

    `above` is the line before, if it tells what groups of columns belong to.
    """
    if shape.startswith((b"# ", b"#\t"), before.end):
        before = before._replace(end=before.end + 1)  # a comment to gnuplot and numpy
    start, end = within(shape, before.end)
    body = shape[start:end]
    bar = BAR.search(body) if b"0%" in body else None
    if bar is not None:
        body = body[: bar.start()]
    if body.endswith(b"  \\"):
        body = body[:-1]  # pandas goes on with more columns below
    if len(body) < 8 or not _may_hold_names(body):
        return None
    for how in (*separators(body), "wide", "tight"):
        found = cells(body, how, start)
        if how == "wide" and _is_evaluation(found):
            found = cells(body, "tight", start)
        if 2 <= len(found) <= MAX_COLUMNS and _is_header(found, how, twins=bool(above)):
            split: Split | None = "val" if _is_evaluation(found) else None
            ends = [c.end for c in found]
            names = tuple(Field("name", a, b) for a, b in zip([before.end, *ends[:-1]], ends, strict=True))
            return Plan(
                dialect,
                names,
                frame=Frame(section=f"{how}:{split or ''}:{grouped(body, found, above) if above else ''}:", dialect=dialect),
                header=True,
            )
    return None


def _may_hold_names(body: bytes) -> bool:
    """Whether the text may be names of columns, however it is cut: a look at the whole of it spares most lines the cutting."""
    if _OF_AN_EVALUATION.search(body) is not None or GENERATIONS.match(body) is not None:
        return True
    if _IN_NO_NAME.search(body) is not None:
        return False
    if not body.isascii() or _OF_A_METRIC.search(body.lower()) is not None:
        return True
    return not _METRICS.isdisjoint(words(body.decode("ascii")))


def _has_twins(found: list[Cell]) -> bool:
    """Whether two cells are the same; names with digits may differ in them (`AP50`, `AP75`)."""
    plain = [c.text for c in found if b"0" not in c.text]
    return len(set(plain)) < len(plain)


def _is_evaluation(found: list[Cell]) -> bool:
    if len(found) >= 3 and found[0].text == b"classes" and found[1].text == b"top0_acc":
        return True
    return (
        sum(c.text.rstrip(b"):") in _EVALUATION for c in found) >= 4
        or sum(c.text.startswith(b"AP") and b":" not in c.text for c in found) >= 3
    )


def _is_header(found: list[Cell], how: str, *, twins: bool = False) -> bool:
    """Whether the cells are names, enough of them known: metrics, or a metric and an epoch or step. `twins` may have one name."""
    if _is_evaluation(found):
        return True
    if any(_NO_NAME.search(c.text) or len(c.text) > 40 for c in found) or (not twins and _has_twins(found)):
        return False
    if len(found) > 2 and how != "tight" and GENERATIONS.fullmatch(found[0].text) is not None:
        return True
    if {b"Epoch", b"gpu_mem", b"GPU_mem"} & {c.text for c in found[:1]} and found[1].text.lower() == b"gpu_mem":
        return True  # Ultralytics: its losses are called box, obj and cls
    if sum(_HOLDS_A_VALUE.fullmatch(c.text) is not None for c in found) > 1:
        return False  # `epoch[3] loss[0.4121]`
    names = [classify(c.text) for c in found]
    metrics = sum(n.part == "value" and n.trust in ("plain", "known") and not is_neutral(n.text) for n in names)
    places = sum(n.part in ("epoch", "step") or c.text.lower() in (b"e", b"#") for n, c in zip(names, found, strict=True))
    if how == "tight" and metrics + places + sum(is_neutral(n.text) or n.part == "time" for n in names) < len(found):
        return False
    if names[0].part in ("epoch", "step") and len(found) > 2 and how != "tight":
        metrics += any(c.text.lower() in _OPTIMISED for c in found[1:])
    splits = sum(n.part == "split" for n in names)  # `Epoch  Train  Valid`
    return metrics >= 3 or (splits >= 2 and places >= 1) or (metrics >= 1 and places >= 1 and (len(found) > 2 or how != "tight"))
