"""A name on one line and its value on the next: `Train loss:` and below it `0.5121`."""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._frames import under
from tailwatch.dialects._names import classify
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "general"
ABOVE: Final = "above:"
_LONGEST: Final = 40
_LONE: Final = lazy(
    rb"\s{0,16}(?:tensor\(|array\()?\[{0,2}(-?(?:0{1,12}\.0{0,20}(?:[eE][-+]?0{1,3})?|nan|inf))(%?)(?:[\]),][^\n]{0,80})?\s*"
)


def names_next(masked: bytes, frame: Frame) -> Plan | None:
    """Return the plan of a line that is a metric's name and a colon and nothing else, None for any other."""
    text = masked.strip(b" ~\t")
    if not text.endswith((b":", "：".encode())) or len(text) > _LONGEST:
        return None
    name = classify(text.rstrip(b":").removesuffix("：".encode()))
    if name.part != "value" or name.trust != "plain" or is_neutral(name.text):
        return None
    after = under(frame, meaning(name.text).split or frame.split)
    return Plan(NAME, frame=after._replace(section=f"{ABOVE}{name.text}"))


def value_below(shape: bytes, frame: Frame) -> Plan | None:
    """Return the plan of a line that holds the number and nothing else, None for any other."""
    lone = _LONE.fullmatch(shape, prefix(shape).end)
    if lone is None:
        return None
    name = frame.section.removeprefix(ABOVE)
    spec = SeriesSpec(name, meaning(name).metric, frame.split, "%" if lone[2] else None)
    return Plan(NAME, (Field("value", *lone.span(1), spec),), frame=frame._replace(section=""), inherits=True)
