r"""Lines that are drawn again and again in one way, told by one of them: the bar once more, its next state, a text in its place.

What becomes of a frame hangs on its sort (see `Form`), on how its line begins, on the bars that are there, and on how far they
are: further than before or not, at their end or not. So where a cycle of lines left all as it found it, but for what moves on
with the lines, it makes of the next lines what it made of its own, as long as these are alike in all of that. A trainer that
prints a line a step beside its bar writes tens of thousands of them; they are taken together, column by column.

Places are those of frames; those of a cycle are told from where the next one begins, so that they are negative.
"""

from __future__ import annotations

from itertools import accumulate, chain, compress, count
from operator import add, eq, is_not, lt, ne, not_

from tailwatch.core.frames import END
from tailwatch.core.framing import way
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.bar import Bar
    from tailwatch.core.block import Block
    from tailwatch.core.frames import Form, Sort
    from tailwatch.core.framing import Frames
    from tailwatch.core.screen import Screen

    Key = tuple[bytes, int]
    """The name and the total of a bar."""

_NOWHERE: Final = slice(0)
_NONE: Final[Key] = (b"", -2)
"""Instead of the key of what is no bar."""
LONGEST: Final = 2
"""Lines of a cycle at most: nested bars take two in turn."""
WORTH: Final = 4
"""So many cycles must be alike before one is watched."""
MOST: Final = 512
"""So many are taken together at most."""
REST: Final = 8
"""So many lines pass before the next try, where one was in vain."""


class Seen(NamedTuple):
    """How things stood before a line: what of it matters for what becomes of the next frames, and what only moves on.

    Attributes:
        first: the place of the line's first frame.
        line: how many lines were before it.
        state: the bars and texts that were there, and the places of their frames.
        redraws: of each bar.
        dones: how far each was.
        told: how many lines were out.
    """

    first: int
    line: int
    state: list[object]
    redraws: list[int]
    dones: list[int]
    told: int


class Cycles:
    """Watches lines that came together, and takes those that go as the ones before them did.

    Args:
        screen: on which they are drawn.
        pieces: the lines.
        frames: of them all; a line end is one.
        forms: what the shape of each tells.
        number: of the first line.
    """

    def __init__(self, screen: Screen, pieces: list[bytes], frames: Frames, forms: list[Form], number: int) -> None:
        self._screen = screen
        self._pieces, self._raws, self._starts, self._forms = pieces, frames.raws, frames.starts, forms
        self._number = number
        self._sorts = [form.sort for form in forms]
        self._firsts = {0: 0}
        self._next = 1
        self._begun: Seen | None = None
        self._cycle: list[Sort] = []
        self._lines = self._length = 0
        self._line_of: list[int] = []

    def take(self, first: int, line: int, out: Block) -> tuple[int, int]:
        """Take what goes on as before from a line on; returns how many frames and lines that is."""
        self._firsts[line] = first
        begun = self._begun
        if begun is None:
            if line >= self._next:
                self._watch(first, line, out)
            return 0, 0
        if line < begun.line + self._lines:
            return 0, 0
        cycles = self._go_on(begun, self._seen(first, line, 2, out), out)
        self.close()
        frames, lines = cycles * self._length, cycles * self._lines
        self._firsts[line + lines] = first + frames
        self._next = line + lines + (1 if cycles else REST)
        return frames, lines

    def close(self) -> None:
        """Watch no longer."""
        self._begun = self._screen.passed = None

    def _watch(self, first: int, line: int, out: Block) -> None:
        """Begin to watch a cycle, if the next ones are drawn as the last one was."""
        for lines in range(1, min(LONGEST, line) + 1):
            length = first - self._firsts.get(line - lines, first)
            middle = self._sorts[first - length // 2 - 1]
            if middle is None or middle is not self._sorts[min(first + length - length // 2, len(self._sorts)) - 1]:
                continue  # most often it is to be seen at once
            cycle = self._sorts[first - length : first]
            ahead = self._sorts[first : first + WORTH * length]
            if length and ahead == cycle * WORTH:
                known = [sort for sort in cycle if sort is not None]
                if len(known) < length:
                    return
                self._lines, self._length, self._cycle = lines, length, known
                self._line_of = list(accumulate([sort.kind == END for sort in known[:-1]], initial=0))
                self._begun = self._seen(first, line, 1, out)
                self._screen.passed = []
                return

    def _seen(self, first: int, line: int, cycles: int, out: Block) -> Seen:
        screen, place = self._screen, self._place(first, line, cycles)
        bars = list(screen.open.values())
        state: list[object] = [screen.last, screen.ended, screen.wiped, screen.below, screen.blank, *screen.open]
        state += [(bar, bar.below, bar.carried, bar.fate, bar.is_line, place(bar.offset)) for bar in bars]
        state += [bar.epochs and (bar.epochs.known, bar.epochs.follows, bar.epochs.last, bar.epochs.at) for bar in bars]
        state += [place(offset) for _, _, offset in screen.waiting]
        return Seen(first, line, state, [bar.redraws for bar in bars], [bar.done for bar in bars], len(out.raws))

    def _place(self, first: int, line: int, cycles: int) -> Callable[[int], int]:
        """Return what tells the place of a frame of the last cycles from its offset, and the offset of any other as it is."""
        places = {}
        for back in range(1, cycles + 1):
            begin, before = first - back * self._length, line - back * self._lines
            for at, lines in enumerate(self._line_of):
                places[self._starts[begin + at] + begin + at - 2 * (before + lines)] = at - back * self._length
        return lambda offset: places.get(offset, offset)

    def _go_on(self, begun: Seen, now: Seen, out: Block) -> int:
        """Take the cycles that go as the one that was watched, which is over now; returns how many."""
        screen, place = self._screen, self._place(now.first, now.line, 2)
        passed = [place(offset) for offset in screen.passed or ()]
        told = range(begun.told, len(out.raws))
        places = [place(out.starts[at] + out.numbers[at]) for at in told]
        drawn = self._drawn(now.first)
        grows = {
            key: new - old
            for key, old, new in zip(screen.open, begun.redraws, now.redraws, strict=False)
            if new - old in (0, len(drawn.get(key, ())))
        }
        if (
            begun.state != now.state
            or len(grows) < len(screen.open)
            or not drawn.keys() <= grows.keys()
            or max((*passed, *places), default=-1) >= 0
            or any(out.raws[at] != self._raws[now.first + place] for at, place in zip(told, places, strict=True))
        ):
            return 0
        cycles = self._alike(begun, now, drawn)
        if cycles:
            self._tell(now, places, [grows.get(self._key(now.first + at), 0) for at in places], cycles, out)
            screen.redraws += cycles * len(passed)
            lengths = [sum(map(len, self._raws[self._column(now, at, cycles)])) for at in passed]
            screen.redrawn_bytes += cycles * len(passed) + sum(lengths)
            self._move_on(now, grows, place, cycles)
        return cycles

    def _key(self, at: int) -> Key:
        sort = self._sorts[at]
        return _NONE if sort is None or sort.track is None else (sort.track.name, self._forms[at].state(self._raws[at])[1])

    def _drawn(self, first: int) -> dict[Key, list[int]]:
        """Return where in the last cycle each bar is drawn."""
        drawn: dict[Key, list[int]] = {}
        for at in range(-self._length, 0):
            if (key := self._key(first + at)) is not _NONE:
                drawn.setdefault(key, []).append(at)
        return drawn

    def _alike(self, begun: Seen, now: Seen, drawn: dict[Key, list[int]]) -> int:
        """Return how many of the next cycles are like the last one."""
        first, length, lines = now.first, self._length, self._lines
        stop = first + MOST * length
        cycles = _agreed(self._sorts[first:stop], self._sorts[first - length : stop - length], is_not) // length
        ways = list(map(way, self._pieces[begun.line : now.line + cycles * lines]))
        cycles = min(cycles, _agreed(ways[lines:], ways, ne) // lines)
        for (key, bar), done in zip(self._screen.open.items(), begun.dones, strict=True):
            if key in drawn and done >= 0:
                if done <= bar.told:
                    return 0  # a line was made of it already
                cycles = self._counts_on(now, drawn[key], bar, done, cycles)
        return cycles

    def _counts_on(self, now: Seen, places: list[int], bar: Bar, done: int, cycles: int) -> int:
        """Return in how many cycles a bar counts on as in the last one, of the same total and not up to it."""
        columns = [slice(now.first + p, now.first + p + cycles * self._length + 1, self._length) for p in places]
        forms = chain.from_iterable(zip(*[self._forms[column] for column in columns], strict=True))
        raws = chain.from_iterable(zip(*[self._raws[column] for column in columns], strict=True))
        each, drawn = len(places), list(zip(forms, raws, strict=True))
        dones = [done, *[int(raw[form.done or _NOWHERE]) for form, raw in drawn]]
        totals = [raw[form.of_total] for form, raw in drawn]
        stands = list(map(eq, dones[1:], dones))
        good = [
            dones.index(bar.total) - 1 if bar.total in dones else len(stands),
            each + _agreed(totals[each:], totals, ne),
            next(compress(count(), map(lt, dones[1:], dones)), len(stands)),
            each + _agreed(stands[each:], stands, ne),
        ]
        if bar.epochs is not None:  # a count that moves may be an epoch's end
            is_known = bar.epochs.last or done <= 0 or bar.epochs.at == done
            good.append(next(compress(count(), map(not_, stands)), len(stands)) if is_known else 0)
        return max(min(good) // each - 1, 0)

    def _column(self, now: Seen, place: int, cycles: int) -> slice:
        """Return the places of the frames in the next cycles that stand as one in the last cycle does."""
        begin = now.first + place + self._length
        return slice(begin, begin + cycles * self._length, self._length)

    def _line(self, now: Seen, place: int) -> int:
        """Return how many lines stand before the line of a frame."""
        back, at = divmod(place, self._length)
        return now.line + back * self._lines + self._line_of[at]

    def _tell(self, now: Seen, places: list[int], grows: list[int], cycles: int, out: Block) -> None:
        """Make of each cycle the lines that were made of the last one, the frames of which have places."""
        told, behind, each = range(now.told - len(places), now.told), now.told, len(places)
        raws, numbers, starts = [b""] * (each * cycles), [0] * (each * cycles), [0] * (each * cycles)
        for turn, (at, place, grow) in enumerate(zip(told, places, grows, strict=True)):
            column, line = self._column(now, place, cycles), self._line(now, place) + self._lines
            number = self._number + line
            raws[turn::each] = self._raws[column]
            numbers[turn::each] = range(number, number + cycles * self._lines, self._lines)
            before, more = column.start - 2 * line - number, self._length - 3 * self._lines
            starts[turn::each] = map(add, self._starts[column], count(before, more))
            out.say_alike(at, range(behind + turn, behind + each * cycles, each), grow)
        out.append(raws, numbers, starts)

    def _move_on(self, now: Seen, grows: dict[Key, int], place: Callable[[int], int], cycles: int) -> None:
        """Bring the bars and the texts to where they are after the cycles."""
        frames, lines = cycles * self._length, cycles * self._lines
        for key, bar in self._screen.open.items():
            if (at := place(bar.offset)) < 0:
                line, at = self._line(now, at) + lines, now.first + at + frames
                bar.form, bar.frame = self._forms[at], self._raws[at]
                bar.number, bar.offset = self._number + line, self._starts[at] + at - 2 * line
                bar.done = bar.form.state(bar.frame)[0]
                bar.redraws += cycles * grows[key]
        waiting = self._screen.waiting
        for turn, text in enumerate(waiting):
            if (at := place(text[2])) < 0:
                line, at = self._line(now, at) + lines, now.first + at + frames
                waiting[turn] = (self._raws[at], self._number + line, self._starts[at] + at - 2 * line)


def _agreed(new: list[Any], old: list[Any], differ: Callable[[Any, Any], bool]) -> int:
    """Return how many of the first values are the same in both."""
    return next(compress(count(), map(differ, new, old)), min(len(new), len(old)))
