"""Listening to a log: which lines are messages, what the catalogue says of them, and how that changes as the run goes on."""

from __future__ import annotations

from collections import deque

from tailwatch.catalogue import heard
from tailwatch.catalogue.around import Around
from tailwatch.catalogue.engine import Catalogue, matching_form
from tailwatch.catalogue.heard import QUIET, Interest, Repeat, blame, is_late_effect, new_entry, spoken_of, was_raised
from tailwatch.catalogue.own import OwnRules
from tailwatch.core import endings
from tailwatch.core.digits import zeroed
from tailwatch.core.joining import Event, Joiner
from tailwatch.core.messages import MessageBook, template_of
from tailwatch.core.peeling import TRACEBACK, headline, may_be_message, peel
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.catalogue.around import Place
    from tailwatch.catalogue.own_rule import OwnVerdict
    from tailwatch.catalogue.rules import Rule, Verdict
    from tailwatch.config_tables import OwnMessage
    from tailwatch.core.conditions import Phase
    from tailwatch.core.events import Line, Spoken
    from tailwatch.core.messages import Entry

MAX_RECENT = 64
GENERAL_PRIORITY = -10
OUTLIVED = "It was raised, but training went on after it: the script caught it, or it was another process's. {why}"

_FRAMEWORKS = frozenset(("keras", "huggingface", "lightning", "boosting"))
"""Dialects whose name is that of a framework, as rules ask for it."""


class Listener:
    """Hears every line of one log that may be a message, in order.

    The session keeps `interest(text)` for each shape and calls `hear` with it; where the interest is None and `idle` holds,
    the call can be left out. It also keeps `phase`, `framework` and `trained_at` up to date.
    """

    def __init__(self, catalogue: Catalogue | None = None, own: Iterable[OwnMessage] = ()) -> None:
        """Listen with the catalogue of the package, or with another one, and with the user's own verdicts."""
        self._catalogue = catalogue or Catalogue.load()
        self._own = OwnRules(own, self._catalogue.knows)
        self._joiner = Joiner()
        self._rules: dict[str, Rule] = {}
        self._recent: dict[Place, Entry] = {}
        self._settled: deque[Place] = deque(((0, 0), (0, 0)), maxlen=2)
        self._fatal_at: Place = (0, 0)
        self._cause: Event | None = None
        self._cause_said: Spoken | None = None
        self._doubtful = False
        self._heard = 0
        self._generation = 0
        self._circumstances = heard.Circumstances()
        self.book = MessageBook()
        self.phase: Phase = "start"
        self.framework = ""
        self.trained_at: Place = (0, 0)
        self.ended = False

    def __getstate__(self) -> dict[str, object]:
        """A pickled listener leaves the catalogue behind; the one that reads it has its own."""
        return {**self.__dict__, "_catalogue": None, "_rules": tuple(self._rules)}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Take the catalogue of the package."""
        self.__dict__.update(state)
        self._catalogue = Catalogue.load()
        known: tuple[str, ...] = state["_rules"]  # type: ignore[assignment]  # as written above
        self._rules = {rule_id: rule for rule_id in known if (rule := self._catalogue.rule(rule_id)) is not None}

    def trained(self, dialect: str, part: int, line: int) -> None:
        """Values were read; the newest that show that training goes on stand at `line`, 0 where none does."""
        if line:
            self.trained_at = (part, line)
        self.phase = "training"
        if dialect in _FRAMEWORKS:
            self.framework = dialect

    @property
    def idle(self) -> bool:
        """Whether lines without interest may be passed over."""
        return self._joiner.idle

    @property
    def doubtful(self) -> bool:
        """Whether something fatal was said that training may yet outlive."""
        return self._doubtful

    def claims(self, raw: bytes) -> bool:
        """Whether a line is part of a message that is open, so that its numbers are no measurements."""
        return self._joiner.claims(raw)

    def interest(self, text: str) -> Interest | None:
        """What a line of this shape may be; None for an ordinary line. The same for every line of the shape."""
        candidates = self._catalogue.candidates(text)
        is_message = may_be_message(text) and (TRACEBACK in text or peel(zeroed(text)).is_message)
        if candidates or is_message or (self._own.rules and self._own.concern(matching_form(text))):
            return Interest(candidates, is_message=is_message)
        return None

    def hear(self, line: Line, interest: Interest | None) -> tuple[Spoken, ...]:
        """Take the next line; gives what was said, as far as it is complete.

        Every fatal or actionable message is given, of others only the first one of a kind: their repeats are counted.
        """
        if line.provisional or (interest is None and self._joiner.idle):
            return ()
        self._heard = line.number
        if interest is not None:
            if interest.repeat is not None and self._again(line, interest.repeat):
                return ()
            if interest.unknown and self._joiner.idle and not self._own.rules:
                return ()
        spoken: list[Spoken] = []
        for event in self._joiner.feed(line):
            alone = event.line == event.last_line == line.number
            spoken += self._speak(event, interest if alone else self.interest(event.text))
            if alone and interest is not None and not interest.digits_matter and not self._own.rules:
                interest.learn(event, self._recent.get((event.part, event.line)), self._generation)
        return tuple(spoken)

    def _again(self, line: Line, repeat: Repeat) -> bool:
        """Count a line that says what another of its shape has said; tells whether that is all there is to it."""
        if repeat.generation != self._generation or repeat.entry.part != line.part:
            return False
        if not self._joiner.again(line, python_warning=repeat.python_warning):
            return False
        self.book.count_again(repeat.entry, line.number)
        return True

    def finish(self) -> tuple[Spoken, ...]:
        """Give what was waiting for a further line, because the log ended or another part begins."""
        return tuple(said for event in self._joiner.flush() for said in self._speak(event, self.interest(event.text)))

    def end(self) -> tuple[Spoken, ...]:
        """Nothing more will come: judge anew what depends on that."""
        self.ended = True
        return self.revise()

    def settle(self) -> tuple[Spoken, ...]:
        """Look whether training went on after what seemed fatal; costs nothing while nothing did."""
        if not self._doubtful or self.trained_at <= self._settled[-1]:
            return ()
        self._settled.append(self.trained_at)
        if self._settled[0] <= self._fatal_at:
            return ()
        self._doubtful = False
        return self.revise()

    def revise(self) -> tuple[Spoken, ...]:
        """Judge anew what depends on the rest of the log; gives the messages whose label changed."""
        own = self._own.depends_on_context
        judged = [entry for entry in self.book.entries() if own or heard.may_change(entry, self._rules.get(entry.rule))]
        return tuple(said for entry in judged for said in self._revise(entry))

    def adopt(self, message: OwnMessage) -> tuple[Spoken, ...]:
        """Take a verdict that the user gives now; it holds for what was said before, too."""
        self._own.adopt(message)
        self._generation += 1
        return tuple(said for entry in self.book.entries() for said in self._revise(entry))

    def outlived(self, place: Place) -> bool:
        """Whether training went on after a place, rather than another process having printed once more.

        Two more values are proof while the log goes on, one that no failure followed when it is read to its end.
        """
        return self._settled[0] > place or (self.trained_at > place and self.trained_at > self._fatal_at)

    def _speak(self, event: Event, interest: Interest | None) -> list[Spoken]:
        if interest is None:
            return []
        before = self._recent.get((event.part, event.line)) if event.continues else None
        if before is not None and self._is_still(before, event, interest):
            self._lengthen(before, event)
            return []
        if before is not None:
            self._generation += 1
            self.book.take_back(before)
        verdict = self._judge(interest.candidates, event)
        own = self._own_verdict(event, verdict, anew=before is None) if self._own.rules else None
        if verdict is None and own is None and not interest.is_message:
            return []
        entry, is_new = self.book.add(event, self._entry(event, verdict, own))
        self._remember(event, entry)
        spoken = []
        if is_new or entry.label not in QUIET:
            spoken.append(spoken_of(entry, event.text, event.line, verdict, event.rank))
            self._note_failure(event, entry, spoken[0])
        return spoken + [said for other in self._waiting_for(verdict, entry) for said in self._revise(other)]

    def _is_still(self, entry: Entry, event: Event, interest: Interest) -> bool:
        """Whether further lines leave a message what it was: the same rule knows it, or still none does."""
        around = Around(self, (event.part, event.last_line), self.phase)
        verdict = self._catalogue.judge(interest.candidates, event.text, around)
        same = (verdict.rule if verdict else "") == entry.rule
        return same and (verdict is None or not entry.general or template_of(event.text) == entry.template)

    def _lengthen(self, entry: Entry, event: Event) -> None:
        self._circumstances.forget(entry.rule)
        entry.last_line = event.last_line
        if event.text.startswith(entry.sample):
            entry.sample = event.text

    def _remember(self, event: Event, entry: Entry) -> None:
        self._recent[event.part, event.line] = entry
        if len(self._recent) > MAX_RECENT:
            del self._recent[next(iter(self._recent))]

    def _note_failure(self, event: Event, entry: Entry, spoken: Spoken) -> None:
        """Remember the first failure; a signal, or the complaint of another process, after it is its effect."""
        if entry.label != "fatal":
            return
        cause = self._cause
        if cause is not None and cause.part == event.part and is_late_effect(spoken, cause, self.trained_at):
            self._settled.extend(((0, 0), (0, 0)))  # what others printed after the cause did not outlive it
            self._fatal_at = (event.part, event.last_line)
        if cause is None or cause.part != event.part or self._settled[0] > (cause.part, cause.last_line):
            self._cause, self._cause_said = event, spoken
        elif self._cause_said is not None and endings.is_cause_of(spoken, self._cause_said):
            self._cause, self._cause_said = event, spoken
            blame(self.book, event, instead_of=cause)
        elif endings.follows(spoken, cause.rank):
            entry.effect_of = entry.effect_of or cause.line
        self._fatal_at, self._doubtful = (event.part, event.last_line), True

    def _judge(self, candidates: tuple[Rule, ...], event: Event) -> Verdict | None:
        place = (event.part, event.last_line)
        around = Around(self, place, self.phase)
        verdict = self._catalogue.judge(candidates, event.text, around)
        if verdict is None:
            return None
        rule = next(rule for rule in candidates if rule.id == verdict.rule)
        self._rules[rule.id] = rule
        self.book.note(rule.id)
        return self._catalogue.judge((rule,), event.text, around) if rule.depends_on_context else verdict

    def _own_verdict(self, event: Event, verdict: Verdict | None, *, anew: bool) -> OwnVerdict | None:
        """What the user says of a message, which is counted first, so that its own conditions see it."""
        form = matching_form(event.text)
        for name in self._own.counted(form, verdict) if anew else ():
            self.book.note(name)
        around = Around(self, (event.part, event.last_line), self.phase)
        return self._own.verdict(form, verdict, around, wrapped=bool(peel(headline(event.text)).wrapper))

    def _waiting_for(self, verdict: Verdict | None, new: Entry) -> Iterator[Entry]:
        """Give the entries whose verdict may change because a message of this rule was heard."""
        if self._own.depends_on_context:
            yield from self.book.entries() if verdict and self.book.count(verdict.rule) == 1 else (new,)
        if verdict is None:
            return
        first = self.book.count(verdict.rule) == 1
        now = (self.framework, self.ended, self.trained_at, self._settled[0], self.trained_at > self._fatal_at)
        if not (first or self._own.rules or self._circumstances.changed(self._rules[verdict.rule], self.book, now)):
            yield from (new,) if self._rules[verdict.rule].depends_on_context else ()
            return
        for entry in self.book.entries():
            rule = self._rules.get(entry.rule)
            if rule is not None and (
                (entry.rule == verdict.rule and rule.depends_on_context) or (first and verdict.rule in rule.asks_for)
            ):
                yield entry

    def _revise(self, entry: Entry) -> Iterator[Spoken]:
        rule = self._rules.get(entry.rule)
        place = (entry.part, entry.last_line)
        around = Around(self, place, heard.phase_of(entry, trained_at=self.trained_at, ended=self.ended))
        now = (entry.sample, self.framework, around.phase, self.outlived(place), heard.counted_for(rule, self.book))
        if entry.judged_in == now and not self._own.rules:
            return
        entry.judged_in = now
        verdict = self._catalogue.judge((rule,), entry.sample, around) if rule is not None else None
        if verdict is not None and verdict.label == "fatal" and self.outlived(place) and was_raised(entry.sample):
            verdict = verdict._replace(label="actionable", why=OUTLIVED.format(why=verdict.why))
        own = None
        if self._own.rules:
            wrapped = bool(peel(headline(entry.sample)).wrapper)
            own = self._own.verdict(matching_form(entry.sample), verdict, around, wrapped=wrapped)
        new = self._entry(Event(entry.sample, entry.first_line, entry.last_line, entry.part, None), verdict, own)
        if (new.label, new.hidden, new.alert) != (entry.label, entry.hidden, entry.alert):
            at = max(self._heard, self.trained_at[1] if self.trained_at[0] == entry.part else 0)
            self._generation += 1
            kept = self.book.rename(entry, new, at)
            yield spoken_of(kept, entry.sample, entry.first_line, verdict)

    def _entry(self, event: Event, verdict: Verdict | None, own: OwnVerdict | None) -> Entry:
        rule = self._rules.get(verdict.rule) if verdict else None
        return new_entry(event, verdict, own, phase=self.phase, general=rule is not None and rule.priority <= GENERAL_PRIORITY)
