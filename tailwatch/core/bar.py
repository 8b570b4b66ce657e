"""One progress bar: its last state, and what is known of its end."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tailwatch.core.block import Block
    from tailwatch.core.frames import Form


Fate = Literal["goes on", "ended", "wiped"]
"""What became of a bar, as far as is known: it goes on, its line ended, or it was wiped off the screen."""


class Bar:
    """The last state of a bar: how far it is, where it was drawn, how often it was drawn before.

    Attributes:
        form: what its frame shares with others of that shape.
        frame: its bytes.
        number: of the line it was drawn in last.
        offset: of the frame.
        done: how far it is, -1 where it does not say so.
        total: of how much, -1 where it does not say so, 0 where it says neither.
        redraws: frames that its present state stands for, besides its own.
        told: how far it was when a line was made of it before its end, -1 if none was.
        below: it is nested in another bar, and drawn below it.
        carried: a line ended while it was there; it stands in a further line then, where it goes on.
        fate: whether it is over if another bar begins.
    """

    __slots__ = ("below", "carried", "done", "fate", "form", "frame", "number", "offset", "redraws", "told", "total")

    def __init__(self, form: Form, *, below: bool) -> None:
        self.form = form
        self.frame = b""
        self.number = self.offset = self.redraws = 0
        self.done = self.total = self.told = -1
        self.below = below
        self.carried = False
        self.fate: Fate = "goes on"

    @property
    def full(self) -> bool:
        """Whether the bar has reached its end."""
        return self.done == self.total or (self.form.may_be_full and b"100%" in self.frame)

    @property
    def is_over(self) -> bool:
        """Whether it is over if another bar begins, full or not."""
        return self.fate != "goes on"

    @property
    def has_told(self) -> bool:
        """Whether its state is a line already."""
        return self.told == self.done and self.form.without_values

    def let_out(self, out: Block) -> None:
        """Make a line of it, the last one if it was wiped off."""
        out.add(self.frame, self.number, self.offset, self.redraws, closed=self.fate == "wiped")

    def tell(self, out: Block) -> None:
        """Make a line of it that tells how far it is, unless it shows values, which may change yet."""
        if self.total > 0 and self.form.without_values and not self.has_told:
            self.let_out(out)
            self.told = self.done
