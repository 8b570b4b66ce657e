"""The lines that came together, kept by columns.

Most lines of a log are read together, for which their bytes and numbers are enough: a `Line` is made only of those that are
read by themselves, which spares a log of a million lines a million objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.events import Line
from tailwatch.core.typed import TYPE_CHECKING, Final, cast, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tailwatch.core.events import End

_LINE: Final = cast("Callable[[type[Line], tuple[object, ...]], Line]", tuple.__new__)
"""Makes a line without a call of Python's."""


class Block(Sequence[Line]):
    """Complete lines, all of one part, in the order of the log.

    Attributes:
        raws: the bytes of each, see `Line.raw`.
        numbers: the number of each.
        starts: the offset of each less its number: for lines in a row the sum of the lengths before, line ends left out.
        ends: the places of those that are bars' last states or epochs' results, see `Line.end`.
    """

    __slots__ = ("_at", "_part", "_redraws", "_shapes", "ends", "numbers", "raws", "starts")

    def __init__(self, at: float, part: int) -> None:
        self.raws: list[bytes] = []
        self.numbers: list[int] = []
        self.starts: list[int] = []
        self.ends: dict[int, End] = {}
        self._redraws: dict[int, int] = {}
        self._shapes: list[bytes] | None = None
        self._at = at
        self._part = part

    def add(self, raw: bytes, number: int, offset: int, redraws: int = 0, *, end: End = "") -> None:
        """Add a line, or a frame of one."""
        if end:
            self.ends[len(self.raws)] = end
        if redraws:
            self._redraws[len(self.raws)] = redraws
        self.raws.append(raw)
        self.numbers.append(number)
        self.starts.append(offset - number)

    def extend(self, raws: list[bytes], number: int, starts: list[int]) -> None:
        """Add whole lines in a row, the first of which has a number."""
        self.raws += raws
        self.numbers += range(number, number + len(raws))
        self.starts += starts

    def append(self, raws: list[bytes], numbers: list[int], starts: list[int]) -> None:
        """Add lines, or frames of lines, by columns."""
        self.raws += raws
        self.numbers += numbers
        self.starts += starts

    def say_alike(self, at: int, others: range, grow: int) -> None:
        """Have other lines say of themselves what one does, but that of redraws there are so many more from one to the next."""
        if at in self.ends:
            self.ends.update(dict.fromkeys(others, self.ends[at]))
        redraws = self._redraws.get(at, 0) + grow
        if redraws:
            self._redraws.update(zip(others, count(redraws, grow), strict=False))

    def replace(self, change: Callable[[bytes], bytes]) -> None:
        """Change the bytes of each line."""
        self.raws = list(map(change, self.raws))

    @property
    def part(self) -> int:
        """The incarnation of the file that all stand in."""
        return self._part

    @property
    def shapes(self) -> list[bytes]:
        """The bytes of each line with every digit 0."""
        if self._shapes is None:
            self._shapes = b"\n".join(self.raws).translate(DIGITS_TO_ZERO).split(b"\n") if self.raws else []
        return self._shapes

    def __len__(self) -> int:
        return len(self.raws)

    def __iter__(self) -> Iterator[Line]:
        return map(self.__getitem__, range(len(self.raws)))

    @overload
    def __getitem__(self, at: int) -> Line: ...

    @overload
    def __getitem__(self, at: slice) -> list[Line]: ...

    def __getitem__(self, at: int | slice) -> Line | list[Line]:
        if isinstance(at, slice):
            return [self[i] for i in range(len(self.raws))[at]]
        number = self.numbers[at]
        redraws = self._redraws.get(at, 0) if self._redraws else 0
        end = self.ends.get(at, "") if self.ends else ""
        return _LINE(Line, (self.raws[at], number, self.starts[at] + number, self._at, self._part, redraws, False, end))
