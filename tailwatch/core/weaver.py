"""Whether lines are worth reading together, and how many at a time: by how it went before, and as long as a heading holds."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from tailwatch.core.weaving import Weave

if TYPE_CHECKING:
    from tailwatch.core.block import Block
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Frame
    from tailwatch.core.weaving import Caches

HEADING_LINES: Final = 60
"""A heading's split holds for so many lines after the last one that took it."""
LEAST: Final = 4
"""Fewer lines with something to say than this are read one by one."""
MOST: Final = 4096
WORTH_IT: Final = 16
"""Stretches with fewer lines cost more than they spare: the next ones are read one by one, more and more of them."""
LONGEST_PAUSE: Final = 64


class Weaver:
    """Tries to read lines together, and how many at a time, by how it went before."""

    def __init__(self) -> None:
        self._reach = MOST
        self._not_before = 0
        self._pause = LEAST

    def forget(self) -> None:
        """The file begins anew, and its line numbers."""
        self._not_before = 0

    def weave(self, block: Block, start: int, caches: Caches, frame: Frame, cursor: Cursor, most: int | None) -> Weave | None:
        """Read the lines from `start` on together; None: read the first one by itself.

        Args:
            block: the lines.
            start: the place of the first one.
            caches: what is known of shapes, by frame.
            frame: the present one.
            cursor: where the run stands; it is not moved.
            most: so many lines a heading still holds that no line takes up, None without one.
        """
        number_ = block.numbers[start]
        if number_ < self._not_before:
            return None
        if cursor.held or cursor.pending or cursor.boxed:
            return None
        woven = Weave(block, start, cursor)
        woven.gather(caches, frame, min(start + self._reach, len(block)))
        rows = woven.take_apart(woven.end if most is None else _under_heading(woven, most))
        if rows < WORTH_IT and woven.end < len(block):
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self._not_before = number_ + max(rows, 1) + self._pause
        else:
            self._pause = LEAST
        self._reach = max(WORTH_IT, min(MOST, 2 * (woven.end - start)))
        if rows < LEAST:
            return None
        woven.inherit()
        return woven


def _under_heading(woven: Weave, most: int) -> int:
    """Return the place of the first line that the heading above no longer holds for."""
    taken = sorted(chain.from_iterable(s.places for s in woven.strands if s.family.takes_up))
    holds = woven.start - 1 + most
    for at in taken:
        if at > holds:
            break
        holds = at + HEADING_LINES
    return holds + 1
