"""Messages of a log, folded into counted entries: which were said, how often, where, by whom, and how their verdict changed."""

from __future__ import annotations

from tailwatch.core.joining import user_frame
from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.peeling import headline, peel
from tailwatch.core.records import record
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Label
    from tailwatch.core.joining import Event

MAX_TEMPLATES: Final = 2000
MAX_RANKS: Final = 1024
MAX_CHANGES: Final = 20
FURTHER: Final = "further messages"

_BRACED = lazy(r"\{\w{1,60}\}")
_VARIABLE = lazy(r"0x[0-9a-fA-F]{1,16}|\d{1,24}(?:\.\d{1,24})?")


def template_of(text: str) -> str:
    """What repeats of an unknown message have in common: its text without prefixes, numbers and addresses."""
    return _VARIABLE.sub("0", peel(headline(text)).rest)[:200]


class Change(NamedTuple):
    """What an entry was called before, and the line up to which the log had been read when that changed."""

    label: Label
    line: int


def literal_of(text: str) -> str:
    """What a message says, letter by letter, with `{}` where numbers and addresses stand: the `text` of an own verdict."""
    return _VARIABLE.sub("{}", _BRACED.sub("{}", peel(headline(text)).rest))[:200].rstrip("{ ")


@record
class Entry:
    """All messages of one rule, or of one template where no rule knows them; for the report and the screen.

    `general` says that the rule knows them by their class alone, so that they are folded by template too. `phase` is where the
    run stood at the last one. `effect_of` is the line of the failure that this one follows from, 0 where it stands for itself.
    `hidden` and `alert` are the user's own wishes.
    """

    rule: str
    label: Label
    template: str
    first_line: int
    last_line: int
    part: int
    sample: str
    why: str
    action: str
    source: str
    ranks: set[int]
    changes: list[Change]
    count: int = 0
    first_rank: int | None = None
    general: bool = False
    phase: str = "unknown"
    effect_of: int = 0
    hidden: bool = False
    alert: bool = False
    judged_in: tuple[object, ...] = ()
    """What its verdict was made of the last time; as long as that is the same, so is the verdict."""

    @property
    def title(self) -> str:
        """The line that says what happened, without what surrounds it. Not sanitised."""
        head = headline(self.sample)
        peeled = peel(head)
        return f"{peeled.klass}: {peeled.rest}" if peeled.klass.endswith(("Error", "Exception")) else peeled.rest or head

    @property
    def size(self) -> int:
        """Bytes of one message of the kind, line ends included."""
        return len(self.sample.encode("utf-8", "replace")) + 1

    @property
    def frame(self) -> str:
        """The user's own code that a traceback went through last, as `file:line in function`, or an empty text."""
        return user_frame(self.sample)


class MessageBook:
    """What a log has said so far, folded by rule and label, by template where no rule or only a general one knows a message.

    Bounded: beyond `MAX_TEMPLATES` entries that are folded by template, further ones share an entry.
    """

    def __init__(self) -> None:
        """Start with no messages."""
        self._entries: dict[tuple[str, str, str], Entry] = {}
        self._counts: dict[str, int] = {}

    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order of their first lines."""
        return tuple(sorted(self._entries.values(), key=lambda entry: (entry.part, entry.first_line)))

    def count(self, rule_id: str) -> int:
        """How many messages of the rule there were, whatever their label."""
        return self._counts.get(rule_id, 0)

    def note(self, rule_id: str) -> None:
        """Count a message of the rule before it is judged, so that its own rule sees it."""
        self._counts[rule_id] = self._counts.get(rule_id, 0) + 1

    def add(self, event: Event, new: Entry) -> tuple[Entry, bool]:
        """Fold an event into the entry like `new`; tells whether `new` became the entry."""
        key = _key(new)
        if key[2] and key not in self._entries and len(self._entries) >= MAX_TEMPLATES:
            new.template = FURTHER
            key = _key(new)
        entry = self._entries.setdefault(key, new)
        entry.count += 1
        entry.last_line, entry.phase = event.last_line, new.phase
        if event.rank is not None and len(entry.ranks) < MAX_RANKS:
            entry.ranks.add(event.rank)
            if entry.count == 1:
                entry.first_rank = event.rank
        return entry, entry is new

    def count_again(self, entry: Entry, line: int) -> None:
        """Count one more message of an entry that is in the book."""
        entry.count += 1
        entry.last_line = line
        if entry.rule:
            self._counts[entry.rule] += 1

    def take_back(self, entry: Entry) -> None:
        """Forget the last message of an entry, because its further lines made another one of it."""
        entry.count -= 1
        if entry.rule:
            self._counts[entry.rule] -= 1
        if entry.count == 0:
            del self._entries[_key(entry)]

    def rename(self, entry: Entry, new: Entry, at: int) -> Entry:
        """Say of an entry what `new` says; joins it with the entry that says so already.

        Args:
            entry: what is in the book.
            new: the rule, label and sentences it has from now on.
            at: the line up to which the log was read; the label it had until then is kept with it.
        """
        del self._entries[_key(entry)]
        if new.label != entry.label and len(entry.changes) < MAX_CHANGES:
            entry.changes.append(Change(entry.label, at))
        if new.rule != entry.rule:
            self._counts[new.rule] = self._counts.get(new.rule, 0) + entry.count
        entry.rule, entry.label, entry.general = new.rule, new.label, new.general
        entry.why, entry.action, entry.source = new.why, new.action, new.source
        entry.hidden, entry.alert = new.hidden, new.alert
        kept = self._entries.setdefault(_key(entry), entry)
        if kept is not entry:
            kept.count += entry.count
            kept.first_line = min(kept.first_line, entry.first_line)
            kept.last_line = max(kept.last_line, entry.last_line)
            kept.ranks |= entry.ranks
            kept.changes = sorted({*kept.changes, *entry.changes}, key=lambda change: change.line)[:MAX_CHANGES]
        return kept


def _key(entry: Entry) -> tuple[str, str, str]:
    return (entry.rule, entry.label, entry.template if entry.general or not entry.rule else "")
