r"""Folding the redraws of progress bars: of a bar drawn 900 times its last state remains, with its redraw count.

Only frames that look like bars fold (a count, a percentage, a rate, bar glyphs); other `\r` frames are points of their own.
A bar that ends its line with tqdm's `[...]` may be drawn on further below, around a nested bar, so it waits for the next line; a text printed in a bar's
place (`tqdm.write`) waits for the bar's next state, which tells the step it was printed at.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tailwatch.core.events import Line

MAX_BARS: Final = 32

_BAR: Final = re.compile(
    rb"\d%|\d ?/ ?\d|it/s|s/it|\[=+|=>|/step|\xe2\x96[\x80-\x9f]|\xe2\x94[\x80\x81\xb8\xba]|\xe2\x95[\xb8\xba]|B/s|\dit \[|"
    rb"/Unknown"
)
_COUNT: Final = re.compile(rb"(\d{1,15}) ?/ ?(\d{1,15})(?![\d/])")
_DRAWN_COUNT: Final = re.compile(rb"(\d{1,15})(?:/(\d{1,15})|it)(?= \[| \xe2\x94)")
_GLYPHS: Final = re.compile(rb"\[[=#>][=#>. -]{3,}")
_PERCENT: Final = re.compile(rb"\d{1,3}%")
_CHANGING: Final = re.compile(rb"\d+\.\d*")
_TQDM_CLOCK: Final = re.compile(rb"\[\d{1,3}:\d[\d:]{1,8}(?:<[^\]]{0,2000}|, [^\]]{0,2000})\]")

_TQDM_START: Final = re.compile(rb"\[\d{1,3}:\d[\d:]{1,8}<")
_NO_VALUES: Final = re.compile(rb"(?:it/s|s/it|\?)\]\s*$")


class Bar(NamedTuple):
    """The last state of a bar: how far it is, where it was drawn, how often it was drawn before."""

    frame: bytes
    number: int
    offset: int
    done: int
    total: int
    redraws: int

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
        self._open: dict[bytes, Bar] = {}
        self._last: bytes | None = None
        self._wiped = False
        self._waiting: list[Line] = []
        self._carried: frozenset[bytes] = frozenset()

    def __bool__(self) -> bool:
        return bool(self._open or self._waiting)

    def take(self, frame: bytes, number: int, offset: int, at: float, part: int, out: list[Line]) -> None:
        """Take the next frame: a bar replaces its former state, a text is a line and lets finished bars out before it."""
        if self._every_redraw or _BAR.search(frame) is None:
            self._let_out_full(at, part, out)
            self._last = None
            line = Line(frame, number, offset, at, part)
            if self._wiped and self._open and len(self._waiting) < MAX_BARS:
                self._waiting.append(line)
            else:
                out.extend((*self._let_texts_go(), line))
            return
        described, done, total = _state(frame)
        old = self._open.pop(described, None)
        redraws = 0
        if old is not None and (done < old.done or total != old.total or (done != old.done and described in self._carried)):
            out.append(_line(old, at, part))
        elif old is not None:
            redraws = old.redraws + 1
            self.redraws += 1
            self.redrawn_bytes += len(old.frame) + 1
        elif len(self._open) >= MAX_BARS:
            self.flush(at, part, out)
        bar = Bar(frame, number, offset, done, total, redraws)
        if self._waiting:
            if total > 0 and _NO_VALUES.search(frame):
                out.append(_line(bar, at, part))  # how far the run was when the text was printed
            out.extend(self._let_texts_go())
        self._wiped = False
        if _has_text_behind(frame):
            out.append(_line(bar, at, part))
            self._last = None
        else:
            self._open[described] = bar
            self._last = described

    def end_line(self, at: float, part: int, out: list[Line]) -> None:
        """The line is complete: let the bars out, but for those that tqdm may draw on around a nested bar."""
        if self._last is None:
            if self._waiting:
                return
            self._open = {d: b for d, b in self._open.items() if b.full}  # a text came last: the bar goes on in the next line
        elif _TQDM_START.search(self._open[self._last].frame):
            self._carried = frozenset(self._open)
            return
        self.flush(at, part, out)

    def flush(self, at: float, part: int, out: list[Line]) -> None:
        """Let out the bars that are full and the one drawn last; the others were left behind unfinished."""
        out.extend(self._let_texts_go())
        for described, bar in sorted(self._open.items(), key=lambda item: item[1].offset):
            if bar.full or described == self._last:
                out.append(_line(bar, at, part))
        self._open = {}
        self._last = None
        self._wiped = False
        self._carried = frozenset()

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

    def wiped(self) -> None:
        """A bar was overwritten with blanks: a text comes in its place, and the bar is drawn anew below it."""
        self._wiped = True

    def _let_texts_go(self) -> list[Line]:
        texts, self._waiting = self._waiting, []
        return texts

    def _let_out_full(self, at: float, part: int, out: list[Line]) -> None:
        if self._open:
            full = [b for b in self._open.values() if b.full]
            out.extend(_line(b, at, part) for b in sorted(full, key=lambda b: b.offset))
            self._open = {d: b for d, b in self._open.items() if not b.full}


def _state(frame: bytes) -> tuple[bytes, int, int]:
    """What tells a bar from others (`Epoch 3/10:`, changing numbers left out), how far it is, and of how much (-1: unknown)."""
    count = _DRAWN_COUNT.search(frame)
    if count is None:
        for count in _COUNT.finditer(frame):  # noqa: B007 - the last one counts: `Epoch 3/10 [==>  ] 36/79`
            pass
    head = frame[: count.start() if count else 64]
    glyphs = _GLYPHS.search(head)
    if glyphs is not None:
        head = head[: glyphs.start()]  # the bar itself changes from frame to frame, and what comes behind it
    percent = _PERCENT.search(head)
    described = _CHANGING.sub(b"", head[: percent.start() if percent else len(head)])[:80].strip()
    return (described, int(count[1]), int(count[2] or -1)) if count else (described, -1, 0)


def _line(bar: Bar, at: float, part: int) -> Line:
    return Line(bar.frame, bar.number, bar.offset, at, part, bar.redraws)


def _has_text_behind(frame: bytes) -> bool:
    """Whether a text was glued to the bar, as prints to another stream are."""
    clock = _TQDM_CLOCK.search(frame)
    return clock is not None and bool(frame[clock.end() :].strip())
