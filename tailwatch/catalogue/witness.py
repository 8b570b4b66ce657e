"""What the listener must know of the values that are read: whether training goes on after a message, and when that counts.

It counts values as the run will, which is told of them later, maybe by another process, and cannot be asked.
"""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.events import Mark, Reading, Setting
from tailwatch.core.last_words import LastWords
from tailwatch.core.metrics import meaning
from tailwatch.core.rhythm import Looks
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tailwatch.catalogue.listener import Listener
    from tailwatch.core.events import Axis, ReaderEvent, SeriesSpec, Spoken
    from tailwatch.core.weaving import Weave

    Piece = tuple[int, int, Sequence[Spoken]]


class Witness:
    """Sees what is read of a log and keeps its listener informed.

    `due` says that the diagnoses look now, so that messages which training outlived are to be settled.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._looks = Looks()
        self._words = LastWords()
        self._part = 0
        self._newest = 0
        self.rank: float | None = None
        """The rank whose values the run takes: the first that was named."""
        self.due = False

    def new_part(self, part: int) -> None:
        """The file begins anew, and its line numbers."""
        self._part, self._newest = part, 0
        self._words.new_part()

    def saw(self, events: Iterable[ReaderEvent]) -> None:
        """Take note of what one line says."""
        for event in events:
            if type(event) is Reading:
                self._saw_values(event)
            elif (type(event) is Mark and event.kind != "epoch_begin") or type(event) is Setting:
                self.due = True

    def _saw_values(self, reading: Reading) -> None:
        rank = reading.rank
        if self.rank is None:
            self.rank = rank
        if rank is None or rank == self.rank:
            if _show_training(reading.series):
                self._goes_on(reading.line)
            total = sum(reading.values)
            if self._looks.due(reading.axis, 1) or total - total != 0.0:
                self.due = True
        self._listener.trained(reading.dialect, reading.part, self._newest)

    def _goes_on(self, line: int) -> None:
        self._newest = line
        if self._words.went_on():
            self.due = True

    def heard(self, spoken: Sequence[Spoken], *, lines: int = 0) -> None:
        """Take note of what was said, in so many further lines."""
        self._words.heard += lines
        for said in spoken:
            self._words.hear(said, part=self._part, last_reading_line=self._newest)
            self.due = True

    def settle(self) -> Sequence[Spoken]:
        """The diagnoses look: return what is said anew because training went on after it."""
        self.due = False
        spoken = self._listener.settle()
        for said in spoken:
            self._words.hear(said, part=self._part, last_reading_line=self._newest)
        return spoken

    def saw_together(self, woven: Weave) -> Iterator[Piece]:
        """Take note of lines that were read together; yields them in as many pieces as there are times something is said anew."""
        if not self._listener.doubtful:
            self._count(woven, woven.start, woven.end)
            self.due = False
            yield woven.start, woven.end, ()
            return
        begin = woven.start
        for start, end in woven.until_looks(self._looks, self.rank, woven.start, woven.end, doubtful=self._words.pending):
            self._count(woven, start, end)
            spoken = self.settle() if self.due else ()
            if spoken:
                yield begin, end, spoken
                begin = end
        if begin < woven.end:
            yield begin, woven.end, ()

    def _count(self, woven: Weave, start: int, end: int) -> None:
        slices, going = [], []
        values: dict[Axis, int] = {}
        for found in woven.slices(start, end):
            strand = found.strand
            if strand.family.specs:
                slices.append(found)
                if strand.rank is None or strand.rank == self.rank:
                    values[strand.axis] = values.get(strand.axis, 0) + found.end - found.start
                    if strand.family.shows_training:
                        going.append(found)
        if going:
            from tailwatch.core.weaving import latest  # noqa: PLC0415 - start-up counts

            self._goes_on(woven.block.numbers[latest(going).last])
        for axis, count in values.items():
            if self._looks.due(axis, count):
                self.due = True
        if len(slices) > 1:
            slices.sort(key=lambda s: s.counts)
        for found in slices:
            self._listener.trained(found.strand.family.dialect, self._part, self._newest)


@lru_cache(maxsize=4096)
def _show_training(specs: tuple[SeriesSpec, ...]) -> bool:
    """Whether values of these series show that training goes on: one of them is to rise or to fall."""
    return any(meaning(spec.name).goal is not None for spec in specs)
