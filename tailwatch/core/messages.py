"""Messages of a log: lines joined into whole events, and repeats folded into counted entries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tailwatch.core.peeling import TRACEBACK, headline, peel, without_outer_prefix

if TYPE_CHECKING:
    from tailwatch.core.events import Label, Line

MAX_TRACEBACK_LINES = 400
MAX_FOREIGN_LINES = 8
MAX_TEMPLATES = 2000
MAX_RANKS = 1024
FURTHER = "further messages"

_EXCEPTION_LINE = re.compile(r"[A-Za-z_][\w.]{0,200}(?:: |:?$)")
_FRAME = re.compile(r'\s{1,16}File "([^"]{1,400})", line (\d{1,9}), in (\S{1,200})')
_VARIABLE = re.compile(r"0x[0-9a-fA-F]{1,16}|\d{1,24}(?:\.\d{1,24})?")
_LIBRARIES = ("site-packages", "dist-packages", "/lib/python", "<frozen")


class Event(NamedTuple):
    """A message's lines as one text, and where they stand."""

    text: str
    line: int
    last_line: int
    part: int
    rank: int | None


def user_frame(text: str) -> str:
    """The innermost frame of a traceback that lies outside Python's and installed libraries, as `file:line in function`."""
    frames = _FRAME.findall(text)
    own = [frame for frame in frames if not any(library in frame[0] for library in _LIBRARIES)]
    if not own:
        return ""
    path, line, function = own[-1]
    return f"{path}:{line} in {function}"


def template_of(text: str) -> str:
    """What repeats of an unknown message have in common: its text without prefixes, numbers and addresses."""
    return _VARIABLE.sub("0", peel(headline(text)).rest)[:200]


@dataclass(slots=True)
class _Open:
    """A traceback of which the exception line has not come yet."""

    lines: list[str]
    first: int
    last: int
    part: int
    rank: int | None
    foreign: int = 0

    def event(self) -> Event:
        return Event("\n".join(self.lines), self.first, self.last, self.part, self.rank)


class Joiner:
    """Joins the lines of one message: a traceback up to its exception line, a warning and the source line below it.

    A line that is a message of its own is given back at once. Tracebacks of several ranks may be interleaved.
    """

    def __init__(self) -> None:
        """Nothing is open."""
        self._open: dict[str, _Open] = {}
        self._source_line_follows = False

    @property
    def idle(self) -> bool:
        """Whether no line is awaited: a line that cannot open a message need not be fed."""
        return not self._open and not self._source_line_follows

    def feed(self, line: Line) -> tuple[Event, ...]:
        """Take the next line; gives the events that are complete with it."""
        text = line.raw.decode("utf-8", "replace")
        mark, bare = without_outer_prefix(text)
        follows, self._source_line_follows = self._source_line_follows, False
        if follows and bare.startswith("  "):
            return ()
        opened = self._open.get(mark)
        if TRACEBACK in text:
            return self._begin(mark, bare, line)
        if opened is not None:
            return self._continue(mark, opened, text, bare, line)
        if bare.startswith("  "):
            return ()
        peeled = peel(text)
        self._source_line_follows = peeled.klass.endswith("Warning") and bool(peeled.emitter)
        return (Event(text, line.number, line.number, line.part, _rank(mark, peeled.rank)),)

    def flush(self) -> tuple[Event, ...]:
        """Give what is still open, because the log ended or another part began."""
        events = tuple(opened.event() for opened in self._open.values())
        self._open.clear()
        self._source_line_follows = False
        return events

    def _begin(self, mark: str, bare: str, line: Line) -> tuple[Event, ...]:
        before = self._open.pop(mark, None)
        self._open[mark] = _Open([bare], line.number, line.number, line.part, _rank(mark, None))
        return (before.event(),) if before else ()

    def _continue(self, mark: str, opened: _Open, text: str, bare: str, line: Line) -> tuple[Event, ...]:
        if not bare.strip() or bare.startswith((" ", "\t")):
            opened.lines.append(bare)
            opened.last = line.number
            return self._close(mark) if len(opened.lines) > MAX_TRACEBACK_LINES else ()
        if _EXCEPTION_LINE.match(bare):
            opened.lines.append(bare)
            opened.last = line.number
            return self._close(mark)
        opened.foreign += 1
        own = (Event(text, line.number, line.number, line.part, _rank(mark, None)),)
        return self._close(mark) + own if opened.foreign > MAX_FOREIGN_LINES else own

    def _close(self, mark: str) -> tuple[Event, ...]:
        return (self._open.pop(mark).event(),)


def _rank(mark: str, peeled: int | None) -> int | None:
    return int(mark) if mark.isdecimal() else peeled


@dataclass(slots=True)
class Entry:
    """All messages of one rule, or of one template where no rule knows them; for the report and the screen."""

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
    count: int = 0
    ranks: set[int] = field(default_factory=set)


class MessageBook:
    """What a log has said so far, folded by rule and label, unknown messages by template.

    Bounded: beyond `MAX_TEMPLATES` unknown templates, further ones share an entry.
    """

    def __init__(self) -> None:
        """Start with no messages."""
        self._entries: dict[tuple[str, str], Entry] = {}
        self._counts: dict[str, int] = {}

    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order of their first lines."""
        return tuple(sorted(self._entries.values(), key=lambda entry: (entry.part, entry.first_line)))

    def of_rule(self, rule_id: str) -> tuple[Entry, ...]:
        """The entries of one rule, one a label."""
        return tuple(entry for entry in self._entries.values() if entry.rule == rule_id)

    def count(self, rule_id: str) -> int:
        """How many messages of the rule there were, whatever their label."""
        return self._counts.get(rule_id, 0)

    def note(self, rule_id: str) -> None:
        """Count a message of the rule before it is judged, so that its own rule sees it."""
        self._counts[rule_id] = self._counts.get(rule_id, 0) + 1

    def add(self, event: Event, new: Entry) -> tuple[Entry, bool]:
        """Fold an event into the entry like `new`; tells whether `new` became the entry."""
        key = _key(new)
        if not new.rule and key not in self._entries and len(self._entries) >= MAX_TEMPLATES:
            new.template = FURTHER
            key = _key(new)
        entry = self._entries.setdefault(key, new)
        entry.count += 1
        entry.last_line = event.last_line
        if event.rank is not None and len(entry.ranks) < MAX_RANKS:
            entry.ranks.add(event.rank)
        return entry, entry is new

    def relabel(self, entry: Entry, label: Label, why: str, action: str) -> Entry:
        """Give an entry another label, because the run went on; joins it with the entry that has that label already."""
        del self._entries[_key(entry)]
        entry.label, entry.why, entry.action = label, why, action
        kept = self._entries.setdefault(_key(entry), entry)
        if kept is not entry:
            kept.count += entry.count
            kept.first_line = min(kept.first_line, entry.first_line)
            kept.last_line = max(kept.last_line, entry.last_line)
            kept.ranks |= entry.ranks
        return kept


def _key(entry: Entry) -> tuple[str, str]:
    return (entry.rule, entry.label) if entry.rule else ("", entry.template)
