"""What a log itself says about time: its stamps, the elapsed time in its bars, the time a step takes.

Each kind of time runs on its own scale (a log may mix local time, epoch seconds and the elapsed time of bars), so of each kind
only differences count. Pure, and linear on any input.
"""

from __future__ import annotations

from datetime import datetime

from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.timestamps import iso, seconds
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re

_LOOK_AT: Final = 2048
_STAMP_WITHIN: Final = 160
_STAMP: Final = lazy(
    rb"(?P<iso>\d{4}[-/]\d\d[-/]\d\d[ T_]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)"
    rb"|(?P<epoch>[IWEF]0000 00:00:\d{9,10}(?:\.\d{1,9})?)"
    rb"|(?P<absl>[IWEF]\d{4} \d\d:\d\d:\d\d(?:\.\d{1,9})?)"
    rb"|(?<!\d)(?P<short>\d\d/\d\d \d\d:\d\d:\d\d)(?!\d)"
    rb"|\[(?P<clock>\d\d:\d\d:\d\d)\]"
)
_TIME_OF_DAY: Final = lazy(rb"\d\d:\d\d:\d\d")
_ELAPSED: Final = lazy(rb"[\[ ](?:(\d{1,4}):)?(\d{1,2}):(\d\d)<")
_COUNT: Final = lazy(rb"(\d{1,9})/(\d{1,9})")
_COUNT_BEFORE: Final = lazy(rb"(\d{1,9})/(\d{1,9}) ?$")
_RATE: Final = lazy(rb", *(\d{1,7}(?:\.\d{1,3})?) ?(?:([a-zA-Z]{1,8})/s|s/([a-zA-Z]{1,8}))")
_PER: Final = lazy(rb"(\d{1,7}(?:\.\d{1,3})?)(us|ms|s)$")
_ITERATION: Final = lazy(rb"iter (\d{1,9}): .{0,80}?time (\d{1,7}(?:\.\d{1,3})?)ms")
_UNIT: Final = {b"us": 1e-6, b"ms": 1e-3, b"s": 1.0}
_NAME: Final = 24
_DIGITS: Final = b"0123456789"


class Stamp(NamedTuple):
    """A moment on the scale of its kind, in seconds."""

    kind: str
    seconds: float


class Elapsed(NamedTuple):
    """Seconds since a loop began. `loop` tells loops apart, `done` is how far this one is; `whole` says it is told only once."""

    loop: bytes
    done: int
    seconds: float
    whole: bool


def stamp_of(piece: bytes) -> Stamp | None:
    """Return the stamp at the beginning of a line, or None."""
    beginning = piece[:_STAMP_WITHIN]
    found = _STAMP.search(beginning) if _TIME_OF_DAY.search(beginning) is not None else None
    if found is None or found.lastgroup is None:
        return None
    text = found[found.lastgroup].decode("ascii")
    if found.lastgroup == "short":
        text = f"2000/{text}"
    elif found.lastgroup == "clock":
        text = f"2000/01/01 {text}"
    value = seconds(text)
    return None if value is None else Stamp(found.lastgroup, value)


def elapsed_of(piece: bytes) -> Elapsed | None:
    """Return what a bar or a summary says of the time its loop has taken, or None."""
    piece = piece[:_LOOK_AT]
    if b"<" in piece and (bar := _ELAPSED.search(piece)) is not None:
        return _bar(piece, bar)
    for unit in (b"/step", b"/sample"):
        if (end := piece.find(unit)) >= 0:
            return _steps(piece, piece[max(0, end - 16) : end])
    return None


def _steps(piece: bytes, before: bytes) -> Elapsed | None:
    """Return the time of `125/125 ... 1s 5ms/step`: steps done, times what each took."""
    per_step, count = _PER.search(before), _COUNT.search(piece)
    if per_step is None or count is None:
        return None
    done = int(count[1])
    drawn = b"=" in piece[:200] or b"\xe2\x94\x81" in piece[:200]
    whole = count[1] == count[2] and not drawn
    return Elapsed(b"step/" + count[2], done, done * float(per_step[1]) * _UNIT[per_step[2]], whole)


def iteration_of(piece: bytes) -> tuple[int, float] | None:
    """Return an iteration's number and the seconds it took, where a line tells both (`iter 50: loss 2.77, time 21.10ms`)."""
    found = _ITERATION.search(piece[:_LOOK_AT]) if b"iter " in piece else None
    return None if found is None else (int(found[1]), float(found[2]) / 1000)


def date_of(beginning: bytes, year: int) -> float | None:
    """Return the first date and time in the beginning of a log, in seconds since the Unix epoch.

    Local time where no zone is told; `year` where the stamp has none.
    """
    for found in _STAMP.finditer(beginning):
        text = iso(found[0].decode("ascii"))
        if text is None or "T" not in text:
            continue
        try:
            return datetime.fromisoformat(f"{year}{text[1:]}" if text.startswith("--") else text).timestamp()
        except (ValueError, OverflowError):
            continue
    return None


def _bar(piece: bytes, bar: re.Match[bytes]) -> Elapsed:
    hours, minutes, secs = (int(group or 0) for group in bar.groups())
    took = float(hours * 3600 + minutes * 60 + secs)
    count = _COUNT_BEFORE.search(piece[max(0, bar.start() - 20) : bar.start()])
    done, total = (int(count[1]), count[2]) if count is not None else (0, b"")
    rate = _RATE.match(piece, piece.find(b",", bar.end(), bar.end() + 16)) if done else None
    if rate is not None and float(rate[1]):
        exact = done / float(rate[1]) if rate[2] else done * float(rate[1])
        took = min(max(exact, took), took + 0.999)  # the bar prints whole seconds
    name = piece[:_NAME].partition(b"%")[0].partition(b"|")[0].translate(None, _DIGITS).strip()
    return Elapsed(name + b"/" + total, done, took, whole=False)
