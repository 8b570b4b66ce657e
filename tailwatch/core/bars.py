r"""Folding the redraws of progress bars: of a bar drawn 900 times its last state remains, with its redraw count.

Only frames that look like bars fold (see `frames`); other `\r` frames are points of their own. A bar that ends its line with
tqdm's `[...]` was closed, or goes on around a bar nested below it, which the cursor's way back up in the next line tells; one
that is wiped off was closed, or makes place for a text (`tqdm.write`). Where another bar begins, those that may be over are. A
text printed in a bar's place waits for that, too: the bar's next state tells the step it was printed at. Source: tqdm/std.py
(4.70), `close`, `display`, `moveto` and `external_write_mode`.
"""

from __future__ import annotations

from itertools import compress, count, islice, pairwise, repeat
from operator import attrgetter, is_not

from tailwatch.core.bar import Bar
from tailwatch.core.frames import BARE, BEHIND, BLANK, END, TEXT, WIPE, Forms, Track
from tailwatch.core.framing import frames_of, goes_back, ways_up
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.block import Block
    from tailwatch.core.frames import Form
    from tailwatch.core.framing import Frames

MAX_BARS: Final = 32
MANY: Final = 8
"""From so many frames on, a line is searched for a bar that goes on and on."""
_NONE: Final = Track(b"", END)
"""Stands behind the tracks of a line, so that the last ones end."""
_WIDEST: Final = 40
"""Digits of a count and its total, and what stands between them."""


class Bars:
    """The bars of the present line, by what stands before their first digit, and by their totals."""

    def __init__(self, *, every_redraw: bool = False) -> None:
        self.redraws = 0
        self.redrawn_bytes = 0
        self.erased_bytes = 0
        self.forms = Forms()
        self._every_redraw = every_redraw
        self.forget()

    def forget(self) -> None:
        """Drop what is not out yet: the file begins anew."""
        self._open: dict[tuple[bytes, int], Bar] = {}
        self._last: Bar | None = None
        """The one drawn last, if no text came after it."""
        self._ended: Bar | None = None
        """The one whose line has just ended."""
        self._wiped = False
        self._below = self._blank = False
        """The next frame stands below the line of the bar drawn last."""
        self._waiting: list[tuple[bytes, int, int]] = []

    def __bool__(self) -> bool:
        return bool(self._open or self._waiting)

    def begin_line(self, piece: bytes, out: Block) -> None:
        """A line begins: bars go on in it only if it begins by going back."""
        if not (self._open or self._waiting):
            return
        ups = ways_up(piece) if goes_back(piece) else 0
        if not goes_back(piece) or (self._blank and not ups):
            self.flush(out)
            return
        self._below = ups > 0
        if self._ended is not None and ups <= self._blank:
            self._ended.fate = "ended"  # with a line end of its own
        self._ended, self._blank = None, False

    def takes_blank_line(self) -> bool:
        """Whether a blank line may be the way down to a bar two lines below, which the next line tells."""
        passes = self._ended is not None and not self._blank
        self._blank = self._blank or passes
        return passes

    def take_lines(self, pieces: list[bytes], number: int, offset: int, out: Block, *, begun: bool = False) -> None:
        """Take whole lines in a row; the first has a number and stands at an offset of the log. What is complete goes `out`."""
        if not begun:
            self.begin_line(pieces[0], out)
        self._take(frames_of([*pieces, b""], offset), number, out, pieces)

    def take_part(self, piece: bytes, number: int, offset: int, out: Block) -> None:
        """Take a part of a line that was begun and is not complete."""
        self._take(frames_of([piece], offset), number, out, [])

    def _take(self, frames: Frames, number: int, out: Block, pieces: list[bytes]) -> None:
        raws, starts, first, line, behind, before = frames.raws, frames.starts, 0, 0, 0, len(out.raws)
        self.erased_bytes += frames.erased_bytes
        forms = self.forms.of(frames.joined, b"\r")
        folds = not self._every_redraw
        tracks: list[Track] = []
        if folds and len(forms) >= MANY * (len(pieces) or 1):
            tracks = [form.track or form.track_of(raw) for form, raw in zip(forms, raws, strict=True)]
            tracks += (_NONE, _NONE)
        places = iter(range(len(forms)))
        for at in places:
            form = forms[at]
            kind = form.kind
            if kind >= BARE and folds:
                self._draw(form, raws[at], number, starts[at] + at - behind, out)
                if tracks and tracks[at] is tracks[at + 1] is tracks[at + 2]:
                    last = self._draw_on(at, tracks, forms, frames, number, behind, out)
                    next(islice(places, last - at, last - at), None)  # those up to the last are drawn
            elif kind >= TEXT:
                self._print(raws[at], number, starts[at] + at - behind, out)
            elif kind == BLANK:
                if len(raws[at]) >= WIPE:
                    self._wipe()
            else:
                if len(out.raws) == before and not self._open and not self._waiting:
                    out.add(b"", number, starts[first] + first - behind)
                self.end_line(out)
                number, behind, first = number + 1, behind + 2, at + 1
                line += 1
                if line < len(pieces):
                    self.begin_line(pieces[line], out)
                before = len(out.raws)

    def _draw_on(
        self, first: int, tracks: list[Track], forms: list[Form], frames: Frames, number: int, behind: int, out: Block
    ) -> int:
        """Draw on a bar that was drawn at place `first`, as long as the frames show it; returns the place of the last one.

        Only its last state matters, and the last ones before it begins anew: the others are counted together.
        """
        track, bar = tracks[first], self._last
        if track.kind >= BEHIND or bar is None:
            return first
        others = map(is_not, islice(tracks, first, None), repeat(track))
        end = next(compress(count(first), others))
        raws, starts = frames.raws, frames.starts
        breaks = _breaks(forms[first:end], raws[first:end]) if track.kind != BARE else []
        for start, stop in pairwise([first, *(first + at for at in breaks), end]):
            if start != first:
                bar = self._draw(forms[start], raws[start], number, starts[start] + start - behind, out)
            go_on = start + 1
            if stop - go_on > 1 and not bar.carried and not _may_count_epochs(bar, forms[start:stop]):
                go_on = stop - 1
                self._fold(bar, raws[start:go_on])
            for at in range(go_on, stop):
                self._draw(forms[at], raws[at], number, starts[at] + at - behind, out)
        return end - 1

    def _fold(self, bar: Bar, states: list[bytes]) -> None:
        """Let the last of some states of a bar stand for them all."""
        folded = len(states) - 1
        bar.frame = states.pop()
        bar.redraws += folded
        self.redraws += folded
        self.redrawn_bytes += folded + sum(map(len, states))

    def _wipe(self) -> None:
        """Note that a bar is wiped off the screen: the one below, or the one drawn last."""
        self._wiped = True
        nested = (
            next((bar for bar in reversed(self._open.values()) if bar.below and bar.fate != "wiped"), None)
            if self._below
            else None
        )
        wiped = nested or self._last
        if wiped is not None:
            wiped.fate = "wiped"
        self._below = False

    def _print(self, text: bytes, number: int, offset: int, out: Block) -> None:
        """Take a text: it is a line and lets finished bars out before it."""
        self._let_go([key for key, bar in self._open.items() if bar.full], out)
        self._last = None
        if self._wiped and self._open and len(self._waiting) < MAX_BARS:
            self._waiting.append((text, number, offset))
        else:
            self._let_texts_go(out)
            out.add(text, number, offset)

    def _draw(self, form: Form, frame: bytes, number: int, offset: int, out: Block) -> Bar:
        """Take a frame of a bar: it replaces the bar's former state."""
        name = (form.track or form.track_of(frame))[0]
        done, total = form.state(frame)
        bar = self._open.get((name, total))
        begins = bar is None or done < bar.done
        if begins or bar is None:
            if self._last is not None and not self._last.is_over:
                self._last.end_epoch(form, frame, done, total)
            bar = self._begin(name, total, form, out)
        follows = form.may_count_epochs and (bar.epochs is None or bar.epochs.follows)
        is_line = bar.follow(form, frame, number, offset, done, out) if follows else False
        if begins:
            pass
        elif done != bar.done and bar.carried and not bar.may_count_epochs:
            if not bar.has_told:
                bar.let_out(out)
            bar.redraws = 0
        elif bar.is_line:
            bar.redraws = 0
        else:
            bar.redraws += 1
            self._pass(bar)
        bar.is_line = is_line
        bar.form, bar.frame, bar.number, bar.offset, bar.done, bar.total = form, frame, number, offset, done, total
        bar.fate = "goes on"
        if self._waiting:
            if total > 0 and form.ends_with_rate:
                bar.let_out(out)  # how far the run was when the text was printed
            self._let_texts_go(out)
        self._wiped = self._below = False
        self._last = bar
        if form.kind >= BEHIND:
            bar.let_out(out)
            del self._open[name, total]
            self._last = None
        return bar

    def _begin(self, name: bytes, total: int, form: Form, out: Block) -> Bar:
        """Begin a bar, maybe anew: those that are over make room for it."""
        below, last = self._below, self._last
        over = [
            key
            for key, bar in self._open.items()
            if bar.is_over or (bar.full and not below) or (bar is last and key[0] == name and not below)
        ]
        if over:
            self._let_go(over, out)
            self._let_texts_go(out)
        if below:
            for bar in self._open.values():
                bar.tell(out)
        if len(self._open) >= MAX_BARS:
            self.flush(out)
        old, begun = self._open.get((name, total)), Bar(form, below=below)
        if old is not None:
            self._pass(old)  # left behind unfinished, and drawn over by others since
        self._open[name, total] = begun
        return begun

    def _pass(self, bar: Bar) -> None:
        """Count the state of a bar of which no line is made."""
        self.redraws += 1
        self.redrawn_bytes += len(bar.frame) + 1

    def _let_go(self, keys: list[tuple[bytes, int]], out: Block) -> None:
        """Make lines of bars that are over, in the order they were drawn in, and know them no more."""
        for bar in sorted([self._open.pop(key) for key in keys], key=attrgetter("offset")):
            if bar.fate == "wiped" and not bar.full and bar.form.without_values:
                self._pass(bar)  # nobody needs to know how far it came
            elif not bar.has_told:
                bar.let_out(out)

    def end_line(self, out: Block) -> None:
        """The line is complete: let the bars out, but for those that tqdm may draw on around a nested bar."""
        self._below = False
        if self._last is None:
            if self._waiting:
                return
            # a text came last: the bar goes on in the next line
            self._open = {key: bar for key, bar in self._open.items() if bar.full or bar.is_over}
        elif self._last.form.goes_on:
            for bar in self._open.values():
                bar.carried = not bar.below
            self._ended = self._last
            return
        self.flush(out)

    def flush(self, out: Block) -> None:
        """Let out the bars that are over and the one drawn last; the others were left behind unfinished."""
        self._let_go([key for key, bar in self._open.items() if bar.full or bar.is_over or bar is self._last], out)
        self._let_texts_go(out)
        self.forget()

    def newest(self) -> Bar | None:
        """Return the bar that was drawn last and is not out yet."""
        return self._last

    def _let_texts_go(self, out: Block) -> None:
        if self._waiting:
            for text, number, offset in self._waiting:
                out.add(text, number, offset)
            self._waiting = []


def _may_count_epochs(bar: Bar, forms: list[Form]) -> bool:
    """Whether states of a bar before its last one may be epochs' results."""
    if bar.epochs is not None:
        return bar.may_count_epochs
    return any(form.may_count_epochs for form in set(forms))


def _breaks(forms: list[Form], frames: list[bytes]) -> list[int]:
    """Return the places at which a bar that counts is less far than in the frame before, or of another total."""
    counts = [frame[form.counts].rjust(_WIDEST, b"0") for form, frame in zip(forms, frames, strict=True)]
    behind = frames[0][forms[0].of_total] + b"\r"
    if (b"\r".join(counts) + b"\r").count(behind) == len(counts) and counts == sorted(counts):
        return []  # of one total, padded to one width: the order of the bytes is that of the numbers
    states = [form.state(frame) for form, frame in zip(forms, frames, strict=True)]
    return [at for at, (old, new) in enumerate(pairwise(states), 1) if new[0] < old[0] or new[1] != old[1]]
