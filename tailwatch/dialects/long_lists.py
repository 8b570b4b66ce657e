"""Lists of one value an epoch that go over several lines, or are longer than what is looked at of a line.

Sources: numpy/_core/arrayprint.py (array2string breaks lines), CPython's Lib/pprint.py, scripts that print their lists of losses.
`history` reads those that stand in one line.
"""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Frame, Plan
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning
from tailwatch.core.typed import Final
from tailwatch.dialects import general

NAME: Final = "list"
ORDER: Final = 6
ANCHORS: Final = (b": [0", b"= [0", b"=[0", b":[0", b": [-0", b"= [-0", b"array([0")
SAMPLES: Final = (("train_losses = [0.9121, 0.5121,\n 0.4121]", "0.9121, 0.5121 and 0.4121, where no epoch was told before"),)

SECTION: Final = "list"
_OF_NUMBERS: Final = b"0-+.eE,_ \tnaif"
_CLOSING: Final = b"]})'\""
_NAMED: Final = lazy(rb"([A-Za-z_][\w/@.-]{0,40}(?: [A-Za-z]{1,12}){0,2})['\"]?\s?[:=]\s?(?:(?:np|numpy)\.)?(?:array\()?$")
_LONGEST_NAME: Final = 72


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a line that leaves a list open, or one of an open list; any other line ends it."""
    if _leaves_open(shape):
        return Plan(NAME, kind="list", frame=Frame(section=SECTION, dialect=NAME))
    if frame.dialect != NAME:
        return None
    if not shape.translate(None, _OF_NUMBERS + _CLOSING) or _names_a_list(shape, shape.find(b"[")):
        return Plan(NAME, kind="list")
    plan = general.read(shape, EMPTY_FRAME) or Plan("")
    return plan if plan.frame is not None else plan._replace(frame=EMPTY_FRAME)


def _leaves_open(shape: bytes) -> bool:
    """Whether the line ends within a list of numbers that has the name of a metric."""
    at = shape.rfind(b"[")
    return not shape[at + 1 :].translate(None, _OF_NUMBERS) and b"0" in shape[at:] and _names_a_list(shape, at)


def _names_a_list(shape: bytes, at: int) -> bool:
    """Whether the name of a metric stands before the bracket at a place."""
    named = _NAMED.search(shape[max(0, at - _LONGEST_NAME) : at]) if at > 0 else None
    return named is not None and meaning(named[1].decode("utf-8", "replace")).known
