"""Taking lines apart ahead, and cutting out of them what can be read together where the run stands.

Lines are gathered by their shapes alone, up to one that is unknown or a message; those that have to be read by themselves are
noted and passed over. Whether a row can be read with its like depends on the epoch and the step before it, so that is seen only
when all before it was read: `Gathered.piece` ends before a line that moves more than the step (another epoch, a full bar, a value
that is no number), and the next piece begins behind it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from heapq import heapify, heappop, heappush, heapreplace
from itertools import chain

from tailwatch.core.boxes import MAX_BOX
from tailwatch.core.columns import Strand
from tailwatch.core.numbers import number
from tailwatch.core.rivals import Taken, note_rivals
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.core.weaving import Weave

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tailwatch.core.block import Block
    from tailwatch.core.columns import Family, Parts
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.entries import Entry
    from tailwatch.core.events import Frame

    Learn = Callable[[Frame, bytes, bytes], Entry | None]
    Known = tuple[dict[Frame, dict[bytes, Entry]], Learn]
    """What is known of shapes, by frame, and who is asked about a line of another shape: None stops there."""
    Rows = tuple[Strand, int, int]
    Begin = tuple[int, int, int, Strand]
    """The place where a row counts, that of its line, the number of its strand, and the strand."""
    Taker = tuple[Callable[[int], None], Callable[[Parts], None], Callable[[bytes], Parts]]
    """Takes a line of an entry whose lines all go to the same strand: its place, its parts, and what takes it apart."""

HEADING_LINES: Final = 60
"""A heading's split holds for so many lines after the last one that took it."""
LEAST: Final = 4
"""Fewer lines with something to say than this are read one by one."""


class Gathered:
    """Lines `start:end` of a block, by strands; `rows` of them say something, `woven` of these were read together so far.

    It was looked up to `reached`, and `stopped` there by a line that is not known or a message.
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
        self._mute: list[int] = []
        self._mute_dialects: list[str] = []
        self._boxes: list[tuple[int, int]] = []
        """Where boxes are closed, and where their first rows stand."""
        self._not_before = start
        self._takers: dict[Entry | None, Taker] = {}
        self._known: dict[Family | tuple[Family, bytes], Strand] = {}
        self._order: list[Begin] = []
        """A heap of the strands, by where their next rows count and stand."""

    def gather(self, known: Known, upto: int) -> None:
        """Take the lines up to a message, or one that is not known."""
        caches, learn = known
        places = iter(range(self.start, upto))  # all three go on behind a line that leads into another frame
        shapes, raws = iter(self.block.shapes[self.start : upto]), iter(self.block.raws[self.start : upto])
        more = True
        while more:
            frame = self._frames[-1]
            entries = map(caches.setdefault(frame, {}).get, shapes)
            more = self._gather(zip(places, entries, raws, strict=False), learn)
        self._takers.clear()
        self.reached, self.stopped = self.end, self.end < upto
        if any(strand.family.in_box for strand in self._strands):
            self._box()
        if self.block.ends:
            self._alone = sorted({*self._alone, *(at for at in self.block.ends if self.start <= at < self.end)})
        for strand in self._strands:
            strand.take_apart()
        self._put_in_order()
        self.rows = sum(len(strand.lines) for strand in self._strands)

    def holds(self, block: Block, at: int, frame: Frame) -> bool:
        """Whether a place lies within, in the very frame that was foreseen."""
        if block is not self.block or not self.start <= at < self.end:
            return False
        foreseen = self._frame_at(at)
        return foreseen is frame or foreseen == frame

    def _frame_at(self, at: int) -> Frame:
        return self._frames[bisect_right(self._frame_places, at) - 1]

    def _gather(self, found: Iterable[tuple[int, Entry | None, bytes]], learn: Learn) -> bool:
        """Take the lines of one frame; returns whether another frame begins behind them."""
        takers, frame, at = self._takers.get, self._frames[-1], self.end - 1
        for at, seen, raw in found:
            taker = takers(seen)
            if taker is not None:
                add, extend, unpack = taker
                add(at)
                extend(unpack(raw))
                continue
            entry = seen or learn(frame, self.block.shapes[at], raw)
            if entry is None:
                break
            if entry.quiet:
                if entry.has_number:
                    self._unread.append(at)
                continue
            if entry.mute:
                self._mute.append(at)
                self._mute_dialects.append(entry.mute)
                continue
            after = self._take(at, entry, raw, frame)
            if after is None:
                break
            if after is not frame:
                return self._enter(after, at + 1)
        else:
            at += 1
        self.end = at
        return False

    def _take(self, at: int, entry: Entry, raw: bytes, frame: Frame) -> Frame | None:
        """Take a line, or note that it is read by itself; returns the frame behind it, None where that is not known before."""
        family, after = entry.family, entry.after or frame
        leads_on = after is not frame and after != frame
        if family is not None and not (leads_on and (frame.split or after.split)):
            parts = entry.unpack(raw)
            strand = self._known.get(family if family.rank < 0 else (family, parts[family.rank])) or self._open(family, parts)
            strand.lines.append(at)
            strand.parts.extend(parts)
            if family.rank < 0 and not leads_on:
                self._takers[entry] = strand.lines.append, strand.parts.extend, entry.unpack
        elif family is not None or entry.alone:
            self._alone.append(at)
        else:
            return None
        return after if leads_on else frame

    def _enter(self, frame: Frame, at: int) -> bool:
        self._frames.append(frame)
        self._frame_places.append(at)
        self.end = at
        return True

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
        """The rows of a box count where it is closed; those whose box is not closed here are left for later.

        A box of an unusual form is read row by row (see `boxes.py`): one without a step, with too many rows, or with values of
        other lines among its rows.
        """
        closings = sorted(chain.from_iterable(s.lines for s in self._strands if s.family.kind == "boxed" and s.family.closes))
        begun: dict[int, int] = {}
        placed: set[int] = set()
        sizes: Counter[int] = Counter()
        for strand in self._strands:
            if not strand.family.in_box:
                continue
            boxes = [bisect_left(closings, at) for at in strand.lines]
            for box, at in zip(boxes, strand.lines, strict=True):
                begun[box] = min(begun.get(box, at), at)
            if strand.family.waits:
                sizes.update(boxes)
                strand.places = [closings[box] for box in boxes if box < len(closings)]
            else:
                placed.update(boxes)
        odd = {box for box, size in sizes.items() if size > MAX_BOX or box not in placed}
        for strand in self._strands:
            if strand.family.specs and strand.family.kind != "boxed":
                odd.update(box for at in strand.lines if begun.get(box := bisect_left(closings, at), at) < at)
        self.end = begun.pop(len(closings), self.end)
        for strand in self._strands:
            strand.keep(self.end)
        self._strands = [s for s in self._strands if s.lines]
        self._boxes = [(closings[box], first) for box, first in sorted(begun.items())]
        self._alone = sorted((*self._alone, *(first for box, first in begun.items() if box in odd)))

    def piece(self, at: int, cursor: Cursor, most: int | None, *, ranked: bool) -> Weave | None:
        """Return the lines from a place on that can be read together where the run stands; None: read the first one by itself.

        `most`: so many lines a heading still holds that no line takes up, None without one. `ranked`: the run's rank is known.
        """
        if at < self._not_before:
            return None
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
        first, behind = bisect_left(self._mute, at), bisect_left(self._mute, end)
        if first < behind:
            woven.mute, woven.last_mute = self._mute_dialects[first:behind], self._mute[behind - 1]
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
