"""The last step of an epoch's loop, and the line after it that sums the epoch up under the same name.

A loop that has come to its end shows the epoch's result where it prints running means; where a line of its own tells the
result, the last step is a step like the others. Which of the two it is, the first epoch tells: there the last step waits for the
next value.
"""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.events import Reading, SeriesSpec

    Who = int


class Fulls:
    """What is known of loops that came to their end: whether a line of its own sums up what they measure."""

    __slots__ = ("_ended", "_known", "_summed", "waiting")

    def __init__(self) -> None:
        self.waiting: list[tuple[Reading, Who]] = []
        self._ended: dict[SeriesSpec, tuple[int, Who, float]] = {}
        self._known: set[Who] = set()
        self._summed: set[Who] = set()

    def copy(self) -> Fulls:
        """Return one that can go on without this one."""
        other = Fulls()
        other.waiting = self.waiting.copy()
        other._ended, other._known, other._summed = self._ended.copy(), self._known.copy(), self._summed.copy()
        return other

    def end(self, reading: Reading, who: Who, turn: int) -> list[Reading]:
        """Take the last step of a loop, `who` for its series and `turn` for its epoch; return what can be said now.

        That of a training and of the evaluation behind it may wait together.
        """
        before = self.let_go() if any(other == who for _, other in self.waiting) else []
        if who in self._summed:
            return [*before, *self.let_go(), reading._replace(axis="step")]
        self._ended.update({spec: (turn, who, value) for spec, value in zip(reading.series, reading.values, strict=True)})
        if who in self._known:
            return [*before, *self.let_go(), reading]
        self._known.add(who)
        self.waiting.append((reading, who))
        return before

    def sum_up(self, reading: Reading, turn: int) -> list[Reading]:
        """Take a result that is no loop's; return the last steps that waited, which are steps like others if this sums them up.

        A line that says the same once more takes nothing from the last step.
        """
        for spec, value in zip(reading.series, reading.values, strict=True):
            ended = self._ended.get(spec)
            if ended is not None and ended[0] == turn and ended[2] != value:
                self._summed.add(ended[1])
        return self.let_go()

    def let_go(self) -> list[Reading]:
        """Return the last steps that waited: they are the epoch's results but where a line sums them up."""
        if not self.waiting:
            return []
        waiting, self.waiting = self.waiting, []
        return [reading._replace(axis="step") if who in self._summed else reading for reading, who in waiting]
