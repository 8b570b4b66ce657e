"""Whether lines are worth taking apart ahead, and how many at a time: by how it went before."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.block import Block
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Frame
    from tailwatch.core.gathering import Gathered, Known
    from tailwatch.core.weaving import Weave

FEW: Final = 128
"""Blocks of fewer lines are read one by one, which takes no longer than to load what reads lines together."""
LEAST: Final = 4
"""Fewer lines with something to say than this are read one by one."""
MOST: Final = 4096
WORTH_IT: Final = 16
"""Fewer lines read together cost more than they spare: the next ones are read one by one, more and more of them."""
SHARE: Final = 4
"""So is it where fewer than one in so many of the lines taken apart could be read together."""
LONGEST_PAUSE: Final = 64
LEAST_REACH: Final = 32
LONGEST_BOX: Final = 256


class Weaver:
    """Tries to read lines together, and how many at a time, by how it went before."""

    def __init__(self) -> None:
        self._reach = MOST
        self._not_before = 0
        self._pause = LEAST
        self._gathered: Gathered | None = None

    def __getstate__(self) -> dict[str, object]:
        """A pickled weaver leaves behind what it took apart."""
        return {**self.__dict__, "_gathered": None}

    def forget(self) -> None:
        """The file begins anew, and its line numbers."""
        self._not_before = 0
        self._gathered = None

    def pauses(self, number: int) -> bool:
        """Whether the line of a number is not worth taking apart, nor those behind it."""
        return self._gathered is None and number < self._not_before

    def weave(
        self, block: Block, start: int, known: Known, frame: Frame, cursor: Cursor, most: int | None, *, ranked: bool
    ) -> Weave | None:
        """Read the lines from `start` on together; None: read the first one by itself.

        Args:
            block: the lines.
            start: the place of the first one.
            known: what is known of shapes, by frame, and who is asked about others.
            frame: the present one.
            cursor: where the run stands; it is not moved.
            most: so many lines a heading still holds that no line takes up, None without one.
            ranked: whether it is known which rank's values are the run's.
        """
        if cursor.held or cursor.pending or cursor.boxed or cursor.box_places:
            return None
        gathered = self._gathered
        if gathered is None or not gathered.holds(block, start, frame):
            if gathered is not None:
                self._look_back(gathered, block, start)
            number = block.numbers[start]
            if number < self._not_before or len(block) < FEW:
                return None
            from tailwatch.core.gathering import Gathered  # noqa: PLC0415 - start-up counts

            gathered = self._gathered = Gathered(block, start, frame)
            gathered.gather(known, min(start + self._reach, len(block)))
        return gathered.piece(start, cursor, most, ranked=ranked)

    def _look_back(self, gathered: Gathered, block: Block, at: int) -> None:
        """See whether it was worth while, before the lines from a place on are taken apart."""
        self._gathered = None
        reached = gathered.reached - gathered.start
        if gathered.stopped or gathered.reached < len(gathered.block):  # the end of what was given says nothing
            self._reach = max(LEAST_REACH, min(MOST, 2 * reached))
        if gathered.end < gathered.reached and reached < LONGEST_BOX:
            return  # a box was not closed as far as was looked
        if gathered.woven * SHARE >= gathered.rows and (gathered.woven >= WORTH_IT or not gathered.stopped):
            self._pause = LEAST
            return
        left = block is gathered.block and at < gathered.end  # before its end, because another frame held than was foreseen
        if gathered.mostly_quiet and not (gathered.stopped or left) and reached < MOST:
            return  # what says something stands too far apart to tell
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        self._reach = max(LEAST_REACH, self._reach // SHARE)
        self._not_before = block.numbers[at if block is gathered.block else 0] + self._pause
