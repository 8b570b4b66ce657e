"""Taking lines apart ahead, and cutting out of them what can be read together where the run stands.

Lines are gathered by their shapes alone, up to one of which is not known what it leads to; those that have to be read by
themselves, messages among them, are noted and passed over. Whether a row can be read with its like depends on the epoch and step
before it, so that is seen only when all before it was read: `Gathered.piece` ends before a line that moves more than the step
(another epoch, a full bar, a value that is no number), and the next piece begins behind it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import heapify, heappop, heappush, heapreplace
from itertools import chain

from tailwatch.core.boxed_rows import Boxes
from tailwatch.core.columns import Strand
from tailwatch.core.headed import HEADING_LINES
from tailwatch.core.numbers import number
from tailwatch.core.rivals import Taken, note_rivals
from tailwatch.core.scenes import UNPARTED, Scene
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.core.weaver import LEAST
from tailwatch.core.weaving import Weave

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.block import Block
    from tailwatch.core.columns import Parts
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.entries import Entry
    from tailwatch.core.events import Frame
    from tailwatch.core.families import Family

    Learn = Callable[[Frame, bytes, bytes], Entry | None]
    Known = tuple[dict[Frame, dict[bytes, Entry]], Learn]
    """What is known of shapes, by frame, and who is asked about a line of another shape: None stops there."""
    Rows = tuple[Strand, int, int]
    Begin = tuple[int, int, int, Strand]
    """The place where a row counts, that of its line, the number of its strand, and the strand."""

MANY: Final = 16
"""Fewer than this among the lines that were looked at are few."""


class Gathered:
    """Lines `start:end` of a block, by strands; `rows` of them say something, `woven` of these were read together so far.

    It was looked up to `reached`, and `stopped` there by a line of which is not known what it leads to.
    """

    def __init__(self, block: Block, start: int, frame: Frame) -> None:
        self.block = block
        self.start = self.end = self.reached = start
        self.stopped = False
        self.woven = self.rows = 0
        self._frames = [frame]
        self._frame_places = [start]
        self._strands: list[Strand] = []
        self._alone: list[int] = []
        self._unread: list[int] = []
        self._mute: dict[str, list[int]] = {}
        self._boxes: list[tuple[int, int]] = []
        """Where boxes are closed, and where their first rows stand."""
        self._not_before = start
        self._scenes: dict[Frame, Scene] = {}
        self._known: dict[Family | tuple[Family, bytes], Strand] = {}
        self._order: list[Begin] = []
        """A heap of the strands, by where their next rows count and stand."""

    def gather(self, known: Known, upto: int) -> None:
        """Take the lines up to one of which is not known what it leads to."""
        self._gather(known, upto)
        for scene in self._scenes.values():
            scene.takers.clear()  # they know each other, and would keep the parts of all lines
        self._scenes.clear()
        self.reached, self.stopped = self.end, self.end < upto
        if any(strand.family.in_box for strand in self._strands):
            self._box()
        if self.block.ends:
            self._alone.extend(at for at in self.block.ends if self.start <= at < self.end)
            self._alone = sorted(set(self._alone))
        for strand in self._strands:
            strand.take_apart()
        self._put_in_order()
        self.rows = sum(len(strand.lines) for strand in self._strands)

    @property
    def mostly_quiet(self) -> bool:
        """Whether but few lines say something, and most of these could be read together."""
        return len(self._alone) < self.rows < MANY

    def holds(self, block: Block, at: int, frame: Frame) -> bool:
        """Whether a place lies within, in the very frame that was foreseen."""
        if block is not self.block or not self.start <= at < self.end:
            return False
        foreseen = self._frame_at(at)
        return foreseen is frame or foreseen == frame

    def _frame_at(self, at: int) -> Frame:
        return self._frames[bisect_right(self._frame_places, at) - 1]

    def _gather(self, known: Known, upto: int) -> None:
        """Take the lines one after the other; what a shape asks for is found out at its first line in each frame."""
        learn = known[1]
        scene, at = self._scene(self._frames[0], known), self.start - 1
        taker_of = scene.takers.get
        span = slice(self.start, upto)
        for at, shape, raw in zip(range(self.start, upto), self.block.shapes[span], self.block.raws[span], strict=True):
            taker = taker_of(shape)
            if taker:
                add, extend, unpack, after = taker
                add(at)
                extend(unpack(raw))
            elif taker is None:
                entry = scene.cache.get(shape) or learn(scene.frame, shape, raw)
                there = None if entry is None else self._take(at, shape, raw, entry, scene, known)
                if there is None:
                    break
                after = there
            else:
                continue
            if after is not scene:
                scene, taker_of = after, after.takers.get
                self._frames.append(scene.frame)
                self._frame_places.append(at + 1)
        else:
            at += 1
        self.end = at

    def _take(self, at: int, shape: bytes, raw: bytes, entry: Entry, scene: Scene, known: Known) -> Scene | None:
        """Take the first line of a shape, or note that it is read by itself.

        Returns the scene behind it, None where that is not known before.
        """
        family, after, there = entry.family, entry.after, scene
        if entry.quiet and not entry.has_number:
            scene.takers[shape] = ()
            return scene
        if entry.quiet or entry.mute:
            lines = self._unread if entry.quiet else self._mute.setdefault(entry.mute, [])
            scene.takers[shape] = lines.append, *UNPARTED, scene
            lines.append(at)
            return scene
        if family is None and not (entry.alone or entry.heard):
            return None
        if after is not None and after != scene.frame:
            there = self._scene(after, known)
        if family is None or (there is not scene and (scene.frame.split or there.frame.split)):
            self._alone.append(at)
            scene.takers[shape] = self._alone.append, *UNPARTED, there
            return there
        parts = entry.unpack(raw)
        strand = self._known.get(family if family.rank < 0 else (family, parts[family.rank])) or self._open(family, parts)
        strand.lines.append(at)
        strand.parts.extend(parts)
        if family.rank < 0:  # else it hangs on the line to which strand it belongs
            scene.takers[shape] = strand.lines.append, strand.parts.extend, entry.unpack, there
        return there

    def _scene(self, frame: Frame, known: Known) -> Scene:
        """Return what is known of a frame's lines, which need not be looked up line by line."""
        found = self._scenes.get(frame)
        if found is None:
            found = self._scenes[frame] = Scene(frame, known[0].setdefault(frame, {}))
        return found

    def _open(self, family: Family, parts: Parts) -> Strand:
        """Begin a strand."""
        strand = Strand(family, number(parts[family.rank]) if family.rank >= 0 else None)
        self._known[family if family.rank < 0 else (family, parts[family.rank])] = strand
        self._strands.append(strand)
        return strand

    def _put_in_order(self) -> None:
        """Keep the strands by where they go on."""
        note_rivals(self._strands)
        numbered = enumerate(self._strands)
        self._order = [(strand.places[0], strand.lines[0], i, strand) for i, strand in numbered if strand.lines]
        heapify(self._order)

    def _box(self) -> None:
        """Let the rows of boxes count where these are closed; those whose box is not closed here are left for later."""
        boxes = Boxes(self._strands, self.start)
        self._boxes = boxes.spans
        self._alone += boxes.odd
        self._alone.sort()
        if boxes.unclosed is not None:
            self.end = boxes.unclosed
            for strand in self._strands:
                strand.keep(self.end)
            self._strands = [s for s in self._strands if s.lines]

    def piece(self, at: int, cursor: Cursor, most: int | None, *, ranked: bool) -> Weave | None:
        """Return the lines from a place on that can be read together where the run stands; None: read the first one by itself.

        `most`: so many lines a heading still holds that no line takes up, None without one. `ranked`: the run's rank is known.
        """
        if at < self._not_before:
            return None
        begin = self._next(at)
        if begin is not None and begin[1] == at and not begin[3].goes_on(begin[3].next, cursor):
            return None  # as most often where none can be read
        box = bisect_left(self._boxes, (at, -1))
        if box < len(self._boxes) and self._boxes[box][1] < at:
            self._not_before = self._boxes[box][0] + 1  # rows of this box were read by themselves
            return None
        alone = bisect_left(self._alone, at)
        end = min(self.end, self._alone[alone]) if alone < len(self._alone) else self.end
        found, end = self._readable(at, end, cursor, ranked=ranked)
        if most is not None:
            end = min(end, _under_heading(found, at, most))
        end = self._before_box(end)
        rows = [(s, s.next, j) for s, _, _ in found if (j := bisect_left(s.places, end, s.next)) > s.next]
        said = sum(j - i for _, i, j in rows)
        if said < LEAST:
            self._not_before = end
            return None
        self.woven += said
        strands = [s.cut(i, j) for s, i, j in rows]
        for strand, _, j in rows:
            strand.next = j
        unread = self._unread[bisect_left(self._unread, at) : bisect_left(self._unread, end)]
        woven = Weave(self.block, at, end, strands, unread, self._frame_at(end), cursor)
        for dialect, lines in self._mute.items():
            first, behind = bisect_left(lines, at), bisect_left(lines, end)
            if first < behind:
                woven.mute[dialect] = behind - first
                woven.last_mute = max(woven.last_mute, lines[behind - 1])
        woven.inherit()
        return woven

    def _readable(self, at: int, end: int, cursor: Cursor, *, ranked: bool) -> tuple[list[Rows], int]:
        """Return the rows that can be read now, the strands in the order of their first rows, and the place where they end."""
        upto = end
        found: list[Rows] = []
        taken = Taken()
        steps: bool | None = None
        passed: list[Begin] = []
        while self._order and self._order[0][0] < end:
            begin = self._next(at)
            if begin is None or begin[0] >= end:
                break
            line, strand = begin[1], begin[3]
            if strand.rank is not None and not ranked:
                end = min(end, line)
                break
            if cursor.step is None and strand.family.asks_for_step:
                named = strand.family.step >= 0
                if steps is (not named) or (not named and cursor.steps is not None):
                    end = min(end, line)
                    break
                steps = named
            if strand.contested and taken.has_rival_of(strand):
                end = min(end, line)
                break
            passed.append(heappop(self._order))
            i, j = strand.next, bisect_left(strand.places, upto, strand.next)
            good = strand.readable(i, j, cursor)
            if good < j:
                end = min(end, strand.lines[good])
            found.append((strand, i, j))
        for begin in passed:
            heappush(self._order, begin)
        return found, end

    def _next(self, at: int) -> Begin | None:
        """Return the strand that goes on first behind a place; what stands before it was read by itself, or together."""
        order = self._order
        while order and order[0][0] < at:
            _, _, number_, strand = order[0]
            i = strand.next = bisect_left(strand.places, at, strand.next)
            if i < len(strand.places):
                heapreplace(order, (strand.places[i], strand.lines[i], number_, strand))
            else:
                heappop(order)
        return order[0] if order else None

    def _before_box(self, end: int) -> int:
        """Return where to end, so that no box is cut in two."""
        box = bisect_left(self._boxes, (end, -1))
        return min(end, self._boxes[box][1]) if box < len(self._boxes) else end


def _under_heading(found: list[Rows], start: int, most: int) -> int:
    """Return the place of the first line that the heading above no longer holds for."""
    taken = sorted(chain.from_iterable(s.lines[i:j] for s, i, j in found if s.family.takes_up))
    holds = start - 1 + most
    for at in taken:
        if at > holds:
            break
        holds = at + HEADING_LINES
    return holds + 1
