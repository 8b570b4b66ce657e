"""What is made of a message that was heard: the interest in its shape, its entry in the book, what the run is told of it."""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core import endings
from tailwatch.core.events import Spoken
from tailwatch.core.messages import Entry, template_of
from tailwatch.core.named import NamedTuple
from tailwatch.core.peeling import TRACEBACK, headline, peel
from tailwatch.core.typed import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tailwatch.catalogue.own_rule import OwnVerdict
    from tailwatch.catalogue.rules import Rule, Verdict
    from tailwatch.core.conditions import Phase
    from tailwatch.core.joining import Event
    from tailwatch.core.messages import MessageBook

QUIET = ("harmless", "info", "unknown")
_RAISED = ("Error", "Exception", "Exit", "Interrupt")


class Repeat(NamedTuple):
    """Where the repeats of a message are counted; it holds for one generation of the book."""

    entry: Entry
    generation: int
    python_warning: bool


class Interest:
    """What the shape of a line tells: the rules that may know it, and whether its form alone shows a message.

    `repeat` is where further lines of the shape are counted, once it is known that their digits and the run around them change
    nothing. It is an entry of the book, never a verdict: where the verdict may differ from line to line there is none.
    `unknown` says that no rule knows such lines after all, nor ever will, and that they are no messages by their form.
    """

    __slots__ = ("candidates", "digits_matter", "is_message", "repeat", "unknown")

    def __init__(self, candidates: tuple[Rule, ...], *, is_message: bool) -> None:
        self.candidates = candidates
        self.is_message = is_message
        self.digits_matter = any(map(_differs_within_a_shape, candidates))
        self.repeat: Repeat | None = None
        self.unknown = False

    def learn(self, event: Event, entry: Entry | None, generation: int) -> None:
        """Let further lines of the shape be counted only, or passed over: this one is on its own, and its digits do not matter.

        Args:
            event: the line.
            entry: what the book made of it, None where nothing.
            generation: that of the book.
        """
        if event.continues:
            return
        if entry is None:
            self.unknown = not self.is_message
        elif entry.label in QUIET and event.rank is None:
            head = peel(event.text)
            if head.rest or not head.klass:  # else its text stands below it
                self.repeat = Repeat(entry, generation, head.klass.endswith("Warning") and bool(head.emitter))


@lru_cache(maxsize=1024)
def _differs_within_a_shape(rule: Rule) -> bool:
    """Whether what a rule says of one line need not hold for all of its shape."""
    return rule.depends_on_digits or rule.depends_on_context


class Circumstances:
    """Remembers for each rule what its conditions ask for, as it was when its messages were judged last.

    While that is the same, a further message changes nothing for those before it; a log may hold thousands.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[object, ...]] = {}

    def changed(self, rule: Rule, book: MessageBook, now: tuple[object, ...]) -> bool:
        """Note how things stand (`now`, and the counts in the book); returns whether the rule's messages must be judged anew."""
        if not rule.depends_on_context:
            return False
        state = (now, counted_for(rule, book))
        before, self._known[rule.id] = self._known.get(rule.id), state
        return state != before

    def forget(self, rule_id: str) -> None:
        """A message of the rule became another one: its messages are to be judged anew."""
        self._known.pop(rule_id, None)


def counted_for(rule: Rule | None, book: MessageBook) -> tuple[bool, ...]:
    """Return what a rule's conditions ask of the messages so far."""
    if rule is None:
        return ()
    count = book.count(rule.id)
    return (*(count >= when.repeats for when in rule.when), *(book.count(other) > 0 for other in sorted(rule.asks_for)))


def phase_of(entry: Entry, *, trained_at: tuple[int, int], ended: bool) -> Phase:
    """Return where the run stood: at exit, if training came before all messages of an entry and none came after the last one."""
    if entry.phase != "start" and ended and trained_at < (entry.part, entry.first_line):
        return "exit"
    return cast("Phase", entry.phase)


def may_change(entry: Entry, rule: Rule | None) -> bool:
    """Whether the verdict on an entry depends on how the run goes on."""
    return rule is not None and (rule.depends_on_context or (entry.label == "fatal" and was_raised(entry.sample)))


def was_raised(text: str) -> bool:
    """Whether a message is an exception, which a script may catch, rather than a state of the run that stays."""
    return TRACEBACK in text or peel(headline(text)).klass.endswith(_RAISED)


def spoken_of(entry: Entry, text: str, line: int, verdict: Verdict | None, rank: int | None = None) -> Spoken:
    """What the run is told of a message that was folded into an entry."""
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
        alert=entry.alert,
    )


def new_entry(event: Event, verdict: Verdict | None, own: OwnVerdict | None, *, phase: Phase, general: bool) -> Entry:
    """The entry of a message: the user's own verdict counts before the catalogue's; without either it is unknown."""
    said = own or verdict
    return Entry(
        rule=verdict.rule if verdict else "",
        label=said.label if said else "unknown",
        template=template_of(event.text),
        first_line=event.line,
        last_line=event.last_line,
        part=event.part,
        sample=event.text,
        why=said.why if said else "",
        action=said.action if said else "",
        source=said.source if said else "",
        ranks=set(),
        changes=[],
        general=general,
        phase=phase,
        hidden=own is not None and own.hidden,
        alert=own is not None and own.alert,
    )


def is_late_effect(spoken: Spoken, cause: Event, trained_at: tuple[int, int]) -> bool:
    """Whether a launcher ends the rest just after others printed a few values more than the process that failed."""
    after = trained_at[1] - cause.last_line if trained_at[0] == cause.part else 0
    return 0 < after <= endings.STRAGGLING and endings.is_effect(spoken)


def blame(book: MessageBook, cause: Event, instead_of: Event) -> None:
    """Mark what was fatal before as the effect of a cause that was printed after it."""
    for entry in book.entries():
        fatal = entry.label == "fatal" and entry.part == cause.part and entry.first_line < cause.line
        if fatal and entry.effect_of in (0, instead_of.line):
            entry.effect_of = cause.line
