"""Lists of one value an epoch that are too long for one look, or go over several lines; their values come when all have ended.

They are read from the lines themselves, number by number, for no plan holds so many fields. Lists that come one after the other
tell of the same epochs: they are held until something else is said, and then told epoch by epoch.
"""

from __future__ import annotations

from tailwatch.core.events import Reading, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.cursor import Cursor
    from tailwatch.core.events import Line

MAX_VALUES: Final = 20_000
"""A list of more is none of one value an epoch."""
FIRST_EPOCH: Final = 1
_PART: Final = lazy(
    rb"([A-Za-z_][\w/@.-]{0,40}(?: [A-Za-z]{1,12}){0,2})['\"]?\s?[:=]\s?(?:(?:np|numpy)\.)?(?:array\()?\[|\[|\]"
    rb"|(?<![\w.])[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][-+]?[0-9]{1,3})?|\bnan\b|-?\binf\b"
)


class Told(NamedTuple):
    """A list that has ended, and where it began."""

    spec: SeriesSpec
    values: list[float]
    line: int
    offset: int
    part: int


class Lists:
    """The lists that a run prints at its end: the open one, and those that are complete."""

    __slots__ = ("_done", "_open")

    def __init__(self) -> None:
        self._open: Told | None = None
        self._done: list[Told] = []

    def copy(self) -> Lists:
        """Return one that can go on without this one."""
        other = Lists()
        other._done = self._done.copy()
        other._open = None if self._open is None else self._open._replace(values=self._open.values.copy())
        return other

    def read(self, line: Line) -> None:
        """Take the values of a line: those of the list that is open, and of further ones."""
        for found in _PART.finditer(line.raw):
            opened = self._open
            if found[1] is not None:
                spec = _spec(found[1].decode("utf-8", "replace"))
                self._open = None if spec is None else Told(spec, [], line.number, line.offset, line.part)
            elif opened is None:
                continue
            elif found[0] == b"]":
                self._open = None
                if len(opened.values) > 1 and all(told.spec != opened.spec for told in self._done):
                    self._done.append(opened)
            elif found[0] == b"[" or len(opened.values) >= MAX_VALUES:
                self._open = None  # lists of lists, or no history
            else:
                opened.values.append(float(found[0]))

    def tell(self, cursor: Cursor, dialect: str = "list") -> list[Reading]:
        """Return all values, epoch by epoch, and leave the cursor without lists.

        Without a loss among them they are none of epochs: they hold a value for each class or task.
        """
        cursor.lists = None
        done = self._done
        if not any("loss" in told.spec.metric for told in done):
            return []
        if any(told.spec.split in ("val", "test") for told in done):
            done = [told if told.spec.split or is_neutral(told.spec.name) else _trained(told) for told in done]
        cursor.recalled = True
        found = []
        for i in range(max(len(told.values) for told in done)):
            for spec, values, line, offset, part in done:
                if i < len(values):
                    at = float(FIRST_EPOCH + i)
                    found.append(
                        Reading((spec,), (values[i],), "epoch", at, None, cursor.time, None, line, offset, part, dialect)
                    )
        return found


def _spec(name: str) -> SeriesSpec | None:
    found = meaning(name)
    return SeriesSpec(name, found.metric, found.split) if found.known or found.metric == "lr" else None


def _trained(told: Told) -> Told:
    return told._replace(spec=told.spec.on("train"))
