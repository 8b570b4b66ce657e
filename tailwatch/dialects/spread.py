"""A dictionary printed over several lines, one pair a line: the place may come last, for the names are sorted.

Source: CPython, Lib/pprint.py (PrettyPrinter._pprint_dict), as EasyLM, the TF object detection API and hand-written loops use it.
Only one whose first name is a metric or a place is read so: settings are printed in the same way.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Frame, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects import general
from tailwatch.dialects._fields import part
from tailwatch.dialects._names import classify
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    import re

NAME: Final = "dictionary"
ORDER: Final = 8
ANCHORS: Final = (b"{'", b'{"')
SAMPLES: Final = (("{'accuracy': 0.5121,\n 'loss': 2.1212,\n 'step': 50}", "accuracy 0.5121 and loss 2.1212 at step 50"),)

_PAIR: Final = rb"(['\"])([A-Za-z_][^'\"\n]{0,60})\1: (-?(?:0{1,15}(?:\.0{0,20})?(?:[eE][-+]?0{1,3})?|nan|inf|NaN|Infinity))"
_OPENS: Final = lazy(rb"\{" + _PAIR + rb",\s*$")
_ROW: Final = lazy(rb" {1,160}" + _PAIR + rb"(?:,|\})\s*$")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the first pair, or one of an open dictionary; any other line at the margin ends it."""
    first = _OPENS.match(shape, prefix(shape).end)
    if first is not None:
        opened = _plan(first, shape, frame)
        return opened if opened is not None and _matters(first[2]) else None
    if frame.dialect != NAME:
        return None
    row = _ROW.match(shape)
    if row is not None:
        return _plan(row, shape, frame)
    return None if shape.startswith(b" ") else _ended(shape, frame)


def _matters(name: bytes) -> bool:
    found = classify(name)
    return found.part in ("epoch", "step") or (found.part == "value" and found.trust in ("plain", "known") and not found.key)


def _plan(row: re.Match[bytes], shape: bytes, frame: Frame) -> Plan | None:
    closes = shape.rstrip().endswith(b"}")
    after = Frame(split=frame.split) if closes else Frame(split=frame.split, dialect=NAME)
    found = classify(row[2])
    if found.part in ("epoch", "step"):
        return Plan(NAME, (part(row, 3, "epoch" if found.part == "epoch" else "step"),), kind="boxed", frame=after, closes=closes)
    if found.part not in ("value", "split"):
        return Plan(NAME, kind="boxed", frame=after, closes=closes)
    numbered = b"0" in row[2]
    own = meaning(found.text)
    spec = SeriesSpec(row[2].decode("utf-8", "replace"), own.metric, own.split or frame.split)
    fields = [Field("value", *row.span(3), spec, name_field=1 if numbered else -1)]
    if numbered:
        fields.append(part(row, 2, "name"))
    return Plan(NAME, tuple(fields), kind="boxed", frame=after, closes=closes)


def _ended(shape: bytes, frame: Frame) -> Plan:
    after = frame._replace(dialect="")
    plan = general.read(shape, after)
    if plan is None:
        return Plan("", kind="boxed", frame=after, closes=True)
    return plan if plan.frame is not None else plan._replace(frame=after)
