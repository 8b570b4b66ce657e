"""Bars that are log lines: `Progress on:train 120it/400it rate:2.6it/s remaining:01:47 elapsed:00:46 postfix:loss=3.21`.

Source: tqdm-loggable 0.4, tqdm_logging.py (`tqdm_logging.display`), which draws so where there is no terminal; levanter logs with it.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import split_of
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects import general
from tailwatch.dialects._frames import under
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    import re

    from tailwatch.core.events import Frame, Role

NAME: Final = "tqdm-loggable"
ORDER: Final = 12
ANCHORS: Final = (b"Progress on:",)
SAMPLES: Final = (
    (
        "Progress on:train 120it/400it rate:2.6it/s remaining:01:47 elapsed:00:46 postfix:loss=3.21",
        "train loss 3.21 at step 120",
    ),
    ("Progress on:eval 1.20kit/4.00kit rate:9.1it/s remaining:05:07 elapsed:02:11 postfix:loss=3.61", "running val loss 3.61"),
)

_BAR: Final = lazy(
    rb"Progress on:(?P<desc>[^\n]{0,80}?) ?(?:(?P<done>0{1,6}(?:\.0{1,2})?k?)[a-zA-Z]{1,12}|-|0{1,15})"
    rb"/(?:(?P<total>0{1,6}(?:\.0{1,2})?k?)[a-zA-Z]{1,12}|-|0{1,15}|None) rate:\S{1,40} remaining:\S{1,16} elapsed:\S{1,16} postfix:"
)
_PLACES: Final[tuple[tuple[str, Role], ...]] = (("done", "step"), ("total", "steps"))


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the count, and what stands behind it as the general grammar does; an evaluation counts its own batches."""
    bar = _BAR.search(shape, prefix(shape).end)
    if bar is None:
        return None
    split = split_of(bar["desc"].decode("utf-8", "replace"))
    held_out = split in ("val", "test")
    shows = shape[bar.end() : bar.end() + 2] not in (b"-", b"- ")
    counted = general.read(b" " * bar.end() + shape[bar.end() :], frame._replace(split=None)) if shows else None
    values = [f for f in counted.fields if f.role in ("value", "name")] if counted is not None else []
    values = [
        f._replace(series=f.series.on(split)) if f.series is not None and not f.series.split and split else f for f in values
    ]
    places = [] if held_out or (split is None and bar["desc"]) else _places(bar)
    told = prefix(shape)
    named = [Field("time", *told.time)] if told.time is not None else []
    if told.rank is not None:
        named.append(Field("rank", *told.rank))
    return Plan(
        NAME,
        (*values, *places, *named),
        kind="running" if values else "bar",
        frame=under(frame, None) if places and frame.split else None,
    )


def _places(bar: re.Match[bytes]) -> list[Field]:
    spans = [(role, *bar.span(group)) for group, role in _PLACES if bar[group] is not None]
    if len(spans) < len(_PLACES):
        return []
    return [
        Field(role, start, end, form="magnitude" if bar.string[end - 1 : end] == b"k" else "float") for role, start, end in spans
    ]
