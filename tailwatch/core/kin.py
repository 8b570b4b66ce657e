"""What the lines of one form have in common besides how they are read, see `alike`.

It is asked about some of them, and known for the rest.
"""

from __future__ import annotations

from tailwatch.core.typed import Any, Final

ENOUGH: Final = 4
"""So many lines of a form have to agree."""


class Agreed:
    """An answer that some lines have to give alike before it is taken for that of others."""

    __slots__ = ("_times", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self._times = 0

    @property
    def holds(self) -> bool:
        """Whether enough of them gave the same."""
        return self._times >= ENOUGH

    def learn(self, value: Any) -> None:
        """Take the answer of one more line; another one than before says that the form does not tell it."""
        if self._times == 0:
            self.value, self._times = value, 1
        elif self._times > 0 and self.value == value:
            self._times += 1
        else:
            self.refuse()

    def refuse(self) -> None:
        """It hangs on more than the form."""
        self.value, self._times = None, -1


class Kin:
    """Lines of one form: whether they carry a number that nobody understood, and what the catalogue `heard` in them."""

    __slots__ = ("heard", "number")

    def __init__(self) -> None:
        self.number = Agreed()
        self.heard = Agreed()
