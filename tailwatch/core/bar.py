"""One progress bar: its last state, and what is known of its end."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tailwatch.core.block import Block
    from tailwatch.core.epochs_bar import EpochsBar, State
    from tailwatch.core.events import End
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
        epochs: where it may count epochs, what is known of that.
        is_line: its state is a line already.
    """

    __slots__ = (
        "below",
        "carried",
        "done",
        "epochs",
        "fate",
        "form",
        "frame",
        "is_line",
        "number",
        "offset",
        "redraws",
        "told",
        "total",
    )

    def __init__(self, form: Form, *, below: bool) -> None:
        self.form = form
        self.frame = b""
        self.number = self.offset = self.redraws = 0
        self.done = self.total = self.told = -1
        self.below = below
        self.carried = False
        self.fate: Fate = "goes on"
        self.epochs: EpochsBar | None = None
        self.is_line = False

    @property
    def full(self) -> bool:
        """Whether the bar has reached its end."""
        return self.done == self.total or (self.form.may_be_full and b"100%" in self.frame)

    @property
    def is_over(self) -> bool:
        """Whether it is over if another bar begins, full or not."""
        return self.fate != "goes on"

    @property
    def is_closed(self) -> bool:
        """Whether it is known to have ended, full or not: it was wiped off, or it has no total and another one began."""
        return self.fate == "wiped" or (self.fate == "ended" and self.total < 0)

    @property
    def has_told(self) -> bool:
        """Whether a line was made of what its state says."""
        if self.told == self.done and self.form.without_values:
            return True
        return self.counts_epochs and self.epochs is not None and self.epochs.says(self.frame, self.form, self.done)

    @property
    def counts_epochs(self) -> bool:
        """Whether its states are known to be epochs' results."""
        return self.epochs is not None and self.epochs.known

    @property
    def may_count_epochs(self) -> bool:
        """Whether states of it may yet turn out to be epochs' results."""
        return self.epochs is not None and self.epochs.follows

    def let_out(self, out: Block) -> None:
        """Make a line of it, the last one if it was wiped off."""
        end: End = "epoch" if self.counts_epochs and self.form.may_count_epochs else "closed" if self.is_closed else ""
        out.add(self.frame, self.number, self.offset, self.redraws, end=end)

    def end_epoch(self, form: Form, frame: bytes, done: int, total: int) -> None:
        """End the bar of an epoch that goes on as that of the next one: `Epoch 1 loss 0.5: 1/9`, then `Epoch 2 loss 0.4: 1/9`."""
        if (
            0 < self.done <= done <= total == self.total
            and not self.full
            and self.form.is_of_another_epoch(self.frame, form, frame)
        ):
            self.fate = "wiped"

    def tell(self, out: Block) -> None:
        """Make a line of it that tells how far it is, unless it shows values, which may change yet."""
        if self.total > 0 and self.form.without_values and not self.has_told:
            self.let_out(out)
            self.told = self.done
            self.is_line = True

    def follow(self, form: Form, frame: bytes, number: int, offset: int, done: int, out: Block) -> bool:
        """Make a line of the state before a frame, or of the frame, if it is an epoch's result; the latter is told by True."""
        epochs = self.epochs
        if epochs is None:
            from tailwatch.core.epochs_bar import EpochsBar  # noqa: PLC0415 - start-up counts

            last = done > 0 and self.done == done and not self.form.may_count_epochs
            epochs = self.epochs = EpochsBar(known=form.says_epochs, last=last)
        if epochs.last:
            if self.done != done and self.form.may_count_epochs:
                state = (self.frame, self.number, self.offset, self.redraws)
                self.is_line = self._take(epochs.take(state, self.form, self.done), out)
        elif done > 0 and done != epochs.at:
            return self._take(epochs.take((frame, number, offset, 0), form, done), out)
        return False

    @staticmethod
    def _take(found: list[State], out: Block) -> bool:
        for state in found:
            out.add(*state, end="epoch")
        return bool(found)
