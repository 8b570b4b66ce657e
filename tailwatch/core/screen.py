r"""What is drawn over each other, frame by frame: bars, the texts between them, line ends.

A bar that ends its line with tqdm's `[...]` was closed, or goes on around a bar nested below it, which the cursor's way back up
in the next line tells; one that is wiped off was closed, or makes place for a text (`tqdm.write`). Where another bar begins,
those that may be over are. A text printed in a bar's place waits for that, too: the bar's next state tells the step it was
printed at. Source: tqdm/std.py (4.70), `close`, `display`, `moveto` and `external_write_mode`.
"""

from __future__ import annotations

from operator import attrgetter

from tailwatch.core.frames import BEHIND
from tailwatch.core.framing import way
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.bar import Bar
    from tailwatch.core.block import Block
    from tailwatch.core.frames import Form

MAX_BARS: Final = 32


class Screen:
    """The bars of the present line, by what stands before their first digit, and by their totals.

    Attributes:
        redraws: frames that were folded into later ones.
        redrawn_bytes: their bytes.
        passed: where that is asked for, the offsets of those frames.
        open: the bars that are not over, in the order they began in, by name and total.
        last: the bar drawn last, if no text came after it.
        ended: the one whose line has just ended.
        wiped: a bar was wiped off since one was drawn.
        below: the next frame stands below the line of the bar drawn last.
        blank: a blank line came after it.
        waiting: texts that were printed in a bar's place, with line and offset.
    """

    def __init__(self) -> None:
        self.redraws = 0
        self.redrawn_bytes = 0
        self.passed: list[int] | None = None
        self.forget()

    def forget(self) -> None:
        """Drop what is not out yet: the file begins anew."""
        self.open: dict[tuple[bytes, int], Bar] = {}
        self.last: Bar | None = None
        self.ended: Bar | None = None
        self.wiped = self.below = self.blank = False
        self.waiting: list[tuple[bytes, int, int]] = []

    def __bool__(self) -> bool:
        return bool(self.open or self.waiting)

    def begin_line(self, piece: bytes, out: Block) -> None:
        """A line begins: bars go on in it only if it begins by going back."""
        if not (self.open or self.waiting):
            return
        ups = way(piece)
        if ups < 0 or (self.blank and not ups):
            self.flush(out)
            return
        self.below = ups > 0
        if self.ended is not None and ups <= self.blank:
            self.ended.fate = "ended"  # with a line end of its own
        self.ended, self.blank = None, False

    def takes_blank_line(self) -> bool:
        """Whether a blank line may be the way down to a bar two lines below, which the next line tells."""
        passes = self.ended is not None and not self.blank
        self.blank = self.blank or passes
        return passes

    def wipe(self) -> None:
        """Note that a bar is wiped off the screen: the one below, or the one drawn last."""
        self.wiped = True
        nested = (
            next((bar for bar in reversed(self.open.values()) if bar.below and bar.fate != "wiped"), None) if self.below else None
        )
        wiped = nested or self.last
        if wiped is not None:
            wiped.fate = "wiped"
        self.below = False

    def print(self, text: bytes, number: int, offset: int, out: Block) -> None:
        """Take a text: it is a line and lets finished bars out before it."""
        self._let_go([key for key, bar in self.open.items() if bar.full], out)
        self.last = None
        if self.wiped and self.open and len(self.waiting) < MAX_BARS:
            self.waiting.append((text, number, offset))
        else:
            self._let_texts_go(out)
            out.add(text, number, offset)

    def draw(self, form: Form, frame: bytes, number: int, offset: int, out: Block) -> Bar:
        """Take a frame of a bar: it replaces the bar's former state."""
        name = (form.track or form.track_of(frame))[0]
        done, total = form.state(frame)
        bar = self.open.get((name, total))
        begins = bar is None or done < bar.done
        if begins or bar is None:
            if self.last is not None and not self.last.is_over:
                self.last.end_epoch(form, frame, done, total)
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
        if self.waiting:
            if total > 0 and form.ends_with_rate:
                bar.let_out(out)  # how far the run was when the text was printed
            self._let_texts_go(out)
        self.wiped = self.below = False
        self.last = bar
        if form.kind >= BEHIND:
            bar.let_out(out)
            del self.open[name, total]
            self.last = None
        return bar

    def _begin(self, name: bytes, total: int, form: Form, out: Block) -> Bar:
        """Begin a bar, maybe anew: those that are over make room for it."""
        from tailwatch.core.bar import Bar  # noqa: PLC0415 - start-up counts, and most logs have no bars

        below, last = self.below, self.last
        over = [
            key
            for key, bar in self.open.items()
            if bar.is_over or (bar.full and not below) or (bar is last and key[0] == name and not below)
        ]
        if over:
            self._let_go(over, out)
            self._let_texts_go(out)
        if below:
            for bar in self.open.values():
                bar.tell(out)
        if len(self.open) >= MAX_BARS:
            self.flush(out)
        old, begun = self.open.get((name, total)), Bar(form, below=below)
        if old is not None:
            self._pass(old)  # left behind unfinished, and drawn over by others since
        self.open[name, total] = begun
        return begun

    def _pass(self, bar: Bar) -> None:
        """Count the state of a bar of which no line is made."""
        if self.passed is not None:
            self.passed.append(bar.offset)
        self.redraws += 1
        self.redrawn_bytes += len(bar.frame) + 1

    def _let_go(self, keys: list[tuple[bytes, int]], out: Block) -> None:
        """Make lines of bars that are over, in the order they were drawn in, and know them no more."""
        for bar in sorted([self.open.pop(key) for key in keys], key=attrgetter("offset")):
            if bar.fate == "wiped" and not bar.full and bar.form.without_values:
                self._pass(bar)  # nobody needs to know how far it came
            elif not bar.has_told:
                bar.let_out(out)

    def end_line(self, out: Block) -> None:
        """The line is complete: let the bars out, but for those that tqdm may draw on around a nested bar."""
        self.below = False
        if self.last is None:
            if self.waiting:
                return
            # a text came last: the bar goes on in the next line
            self.open = {key: bar for key, bar in self.open.items() if bar.full or bar.is_over}
        elif self.last.form.goes_on:
            for bar in self.open.values():
                bar.carried = not bar.below
            self.ended = self.last
            return
        self.flush(out)

    def flush(self, out: Block) -> None:
        """Let out the bars that are over and the one drawn last; the others were left behind unfinished."""
        self._let_go([key for key, bar in self.open.items() if bar.full or bar.is_over or bar is self.last], out)
        self._let_texts_go(out)
        self.forget()

    def _let_texts_go(self, out: Block) -> None:
        if self.waiting:
            for text, number, offset in self.waiting:
                out.add(text, number, offset)
            self.waiting = []
