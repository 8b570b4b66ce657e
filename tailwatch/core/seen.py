"""What the cursor remembers of lines and bars: to tell running values from results, an epoch's bar from an evaluation's."""

from __future__ import annotations

from tailwatch.core.named import NamedTuple


class Seen(NamedTuple):
    """The latest values of some series: in which epoch and at which step, how often in this epoch, in how many only once."""

    turn: int
    step: float | None
    values: tuple[float, ...]
    times: int
    singles: int


class Closed(NamedTuple):
    """The bar that closed an epoch: how long it was, what it showed, and whether validation values were among that."""

    turn: int
    steps: float | None
    names: frozenset[str]
    validated: bool
