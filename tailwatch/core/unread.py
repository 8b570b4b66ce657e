"""Account of what was not understood: lines that carried numbers and that neither a dialect nor the catalogue claimed.

They are counted by kind: lines that differ in their numbers only are of one kind, however many digits the numbers have.
"""

from __future__ import annotations

from collections import deque

from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import speaks_of_a_metric
from tailwatch.core.sanitise import visible
from tailwatch.core.typed import Final

MAX_KINDS: Final = 200
"""So many kinds are remembered; a new one then takes the place of the rarest, whose lines still count as unread."""

KEPT_BYTES: Final = 400
"""Bytes of a line that are kept as an example, and that decide its kind."""

_FRACTION: Final = lazy(r"(?<![\w./])\d{1,9}\.\d{1,12}(?![\d.]|:\d)")
_MAX_SHAPES: Final = 2000
_NUMBER: Final = lazy(rb"0[0.,]*0|0")


_BEFORE_MESSAGE: Final = lazy(
    rb"\s*[IWEF]0000 [0:.]{4,20} {1,8}(?:0{1,9} )?[\w./-]{1,200}:0{1,6}\]"
    rb"|(?=[^\n]{0,40}00:00)[^\n]{0,200}?\b(?:INFO|DEBUG|WARNING|WARN|ERROR|CRITICAL)\b"
)
"""What a logger writes before a message: time, process, file and line."""
_STAMP: Final = lazy(rb"0(?:0{1,3}[-/]00[-/]0{2,4}|(?<![0:]0)0{0,2}:00(?::00)?(?:[.,]0{1,9})?(?![0:]))")
_MAY_BE_STAMP: Final = lazy(rb":00|[-/]00[-/]00")
"""One of those stands in whatever `_STAMP` finds."""
_PART_OF_A_MODEL: Final = lazy(rb"\s*\([\w.-]{1,80}\): [A-Z]\w{0,80}\(")
_OWN_NUMBER: Final = lazy(rb"(?<![A-Za-z_\x80-\xff0.])[-+]?\.?0|[=:]0|\xe7\xac\xac0")


def carries_number(shape: bytes) -> bool:
    """Whether a shape (digits as 0) holds a number of its own: none of its logger's, no digit of a word, no printed layer."""
    if b"0" not in shape or _PART_OF_A_MODEL.match(shape) is not None:
        return False
    before = _BEFORE_MESSAGE.match(shape, 0, 4096)
    text = shape[before.end() : 4096] if before is not None else shape[:4096]
    if _OWN_NUMBER.search(text) is None:
        return False  # to leave out a stamp makes no number another's
    return _MAY_BE_STAMP.search(text) is None or _OWN_NUMBER.search(_STAMP.sub(b"~", text)) is not None


class UnreadKind:
    """Lines of one kind: how many, the first and the last one, and what the first one says."""

    __slots__ = ("_promise", "count", "example", "first_line", "last_line", "shapes")

    def __init__(self, line: int, example: bytes) -> None:
        self.count = 0
        self.first_line = self.last_line = line
        self.example = example
        self.shapes: list[bytes] = []
        """The shapes of its lines that the book knows."""
        self._promise: int | None = None

    @property
    def promise(self) -> int:
        """How likely these lines hold measurements: 2 where a metric's word and a fraction stand in them, 1 for either."""
        if self._promise is None:
            text = visible(self.example)
            self._promise = speaks_of_a_metric(text) + (_FRACTION.search(text) is not None)
        return self._promise


class UnreadBook:
    """Counts lines that were not understood; its memory is bounded, whatever the log holds."""

    def __init__(self) -> None:
        self.lines = 0
        self._kinds: dict[bytes, UnreadKind] = {}
        self._shapes: dict[bytes, UnreadKind] = {}
        self._once: deque[bytes] = deque()
        """The keys of the kinds of which one line came so far, oldest first; those that came again are left out when met."""

    def add(self, raw: bytes, line: int, shape: bytes | None = None) -> None:
        """Count a line, of a shape if that is known."""
        self.lines += 1
        shape = raw[:KEPT_BYTES].translate(DIGITS_TO_ZERO) if shape is None else shape[:KEPT_BYTES]
        kind = self._shapes.get(shape)
        if kind is None:
            if len(self._shapes) >= _MAX_SHAPES:
                self._forget_shapes()
            kind = self._shapes[shape] = self._kind(_NUMBER.sub(b"0", shape), raw, line)
            kind.shapes.append(shape)
        kind.count += 1
        kind.last_line = line

    def _kind(self, key: bytes, raw: bytes, line: int) -> UnreadKind:
        kind = self._kinds.get(key)
        if kind is None:
            if len(self._kinds) >= MAX_KINDS:
                for shape in self._kinds.pop(self._rarest()).shapes:
                    del self._shapes[shape]
            kind = self._kinds[key] = UnreadKind(line, raw[:KEPT_BYTES])
            self._once.append(key)
        return kind

    def _rarest(self) -> bytes:
        """Return the key of the first of the kinds with the fewest lines: with one line, as long as there is such a kind."""
        while self._once:
            key = self._once.popleft()
            if self._kinds[key].count == 1:
                return key
        return min(self._kinds, key=lambda k: self._kinds[k].count)

    def _forget_shapes(self) -> None:
        self._shapes.clear()
        for kind in self._kinds.values():
            kind.shapes.clear()

    def kinds(self) -> list[UnreadKind]:
        """Return the kinds: those that may hold measurements first, of these the most frequent one, then by their first line."""
        return sorted(self._kinds.values(), key=lambda kind: (-kind.promise, -kind.count, kind.first_line))
