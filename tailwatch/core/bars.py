r"""Folding the redraws of progress bars: of a bar drawn 900 times its last state remains, with its redraw count.

Only frames that look like bars fold (see `frames`); other `\r` frames are points of their own. What becomes of a frame is told
by the `screen`; here, frames of one bar in a row are counted together, and lines that go as those before them (see `cycles`).
"""

from __future__ import annotations

from itertools import compress, count, islice, pairwise, repeat
from operator import is_not

from tailwatch.core.frames import BARE, BEHIND, BLANK, END, TEXT, WIPE, Forms, Track
from tailwatch.core.framing import frames_of
from tailwatch.core.screen import Screen
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.bar import Bar
    from tailwatch.core.block import Block
    from tailwatch.core.cycles import Cycles
    from tailwatch.core.frames import Form
    from tailwatch.core.framing import Frames

MANY: Final = 8
"""From so many frames on, a line is searched for a bar that goes on and on."""
_NONE: Final = Track(b"", END)
"""Stands behind the tracks of a line, so that the last ones end."""
_WIDEST: Final = 40
"""Digits of a count and its total, and what stands between them."""


class Bars:
    """Takes frames in a row; what is drawn stands on the `screen`."""

    def __init__(self, *, every_redraw: bool = False) -> None:
        self.erased_bytes = 0
        self.forms = Forms()
        self.screen = Screen()
        self._every_redraw = every_redraw

    def take_lines(self, pieces: list[bytes], number: int, offset: int, out: Block, *, begun: bool = False) -> None:
        """Take whole lines in a row; the first has a number and stands at an offset of the log. What is complete goes `out`."""
        if not begun:
            self.screen.begin_line(pieces[0], out)
        self._take(frames_of([*pieces, b""], offset), number, out, pieces)

    def take_part(self, piece: bytes, number: int, offset: int, out: Block) -> None:
        """Take a part of a line that was begun and is not complete."""
        self._take(frames_of([piece], offset), number, out, [])

    def _take(self, frames: Frames, number: int, out: Block, pieces: list[bytes]) -> None:
        raws, starts, first, line, before = frames.raws, frames.starts, 0, 0, len(out.raws)
        self.erased_bytes += frames.erased_bytes
        forms, screen = self.forms.of(frames.joined, b"\r"), self.screen
        folds = not self._every_redraw
        tracks = self._tracks(forms, raws, len(pieces))
        cycles = self._cycles(pieces, frames, forms, number)
        behind, places = 0, iter(range(len(forms)))
        for at in places:
            form = forms[at]
            kind = form.kind
            if kind >= BARE and folds:
                screen.draw(form, raws[at], number, starts[at] + at - behind, out)
                if tracks and tracks[at] is tracks[at + 1] is tracks[at + 2]:
                    last = self._draw_on(at, tracks, forms, frames, number, behind, out)
                    next(islice(places, last - at, last - at), None)  # those up to the last are drawn
            elif kind >= TEXT:
                screen.print(raws[at], number, starts[at] + at - behind, out)
            elif kind == BLANK:
                if len(raws[at]) >= WIPE:
                    screen.wipe()
            else:
                if len(out.raws) == before and not screen:
                    out.add(b"", number, starts[first] + first - behind)
                screen.end_line(out)
                first = at + 1
                line, number, behind = line + 1, number + 1, behind + 2
                if cycles is not None:
                    taken, lines = cycles.take(first, line, out)
                    next(islice(places, taken, taken), None)
                    first, line, number, behind = first + taken, line + lines, number + lines, behind + 2 * lines
                if line < len(pieces):
                    screen.begin_line(pieces[line], out)
                before = len(out.raws)
        screen.passed = None

    def _cycles(self, pieces: list[bytes], frames: Frames, forms: list[Form], number: int) -> Cycles | None:
        """Return what takes lines that go as those before them, where there may be such."""
        if self._every_redraw or len(pieces) < MANY:
            return None
        from tailwatch.core.cycles import Cycles  # noqa: PLC0415 - start-up counts

        return Cycles(self.screen, pieces, frames, forms, number)

    def _tracks(self, forms: list[Form], raws: list[bytes], lines: int) -> list[Track]:
        """Return the track of each frame, where there are so many a line that those of one bar may be counted together."""
        if self._every_redraw or len(forms) < MANY * (lines or 1):
            return []
        return [*[form.track or form.track_of(raw) for form, raw in zip(forms, raws, strict=True)], _NONE, _NONE]

    def _draw_on(
        self, first: int, tracks: list[Track], forms: list[Form], frames: Frames, number: int, behind: int, out: Block
    ) -> int:
        """Draw on a bar that was drawn at place `first`, as long as the frames show it; returns the place of the last one.

        Only its last state matters, and the last ones before it begins anew: the others are counted together.
        """
        track, bar = tracks[first], self.screen.last
        if track.kind >= BEHIND or bar is None:
            return first
        others = map(is_not, islice(tracks, first, None), repeat(track))
        end = next(compress(count(first), others))
        raws, starts = frames.raws, frames.starts
        breaks = _breaks(forms[first:end], raws[first:end]) if track.kind != BARE else []
        for start, stop in pairwise([first, *(first + at for at in breaks), end]):
            if start != first:
                bar = self.screen.draw(forms[start], raws[start], number, starts[start] + start - behind, out)
            go_on = start + 1
            if stop - go_on > 1 and not bar.carried and not _may_count_epochs(bar, forms[start:stop]):
                go_on = stop - 1
                self._fold(bar, raws[start:go_on], [starts[at] + at - behind for at in range(start, go_on)])
            for at in range(go_on, stop):
                self.screen.draw(forms[at], raws[at], number, starts[at] + at - behind, out)
        return end - 1

    def _fold(self, bar: Bar, states: list[bytes], offsets: list[int]) -> None:
        """Let the last of some states of a bar stand for them all."""
        screen, folded = self.screen, len(states) - 1
        bar.frame, bar.offset = states.pop(), offsets.pop()
        bar.redraws += folded
        screen.redraws += folded
        screen.redrawn_bytes += folded + sum(map(len, states))
        if screen.passed is not None:
            screen.passed += offsets


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
