r"""Folding the redraws of progress bars: of a bar drawn 900 times its last state remains, with its redraw count.

Only frames that look like bars fold (see `frames`); other `\r` frames are points of their own.
A bar that ends its line with tqdm's `[...]` may be drawn on further below, around a nested bar, so it waits for the next line; a text printed in a bar's
place (`tqdm.write`) waits for the bar's next state, which tells the step it was printed at.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from tailwatch.core.events import Line
from tailwatch.core.frames import WIPE, Form, Forms

MAX_BARS: Final = 32


class Bar(NamedTuple):
    """The last state of a bar: how far it is, where it was drawn, how often it was drawn before."""

    frame: bytes
    number: int
    offset: int
    done: int
    total: int
    redraws: int
    goes_on: bool

    @property
    def full(self) -> bool:
        """Whether the bar has reached its end."""
        return self.done == self.total or b"100%" in self.frame


class Bars:
    """The bars of the present line, by what stands before their first digit."""

    def __init__(self, *, every_redraw: bool = False) -> None:
        self.redraws = 0
        self.redrawn_bytes = 0
        self._every_redraw = every_redraw
        self._forms = Forms()
        self._open: dict[bytes, Bar] = {}
        self._last: bytes | None = None
        self._wiped = False
        self._carried: frozenset[bytes] = frozenset()
        self._waiting: list[Line] = []

    def __bool__(self) -> bool:
        return bool(self._open or self._waiting)

    def take(self, frames: list[bytes], offsets: list[int], number: int, at: float, part: int, out: list[Line]) -> None:
        """Take the next frames of a line, each with its offset: the lines that are complete go `out`."""
        forms = self._forms.of(frames)
        count = len(forms)
        start = end = 0
        while start < count:
            form = forms[start]
            if form.is_blank:
                self._wiped = self._wiped or len(frames[start]) >= WIPE
                start += 1
                continue
            if start + 2 < count and forms[start + 2] is form:
                end = max(end, start + 1)
                while end < count and forms[end] is form:
                    end += 1
                start += self._fold_alike(form, frames, start, end)
            self._take(form, Line(frames[start], number, offsets[start], at, part), out)
            start += 1

    def _fold_alike(self, form: Form, frames: list[bytes], start: int, end: int) -> int:
        """Count the redraws of a bar of one form that goes on and on; returns how many frames need no further look."""
        if form.name is None or form.text_behind or not form.is_bar or self._every_redraw:
            return 0
        old = self._open.get(form.name)
        if old is None or self._last != form.name or self._waiting or self._wiped or form.name in self._carried:
            return 0
        alike = end - start - 1 if form.done is None else _how_many_go_on(form, frames, start, end, old) - 1
        if alike < 1 or (form.done is None and (old.done, old.total) != (-1, 0)):
            return 0
        self.redraws += alike
        self.redrawn_bytes += alike + sum(map(len, frames[start : start + alike]))
        self._open[form.name] = old._replace(redraws=old.redraws + alike)
        return alike

    def _take(self, form: Form, line: Line, out: list[Line]) -> None:
        """Take a frame: a bar replaces its former state, a text is a line and lets finished bars out before it."""
        frame, number, offset, at, part, _, _ = line
        if self._every_redraw or not form.is_bar:
            self._let_out_full(at, part, out)
            self._last = None
            if self._wiped and self._open and len(self._waiting) < MAX_BARS:
                self._waiting.append(line)
            else:
                out.extend((*self._let_texts_go(), line))
            return
        name, done, total = form.state(frame)
        old = self._open.pop(name, None)
        redraws = 0
        if old is not None and (done < old.done or total != old.total or (done != old.done and name in self._carried)):
            out.append(_line(old, at, part))
        elif old is not None:
            redraws = old.redraws + 1
            self.redraws += 1
            self.redrawn_bytes += len(old.frame) + 1
        elif len(self._open) >= MAX_BARS:
            self.flush(at, part, out)
        bar = Bar(frame, number, offset, done, total, redraws, form.goes_on)
        if self._waiting:
            if total > 0 and form.without_values:
                out.append(_line(bar, at, part))  # how far the run was when the text was printed
            out.extend(self._let_texts_go())
        self._wiped = False
        if form.text_behind:
            out.append(_line(bar, at, part))
            self._last = None
        else:
            self._open[name] = bar
            self._last = name

    def end_line(self, at: float, part: int, out: list[Line]) -> None:
        """The line is complete: let the bars out, but for those that tqdm may draw on around a nested bar."""
        if self._last is None:
            if self._waiting:
                return
            self._open = {d: b for d, b in self._open.items() if b.full}  # a text came last: the bar goes on in the next line
        elif self._open[self._last].goes_on:
            self._carried = frozenset(self._open)
            return
        self.flush(at, part, out)

    def flush(self, at: float, part: int, out: list[Line]) -> None:
        """Let out the bars that are full and the one drawn last; the others were left behind unfinished."""
        out.extend(self._let_texts_go())
        for described, bar in sorted(self._open.items(), key=lambda item: item[1].offset):
            if bar.full or described == self._last:
                out.append(_line(bar, at, part))
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

    def _let_texts_go(self) -> list[Line]:
        texts, self._waiting = self._waiting, []
        return texts

    def _let_out_full(self, at: float, part: int, out: list[Line]) -> None:
        if self._open:
            full = [b for b in self._open.values() if b.full]
            out.extend(_line(b, at, part) for b in sorted(full, key=lambda b: b.offset))
            self._open = {d: b for d, b in self._open.items() if not b.full}


def _how_many_go_on(form: Form, frames: list[bytes], start: int, end: int, old: Bar) -> int:
    """Return how many frames in a row show the same bar, no less far than before."""
    assert form.done is not None
    done, total = old.done, frames[start][form.total] if form.total is not None else None
    if (-1 if total is None else int(total)) != old.total:
        return 0
    for at in range(start, end):
        frame = frames[at]
        count = int(frame[form.done])
        if count < done or (form.total is not None and frame[form.total] != total):
            return at - start
        done = count
    return end - start


def _line(bar: Bar, at: float, part: int) -> Line:
    return Line(bar.frame, bar.number, bar.offset, at, part, bar.redraws)
