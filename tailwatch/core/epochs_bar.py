"""Finding out whether a bar counts epochs, and which of its states are an epoch's result.

`for epoch in (bar := tqdm(range(n)))` with the results in its postfix prints no other line. A bar counts epochs where it says so
(`Epochs:`, `3.1s/epoch`), or where it shows training and validation values and the latter are others at each count: no bar over
batches does that, for its validation stands still from one evaluation to the next.

Where the postfix is set in the loop's body, tqdm still counts the epochs before: the first state of each count shows the results
of so many epochs. Where the count is moved on before, it is the last one. Source: tqdm/std.py (4.70), `__iter__`, `update` and
`set_postfix`.
"""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.frames import Form

State = tuple[bytes, int, int, int]
"""What makes a line: the frame, the number of its line, its offset, the frames that were folded into it."""


class EpochsBar:
    """Follows a bar whose states may be epochs' results.

    Attributes:
        known: it counts epochs.
        follows: it may yet do so.
        last: the last state of each count is the result, not the first.
        at: the count of the result found last, -1 before there is one.
    """

    __slots__ = ("_held", "_shown", "at", "follows", "known", "last")

    def __init__(self, *, known: bool, last: bool) -> None:
        self.known = known
        self.follows = True
        self.last = last
        self.at = -1
        self._held: State | None = None
        self._shown = b""

    def take(self, state: State, form: Form, done: int) -> list[State]:
        """Take the state that is the result of `done` epochs; returns those that are known to be results now."""
        shown = form.held_out_of(state[0]) or state[0]
        before, self.at = self.at, done
        held, self._held = self._held, None
        if not self.known and held is not None:
            self.follows = shown != self._shown
            self.known = self.follows and done == before + 1
        self._shown = shown
        if self.known:
            return [state] if held is None else [held, state]
        self._held = state if self.follows else None
        return []

    def says(self, frame: bytes, form: Form, done: int) -> bool:
        """Whether a state tells what the result found last did."""
        return self.at == done and (form.held_out_of(frame) or frame) == self._shown
