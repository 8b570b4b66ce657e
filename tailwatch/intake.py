"""The first half of the line: from what a source says to what the run is told. Nothing of the run is asked back.

Because it asks nothing, the second half (the run and the diagnoses, see `session.py`) may be in the same process or in another.
"""

from __future__ import annotations

import math

from tailwatch.catalogue.listener import Listener
from tailwatch.catalogue.witness import Witness
from tailwatch.core.events import Data, Notice, Tick
from tailwatch.core.lines import LineCutter
from tailwatch.core.shapes import Reader
from tailwatch.core.typed import TYPE_CHECKING, Protocol
from tailwatch.dialects import own_plans, plan_for
from tailwatch.dialects._words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.catalogue.heard import Interest
    from tailwatch.config import Settings
    from tailwatch.config_tables import OwnMessage
    from tailwatch.core.block import Block
    from tailwatch.core.entries import Entry
    from tailwatch.core.events import Line, ReaderEvent, SourceEvent, Spoken
    from tailwatch.core.families import Family
    from tailwatch.core.findings import Watch
    from tailwatch.core.weaving import Weave


class Told(Protocol):
    """Who is told what was read, in the order of the log."""

    def passed(self, number: int) -> None:
        """Lines up to this number were read that say nothing to the run."""

    def line(self, number: int, events: Sequence[ReaderEvent], spoken: Sequence[Spoken], heard: int) -> None:
        """A line was read, `heard` (0 or 1) as a message or a part of one; the diagnoses look if that changed anything."""

    def together(self, woven: Weave, start: int, end: int, spoken: Sequence[Spoken]) -> None:
        """Lines between two places were read together; what is `spoken` follows from the last of them."""

    def say(self, events: Sequence[ReaderEvent]) -> None:
        """Events that the diagnoses need not look at yet."""

    def settle(self, spoken: Sequence[Spoken], *watched: Watch) -> None:
        """All was told for now: the diagnoses look, at what is `watched` even if nothing was told of it."""

    def new_part(self, part: int) -> None:
        """The file begins anew."""

    def end(self) -> None:
        """Nothing more comes, and nobody writes the log."""


class Intake:
    """Cuts, reads and listens to one log, and tells `told` of it.

    Args:
        told: the second half.
        every_redraw: take every frame of a progress bar for a line, not its last state only.
        settings: the user's.
    """

    def __init__(self, told: Told, *, every_redraw: bool, settings: Settings) -> None:
        self._told = told
        self.cutter = LineCutter(every_redraw=every_redraw, encoding=settings.encoding)
        self.reader = Reader(plan_for, own_plans(settings.pattern), Words())
        self.listener = Listener(own=settings.message)
        self._witness = Witness(self.listener)
        self._now = math.nan
        self._writer_alive: bool | None = None

    def __getstate__(self) -> dict[str, object]:
        """A pickled intake forgets whom it told; `tell` names another."""
        return {**self.__dict__, "_told": None}

    def tell(self, told: Told) -> None:
        """Tell somebody else from here on."""
        self._told = told

    def feed(self, event: SourceEvent) -> Sequence[Line]:
        """Take in what the source says; returns the lines that it completes."""
        self._now = event.at if math.isnan(self._now) else max(self._now, event.at)
        match event:
            case Data():
                return self._data(event)
            case Tick():
                self._writer_alive = event.writer_alive
            case Notice():
                self._notice(event)
        return ()

    def finish(self) -> None:
        """The source has no more: what waited for a further line is complete, and what depends on the end is judged."""
        self._complete()
        if not self._writer_alive:
            self._told.end()
            self._last_words()
        self._speak((*self.listener.finish(), *self.listener.end()), "end")

    @property
    def waits(self) -> bool:
        """Whether something that was read waits for what comes after it, so that it matters whether more may come."""
        cursor = self.reader.cursor
        return self.cutter.waits or bool(cursor.held or cursor.boxed or cursor.pending)

    def adopt(self, message: OwnMessage) -> None:
        """Take a verdict on messages that the user gives now; it holds for what was said before, too."""
        self._speak(self.listener.adopt(message))

    def unfinished(self, at: float) -> tuple[Line | None, list[ReaderEvent]]:
        """Return the line that has no end yet, and what it says, which moves nothing."""
        line = self.cutter.provisional(at)
        return line, [] if line is None else self.reader.peek(line)

    def _data(self, event: Data) -> Block:
        if event.skipped:
            self.cutter.skip(event.skipped)
        block = self.cutter.feed(event.data, event.at)
        self._read(block)
        return block

    def _notice(self, event: Notice) -> None:
        if event.kind in ("rotated", "truncated"):
            self._complete()
            self._hear(self.listener.finish())
            self.cutter.new_part(self.cutter.part + 1)
            self.reader.new_part()
            self._witness.new_part(self.cutter.part)
            self._told.new_part(self.cutter.part)
            self._told.settle(self._witness.settle())
        elif event.kind == "read":
            self._speak(self.listener.revise())
        elif event.kind == "ended":
            self.finish()

    def _speak(self, spoken: Sequence[Spoken], *watched: Watch) -> None:
        self._hear(spoken)
        self._told.settle(self._witness.settle(), *watched)

    def _hear(self, spoken: Sequence[Spoken]) -> None:
        self._told.say(spoken)
        self._witness.heard(spoken)

    def _last_words(self) -> None:
        """Read the last line, which has no end, if lines of its very shape were read before: nothing of it is missing then."""
        rest = self.cutter.rest(self._now)
        if rest is not None and self.reader.has_read(rest.raws[0]):
            self._read(rest)
            self._say(self.reader.finish())

    def _complete(self) -> None:
        """Read the lines and values that waited for what came after them."""
        self._read(self.cutter.finish(self._now))
        self._say(self.reader.finish())

    def _say(self, events: list[ReaderEvent]) -> None:
        self._told.say(events)
        self._witness.saw(events)

    def _read(self, block: Block) -> None:
        """Read complete lines, as many together as can be."""
        reader, shapes, numbers = self.reader, block.shapes, block.numbers
        at, end, told = 0, len(shapes), 0  # told: the place behind the last line of which somebody was told
        while at < end:
            idle = self.listener.idle
            if idle:
                at = reader.skim(block, at)
                if at == end:
                    break
            entry = reader.entry(shapes[at])
            if not entry.asked:
                self._ask(block.raws[at], entry)
            if idle and (entry.quiet or entry.mute):
                reader.pass_over(block, at, entry)
                at += 1
            elif idle and entry.family is not None and (woven := self._weave(block, at, entry.family)) is not None:
                for first, behind, spoken in self._witness.saw_together(woven):
                    self._told.together(woven, first, behind, spoken)
                reader.took(woven)
                at = told = woven.end
            else:
                heard = self._plain(block[at], entry) if idle and entry.plain else self._line(block[at], entry)
                at += 1
                told = at if heard else told
        if told < end:
            self._told.passed(numbers[-1])

    def _weave(self, block: Block, at: int, family: Family) -> Weave | None:
        """Read the lines from a place on together; the one that names the run's rank is read by itself."""
        return self.reader.weave(block, at, family, self._ask, ranked=self._witness.rank is not None)

    def _plain(self, line: Line, entry: Entry) -> bool:
        """Read a line that is no message, while none is open; returns whether it says anything."""
        events = self.reader.read(line, entry)
        if not events:
            return False
        witness = self._witness
        witness.saw(events)
        self._told.line(line.number, events, witness.settle() if witness.due else (), 0)
        return True

    def _line(self, line: Line, entry: Entry) -> bool:
        """Read any line, which is told of whatever it says."""
        interest: Interest | None = entry.rules
        listener, witness = self.listener, self._witness
        claimed = listener.claims(line.raw) and not entry.opens_table
        events: list[ReaderEvent] = []
        if not claimed and not (interest is not None and interest.is_message and entry.names_no_place):
            events = self.reader.read(line, entry)
            if events:
                witness.saw(events)
        spoken: Sequence[Spoken] = ()
        heard = 0
        if interest is not None or not listener.idle:
            heard, spoken = 1, listener.hear(line, interest)
            witness.heard(spoken, lines=1)
        if interest is None and not claimed and entry.is_unread:
            self.reader.not_understood(line.raw, line.number)
        if witness.due:
            spoken = (*spoken, *witness.settle())
        self._told.line(line.number, events, spoken, heard)
        return True

    def _ask(self, raw: bytes, entry: Entry) -> None:
        """Ask the catalogue about a line of a new shape."""
        entry.tell(self.listener.interest(raw.decode("utf-8", "replace")))
