"""The reader: a cache from the shape of a line to the plan that the dialects made of it.

`line.translate(digits -> 0)` is the line's shape. Nearly every line of a training log has a shape already seen, so reading it
costs a look-up, one `struct` unpack and one `float` a value. The frame (an open table, a heading) keys the cache; the cursor
(epoch, step, rank) is written and read only by plans as they run.
"""

from __future__ import annotations

from collections import Counter

from tailwatch.core.asking import MAX_LENGTH, Asker, own_runner
from tailwatch.core.axes import axis_of
from tailwatch.core.boxes import open_box
from tailwatch.core.chosen import Chosen
from tailwatch.core.cursor import Cursor
from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.entries import Entry
from tailwatch.core.events import EMPTY_FRAME
from tailwatch.core.headed import HEADING_LINES, Headed
from tailwatch.core.plans import Runner
from tailwatch.core.typed import TYPE_CHECKING, Final, Protocol
from tailwatch.core.unread import UnreadBook, carries_number
from tailwatch.core.weaver import Weaver

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.alike import Words
    from tailwatch.core.block import Block
    from tailwatch.core.chosen import Holds
    from tailwatch.core.events import Frame, Line, Plan, ReaderEvent
    from tailwatch.core.families import Family
    from tailwatch.core.glued import Glued
    from tailwatch.core.weaving import Weave

MAX_SHAPES: Final = 20_000
MAX_KEY_BYTES: Final = 8 << 20
MAX_CACHED_LINE: Final = MAX_LENGTH
MAX_FRAMES: Final = 500


class OwnPlans(Protocol):
    """The user's own patterns."""

    def __call__(self, shape: bytes, frame: Frame) -> list[tuple[Holds | None, Plan]]:
        """Return the plans that fit a shape, each with the further test of a line, the last one perhaps without."""
        ...


class Reader:
    """Reads lines through the shape cache; keeps the frame, the cursor, and account of what was not understood."""

    def __init__(
        self,
        plan_for: Callable[[bytes, Frame], Plan | None],
        own: OwnPlans | None = None,
        words: Words | None = None,
    ) -> None:
        """Read with the dialects' plans, and before them with the user's `own`; `words` tells which mean something."""
        self._asker = Asker(plan_for, words)
        self._own = own
        self._caches: dict[Frame, dict[bytes, Entry]] = {}
        self._weaver = Weaver()
        self._heading = Headed()
        self._key_bytes = 0
        self._shapes = 0
        self.frame = EMPTY_FRAME
        self._under_heading = False
        self._cache = self._caches.setdefault(EMPTY_FRAME, {})
        self.cursor = Cursor()
        self.misses = 0
        self.unread = UnreadBook()
        self.lines_read: Counter[str] = Counter()
        """Lines that each dialect read, those without a value (headings, marks, settings) among them."""

    def __getstate__(self) -> dict[str, object]:
        """A pickled reader forgets its cache; it is rebuilt as lines come."""
        return {**self.__dict__, "_caches": {}, "_cache": None}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Start with an empty cache for the present frame."""
        self.__dict__.update(state)
        self._key_bytes = self._shapes = 0
        self._cache = self._caches.setdefault(self.frame, {})

    def has_read(self, raw: bytes) -> bool:
        """Whether a complete line of this very shape was read in the present frame."""
        known = self._cache.get(raw.translate(DIGITS_TO_ZERO))
        return known is not None and known.asked and known.runner is not None

    def entry(self, shape: bytes) -> Entry:
        """Return what is known of the shape of the next line, asking the dialects if it is new."""
        if self._under_heading:
            self._heading.age += 1
            if self._heading.age > HEADING_LINES:
                self._enter(self.frame._replace(split=None))
        found = self._cache.get(shape)
        return found if found is not None else self._miss(shape, self.frame)

    def skim(self, block: Block, at: int) -> int:
        """Pass over lines that say nothing, from a place on; returns the place of the first one that may say something."""
        if self._under_heading:  # which ceases to hold after some lines, see `entry`
            return at
        known, shapes, not_understood = self._cache.get, block.shapes, self.unread.add
        for place in range(at, len(shapes)):
            entry = known(shapes[place])
            if entry is None or not (entry.quiet or entry.mute):
                return place
            if entry.mute:
                self.pass_over(block, place, entry)
            elif entry.has_number:
                not_understood(block.raws[place], block.numbers[place], shapes[place])
        return len(shapes)

    def pass_over(self, block: Block, at: int, entry: Entry) -> None:
        """Read a line that says nothing."""
        if entry.mute:
            self.lines_read[entry.mute] += 1
            self.cursor.fresh = False
        elif entry.has_number:
            self.not_understood(block.raws[at], block.numbers[at])

    def read(self, line: Line, entry: Entry) -> list[ReaderEvent]:
        """Run the plan of a complete line: values, marks, settings; moves the cursor and the frame."""
        runner = entry.runner
        if runner is None:
            return []
        if self._under_heading and runner.plan.inherits:
            runner = self._after_the_heading(line, runner) or runner
        events = runner.run(line, self.cursor)
        self.lines_read[runner.plan.dialect] += 1
        frame = runner.frame
        if frame is not None:
            if runner.plan.header:
                frame = frame._replace(header=runner.names(line))
            if frame != self.frame:
                self._enter(frame)
            self._heading.begin(self.cursor)
        elif self._under_heading:
            self._heading.was_followed_by(runner.plan)
        return events

    def _after_the_heading(self, line: Line, runner: Runner | Glued | Chosen) -> Runner | Glued | Chosen | None:
        """Return how a line is read that is the training's again, None where the heading above holds."""
        if not isinstance(runner, Runner) or not runner.may_end_heading:
            return None
        shape = line.raw.translate(DIGITS_TO_ZERO)
        outside = self.frame._replace(split=None)
        if not self._heading.is_over(runner, line, known=shape in self._caches.get(outside, ())):
            return None
        self._enter(outside)
        return self.entry(shape).runner

    def weave(
        self, block: Block, start: int, family: Family, ask: Callable[[bytes, Entry], object], *, ranked: bool
    ) -> Weave | None:
        """Read the lines from place `start` of the block on together; None: read the first one by itself. Moves nothing yet.

        `entry` was asked for the first one, which is one of the family; `ask` asks the catalogue about a line of a new shape.
        `ranked` says that the run's rank is known, where lines name the one that printed them.
        """
        if (
            self.cursor.awaits_next
            or self._weaver.pauses(block.numbers[start])
            or (family.rank < 0 and axis_of(family, None, self.cursor) is None)
        ):
            return None
        most = HEADING_LINES + 1 - self._heading.age if self._under_heading else None

        def learn(frame: Frame, shape: bytes, raw: bytes) -> Entry | None:
            """Ask about a line that comes later, in the frame foreseen for it; not where a heading may have ceased to hold."""
            if frame.split is not None or len(shape) > MAX_CACHED_LINE:
                return None
            entry = self._caches.get(frame, {}).get(shape) or self._miss(shape, frame)
            if not entry.asked:
                ask(raw, entry)
            return entry

        return self._weaver.weave(block, start, (self._caches, learn), self.frame, self.cursor, most, ranked=ranked)

    def took(self, woven: Weave) -> None:
        """The lines were read together: move the cursor over them, and count them."""
        self.cursor.kept.note_all([strand.family for strand in woven.strands])
        inherited = told = headed = -1
        for strand, start, end in woven.slices(woven.start, woven.end):
            family, last = strand.family, strand.lines[end - 1]
            self.lines_read[family.dialect] += end - start
            if family.takes_up:
                inherited = max(inherited, last)
            if family.frame is not None:
                headed = max(headed, last)
            elif family.specs:
                told = max(told, last)
        entered = woven.frame != self.frame
        if entered:
            self._enter(woven.frame)
        if entered or headed >= 0:
            self._heading.begin(self.cursor)
        if self._under_heading and not entered:
            self._heading.age = woven.end - 1 - inherited if inherited >= 0 else self._heading.age - 1 + woven.end - woven.start
            self._heading.told = told > headed or (self._heading.told and headed < 0)
        if woven.mute:
            self.lines_read.update(woven.mute)
        block, add = woven.block, self.unread.add
        for place in woven.unread:
            add(block.raws[place], block.numbers[place], block.shapes[place])
        woven.move(self.cursor)

    def _enter(self, frame: Frame) -> None:
        self.frame = frame
        self._under_heading = frame.split is not None
        if len(self._caches) > MAX_FRAMES:
            self._forget()
        self._cache = self._caches.setdefault(frame, {})

    def peek(self, line: Line) -> list[ReaderEvent]:
        """Read a provisional line without moving cursor or frame."""
        runner = self.entry(line.raw.translate(DIGITS_TO_ZERO)).runner
        return [] if runner is None else runner.run(line, self.cursor.copy())

    def finish(self) -> list[ReaderEvent]:
        """Nothing more will come: return the readings that waited for a line that names their epoch."""
        lists = self.cursor.lists.tell(self.cursor) if self.cursor.lists is not None else ()
        return [
            *lists,
            *self.cursor.fulls.let_go(),
            *self.cursor.kept.let_go(),
            *self.cursor.let_go(),
            *open_box(self.cursor),
            *self.cursor.let_pending_go(as_result=False),
        ]

    def not_understood(self, raw: bytes, number: int) -> None:
        """Count a line that carried numbers and that neither a dialect nor the catalogue claimed."""
        self.unread.add(raw, number)

    def new_part(self) -> None:
        """The file begins anew: no heading, table or epoch of before holds."""
        self._enter(EMPTY_FRAME)
        self.cursor = Cursor()
        self._weaver.forget()

    def _miss(self, shape: bytes, frame: Frame) -> Entry:
        self.misses += 1
        runner = self._runner(shape, frame)
        understood = isinstance(runner, Runner) and bool(runner.plan.dialect)
        stays = frame.split is None and (runner is None or runner.frame is None or runner.frame == frame)
        entry = Entry(runner, has_number=not understood and carries_number(shape), stays=stays)
        if len(shape) <= MAX_CACHED_LINE:
            if self._shapes >= MAX_SHAPES or self._key_bytes >= MAX_KEY_BYTES:
                self._forget()
            self._caches.setdefault(frame, {})[shape] = entry
            self._shapes += 1
            self._key_bytes += len(shape)
        return entry

    def _forget(self) -> None:
        self._caches = {}
        self._asker.forget()
        self._cache = self._caches.setdefault(self.frame, {})
        self._shapes = self._key_bytes = 0

    def _runner(self, shape: bytes, frame: Frame) -> Runner | Glued | Chosen | None:
        """Ask the user's own patterns, then the dialects."""
        own = [(holds, own_runner(plan, shape)) for holds, plan in self._own(shape, frame)] if self._own else []
        if own and own[0][0] is None:
            return own[0][1]
        built_in = self._asker.runner(shape, frame)
        return Chosen(own, built_in) if own else built_in
