"""Listening to a log: which lines are messages, what the catalogue says of them, and how that changes as the run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tailwatch.catalogue.engine import Catalogue
from tailwatch.core.events import Spoken
from tailwatch.core.messages import Entry, Event, Joiner, MessageBook, template_of
from tailwatch.core.peeling import TRACEBACK, headline, may_be_message, peel

if TYPE_CHECKING:
    from tailwatch.catalogue.rules import Phase, Rule, Verdict
    from tailwatch.core.events import Line

_QUIET = ("harmless", "info", "unknown")


class Interest(NamedTuple):
    """What the shape of a line tells: the rules that may know it, and whether its form alone shows a message."""

    candidates: tuple[Rule, ...]
    is_message: bool


class _Around(NamedTuple):
    """The run around the message at `line`, for the rules' conditions."""

    listener: Listener
    part: int
    line: int

    @property
    def phase(self) -> Phase:
        return self.listener.phase

    @property
    def framework(self) -> str:
        return self.listener.framework

    @property
    def went_on(self) -> bool:
        return self.listener.trained_at > (self.part, self.line)

    def seen(self, rule_id: str) -> bool:
        return self.listener.book.count(rule_id) > 0

    def count(self, rule_id: str) -> int:
        return self.listener.book.count(rule_id)


class Listener:
    """Hears every line of one log that may be a message, in order.

    The session keeps `interest(text)` for each shape and calls `hear` with it; where the interest is None and `idle` holds,
    the line needs no call at all. It sets `phase`, `framework` and, with each line that held training values, `trained_at`
    (part, line), and calls `revise` when the log has been quiet or the reader caught up.
    """

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        """Listen with the catalogue of the package, or with another one."""
        self._catalogue = catalogue or Catalogue.load()
        self._joiner = Joiner()
        self._rules: dict[str, Rule] = {}
        self.book = MessageBook()
        self.phase: Phase = "start"
        self.framework = ""
        self.trained_at: tuple[int, int] = (0, 0)

    @property
    def idle(self) -> bool:
        """Whether lines without interest may be passed over."""
        return self._joiner.idle

    def interest(self, text: str) -> Interest | None:
        """What a line of this shape may be; None for an ordinary line. The same for every line of the shape."""
        candidates = self._catalogue.candidates(text)
        is_message = may_be_message(text) and (peel(text).is_message or TRACEBACK in text)
        return Interest(candidates, is_message) if candidates or is_message else None

    def hear(self, line: Line, interest: Interest | None) -> tuple[Spoken, ...]:
        """Take the next line; gives what was said, as far as it is complete.

        Every fatal or actionable message is given, of others only the first one of a kind: their repeats are counted.
        """
        if line.provisional or (interest is None and self._joiner.idle):
            return ()
        spoken: list[Spoken] = []
        for event in self._joiner.feed(line):
            alone = event.line == event.last_line == line.number
            spoken += self._speak(event, interest if alone else self.interest(event.text))
        return tuple(spoken)

    def finish(self) -> tuple[Spoken, ...]:
        """Give what was waiting for a further line, because the log ended or another part begins."""
        return tuple(said for event in self._joiner.flush() for said in self._speak(event, self.interest(event.text)))

    def revise(self) -> tuple[Spoken, ...]:
        """Judge anew what depends on the rest of the log; gives the messages whose label changed."""
        return tuple(said for rule in tuple(self._rules.values()) if rule.depends_on_context for said in self._revise(rule))

    def _speak(self, event: Event, interest: Interest | None) -> list[Spoken]:
        if interest is None:
            return []
        verdict = self._judge(interest.candidates, event)
        if verdict is None and not interest.is_message:
            return []
        entry, is_new = self.book.add(event, _entry(event, verdict))
        spoken = [_spoken(entry, event.text, event.line, verdict, event.rank)] if is_new or entry.label not in _QUIET else []
        rule = self._rules.get(entry.rule)
        return spoken + (self._revise(rule) if rule and rule.depends_on_context else [])

    def _judge(self, candidates: tuple[Rule, ...], event: Event) -> Verdict | None:
        around = _Around(self, event.part, event.line)
        verdict = self._catalogue.judge(candidates, event.text, around)
        if verdict is None:
            return None
        rule = next(rule for rule in candidates if rule.id == verdict.rule)
        self._rules[rule.id] = rule
        self.book.note(rule.id)
        return self._catalogue.judge((rule,), event.text, around) if rule.depends_on_context else verdict

    def _revise(self, rule: Rule) -> list[Spoken]:
        changed: list[Spoken] = []
        for entry in self.book.of_rule(rule.id):
            verdict = self._catalogue.judge((rule,), entry.sample, _Around(self, entry.part, entry.last_line))
            if verdict is not None and verdict.label != entry.label:
                kept = self.book.relabel(entry, verdict.label, verdict.why, verdict.action)
                changed.append(_spoken(kept, entry.sample, entry.first_line, verdict))
        return changed


def _entry(event: Event, verdict: Verdict | None) -> Entry:
    return Entry(
        rule=verdict.rule if verdict else "",
        label=verdict.label if verdict else "unknown",
        template=template_of(event.text),
        first_line=event.line,
        last_line=event.last_line,
        part=event.part,
        sample=event.text,
        why=verdict.why if verdict else "",
        action=verdict.action if verdict else "",
        source=verdict.source if verdict else "",
    )


def _spoken(entry: Entry, text: str, line: int, verdict: Verdict | None, rank: int | None = None) -> Spoken:
    return Spoken(
        rule=entry.rule,
        label=entry.label,
        template=entry.template,
        text=text,
        line=line,
        last_line=entry.last_line,
        part=entry.part,
        rank=peel(headline(text)).rank if rank is None else rank,
        why=entry.why,
        action=entry.action,
        source=entry.source,
        numbers=verdict.numbers if verdict else {},
    )
