r"""Folding the redraws of progress bars: of a bar drawn 900 times its last state remains, with its redraw count.

Only frames that look like bars fold (see `frames`); other `\r` frames are points of their own.
A bar that ends its line with tqdm's `[...]` may be drawn on further below, around a nested bar, so it waits for the next line; a text printed in a bar's
place (`tqdm.write`) waits for the bar's next state, which tells the step it was printed at.
"""

from __future__ import annotations

from itertools import compress, count, islice, pairwise, repeat
from operator import is_not
from typing import TYPE_CHECKING, Final

from tailwatch.core.frames import BARE, BEHIND, BLANK, END, TEXT, WIPE, Forms, Track
from tailwatch.core.framing import frames_of, goes_back

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


class Bar:
    """The last state of a bar: how far it is, where it was drawn, how often it was drawn before."""

    __slots__ = ("done", "form", "frame", "number", "offset", "redraws", "total")

    def __init__(self, form: Form) -> None:
        self.form = form
        self.frame = b""
        self.number = self.offset = 0
        self.done = self.total = -1
        self.redraws = 0

    @property
    def full(self) -> bool:
        """Whether the bar has reached its end."""
        return self.done == self.total or (self.form.may_be_full and b"100%" in self.frame)

    def let_out(self, out: Block) -> None:
        """Make a line of it."""
        out.add(self.frame, self.number, self.offset, self.redraws)


class Bars:
    """The bars of the present line, by what stands before their first digit."""

    def __init__(self, *, every_redraw: bool = False) -> None:
        self.redraws = 0
        self.redrawn_bytes = 0
        self.erased_bytes = 0
        self.forms = Forms()
        self._every_redraw = every_redraw
        self._open: dict[bytes, Bar] = {}
        self._last: bytes | None = None
        self._wiped = False
        self._carried: frozenset[bytes] = frozenset()
        self._waiting: list[tuple[bytes, int, int]] = []

    def __bool__(self) -> bool:
        return bool(self._open or self._waiting)

    def begin_line(self, piece: bytes, out: Block) -> None:
        """A line begins: bars go on in it only if it begins by going back."""
        if (self._open or self._waiting) and not goes_back(piece):
            self.flush(out)

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
                    self._wiped = True
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
        track = tracks[first]
        if track.kind >= BEHIND:
            return first
        others = map(is_not, islice(tracks, first, None), repeat(track))
        end = next(compress(count(first), others))
        raws, starts = frames.raws, frames.starts
        breaks = _breaks(forms[first:end], raws[first:end]) if track.kind != BARE else []
        for start, stop in pairwise([first, *(first + at for at in breaks), end]):
            if start != first:
                self._draw(forms[start], raws[start], number, starts[start] + start - behind, out)
            go_on = start + 1
            if stop - go_on > 1 and track.name not in self._carried:
                go_on = stop - 1
                self._fold(self._open[track.name], raws[start:go_on])
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

    def _print(self, text: bytes, number: int, offset: int, out: Block) -> None:
        """Take a text: it is a line and lets finished bars out before it."""
        full = [name for name, bar in self._open.items() if bar.full]
        if full:
            self._let_out([self._open.pop(name) for name in full], out)
        self._last = None
        if self._wiped and self._open and len(self._waiting) < MAX_BARS:
            self._waiting.append((text, number, offset))
        else:
            self._let_texts_go(out)
            out.add(text, number, offset)

    def _draw(self, form: Form, frame: bytes, number: int, offset: int, out: Block) -> None:
        """Take a frame of a bar: it replaces the bar's former state."""
        name = (form.track or form.track_of(frame))[0]
        done, total = form.state(frame)
        bar = self._open.get(name)
        if bar is None:
            if len(self._open) >= MAX_BARS:
                self.flush(out)
            bar = self._open[name] = Bar(form)
        elif done < bar.done or total != bar.total or (done != bar.done and name in self._carried):
            bar.let_out(out)
            bar.redraws = 0
        else:
            bar.redraws += 1
            self.redraws += 1
            self.redrawn_bytes += len(bar.frame) + 1
        bar.form, bar.frame, bar.number, bar.offset, bar.done, bar.total = form, frame, number, offset, done, total
        if self._waiting:
            if total > 0 and form.without_values:
                bar.let_out(out)  # how far the run was when the text was printed
            self._let_texts_go(out)
        self._wiped = False
        self._last = name
        if form.kind >= BEHIND:
            bar.let_out(out)
            del self._open[name]
            self._last = None

    def end_line(self, out: Block) -> None:
        """The line is complete: let the bars out, but for those that tqdm may draw on around a nested bar."""
        if self._last is None:
            if self._waiting:
                return
            self._open = {n: b for n, b in self._open.items() if b.full}  # a text came last: the bar goes on in the next line
        elif self._open[self._last].form.goes_on:
            self._carried = frozenset(self._open)
            return
        self.flush(out)

    def flush(self, out: Block) -> None:
        """Let out the bars that are full and the one drawn last; the others were left behind unfinished."""
        self._let_texts_go(out)
        self._let_out([bar for name, bar in self._open.items() if bar.full or name == self._last], out)
        self.forget()

    def forget(self) -> None:
        """Drop what is not out yet: the file begins anew."""
        self._open = {}
        self._last = None
        self._wiped = False
        self._carried = frozenset()
        self._waiting = []

    def newest(self) -> Bar | None:
        """Return the bar that was drawn last and is not out yet."""
        return None if self._last is None else self._open.get(self._last)

    def _let_texts_go(self, out: Block) -> None:
        if self._waiting:
            for text, number, offset in self._waiting:
                out.add(text, number, offset)
            self._waiting = []

    @staticmethod
    def _let_out(bars: list[Bar], out: Block) -> None:
        """Let bars out in the order they were drawn in."""
        for bar in sorted(bars, key=_offset):
            bar.let_out(out)


def _offset(bar: Bar) -> int:
    return bar.offset


def _breaks(forms: list[Form], frames: list[bytes]) -> list[int]:
    """Return the places at which a bar that counts is less far than in the frame before, or of another total."""
    counts = [frame[form.counts].rjust(_WIDEST, b"0") for form, frame in zip(forms, frames, strict=True)]
    behind = frames[0][forms[0].of_total] + b"\r"
    if (b"\r".join(counts) + b"\r").count(behind) == len(counts) and counts == sorted(counts):
        return []  # of one total, padded to one width: the order of the bytes is that of the numbers
    states = [form.state(frame) for form, frame in zip(forms, frames, strict=True)]
    return [at for at, (old, new) in enumerate(pairwise(states), 1) if new[0] < old[0] or new[1] != old[1]]
