"""Joining the lines of one message: tracebacks and what they were raised from, exception texts and warnings of several lines."""

from __future__ import annotations

from tailwatch.core.digits import TEXT_DIGITS_TO_ZERO
from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.peeling import TRACEBACK, may_be_message, peel, without_outer_prefix
from tailwatch.core.records import record
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Line

MAX_TRACEBACK_LINES: Final = 400
MAX_FOREIGN_LINES: Final = 8
MAX_TAIL_LINES: Final = 30
MAX_WARNING_LINES: Final = 8
MAX_OPEN: Final = 256

CHAINED: Final = ("During handling of the above exception", "The above exception was the direct cause")

_EXCEPTION_LINE = lazy(
    r"(?:[A-Za-z_]\w{0,80}\.){1,10}[A-Za-z_]\w{0,100}(?:: |:?$)"
    r"|\w{0,100}(?:Error|Exception|Exit|Interrupt)(?:: |:?$)"
    r"|[A-Z_]\w{0,100}(?:: (?!\d)|:?$)"
)
_FRAME = lazy(r'\s{1,16}File "([^"]{1,400})", line (\d{1,9}), in (\S{1,200})')
_TAIL = lazy(r"\t|\s{1,40}(?:\[\[|\^)|\s{2,40}\D{1,300}$|frame #\d{1,4}: |Exception raised from \S")
_LIBRARIES = ("site-packages", "dist-packages", "/lib/python", "<frozen")


class Event(NamedTuple):
    """A message's lines as one text, and where they stand.

    `continues` says that the text is that of the event given last for this process, with further lines: it takes its place.
    """

    text: str
    line: int
    last_line: int
    part: int
    rank: int | None
    continues: bool = False


def user_frame(text: str) -> str:
    """The innermost frame of a traceback that lies outside Python's and installed libraries, as `file:line in function`."""
    frames = _FRAME.findall(text)
    own = [frame for frame in frames if not any(library in frame[0] for library in _LIBRARIES)]
    if not own:
        return ""
    path, line, function = own[-1]
    return f"{path}:{line} in {function}"


@record
class _Open:
    """The lines of a message that may go on: a traceback without its exception line, or the last message of a process."""

    lines: list[str]
    first: int
    last: int
    part: int
    rank: int | None
    traceback: bool
    foreign: int = 0
    continues: bool = False
    python_warning: bool = False
    indented: bool = False
    """The text of a Python warning begins below its headline, indented deeper than the source line that ends it."""
    repeats: bool = False
    lead: str = ""
    """What stands before each line of a traceback, as a shape: an indent, the stamp of a collector of logs."""
    waiting: tuple[str, ...] = ()

    def event(self, *, continues: bool | None = None) -> Event:
        again = self.continues if continues is None else continues
        return Event("\n".join(self.lines), self.first, self.last, self.part, self.rank, again)

    def goes_on(self, bare: str) -> bool:
        """Whether a line looks like a further one of a complete message: Python's source line, what is indented below it."""
        if not self.python_warning:
            return _TAIL.match(bare) is not None
        return bare.startswith("  ") and (self.indented or not self.is_text(bare))

    def is_text(self, bare: str) -> bool:
        """Whether a line below a Python warning is its text: Python prints the source line with two blanks before it."""
        return self.python_warning and bare.startswith("  ") and not bare[2:3].strip()

    def without_lead(self, bare: str) -> str:
        width = len(self.lead)
        return bare[width:] if width and bare[:width].translate(TEXT_DIGITS_TO_ZERO) == self.lead else bare

    def add(self, *texts: str, line: Line) -> None:
        self.lines += texts
        self.last = line.number


class Joiner:
    """Joins the lines of one message: a traceback up to its exception line, a warning and what is printed below it.

    A line that is a message of its own is given back at once, and once more, with `continues`, when further lines turn out to be
    part of it: indented ones, the source line that Python prints below a warning, a second traceback of the same failure.
    Tracebacks of several ranks may be interleaved.
    """

    def __init__(self) -> None:
        """Nothing is open."""
        self._open: dict[str, _Open] = {}
        self._tails: dict[str, _Open] = {}

    @property
    def idle(self) -> bool:
        """Whether no line is awaited: a line that cannot open a message need not be fed."""
        return not self._open and not self._tails

    def claims(self, raw: bytes) -> bool:
        """Whether a line is part of a message that is open, so that its numbers are no measurements."""
        if self.idle:
            return False
        mark, bare = without_outer_prefix(raw.decode("utf-8", "replace"))
        opened = self._open.get(mark)
        if opened is not None:
            bare = opened.without_lead(bare)
            return _belongs(bare) or _EXCEPTION_LINE.match(bare) is not None
        tail = self._tails.get(mark)
        return tail is not None and tail.goes_on(bare)

    def feed(self, line: Line) -> tuple[Event, ...]:
        """Take the next line; gives the events that are complete with it."""
        text = line.raw.decode("utf-8", "replace")
        mark, bare = without_outer_prefix(text)
        if TRACEBACK in text:
            return self._begin(mark, bare, line)
        opened = self._open.get(mark)
        if opened is not None:
            return self._continue(mark, opened, text, opened.without_lead(bare), line)
        tail = self._tails.get(mark)
        if tail is not None:
            taken = self._extend(mark, tail, bare, line)
            if taken is not None:
                return taken
            if mark in self._tails:
                return (Event(text, line.number, line.number, line.part, _rank(mark, None)),)
        if bare.startswith("  ") and not _is_message(text):
            return ()
        return self._single(mark, text, line)

    def again(self, line: Line, *, python_warning: bool) -> bool:
        """Take a line that repeats an earlier message of one line: what follows it is swallowed as it was then.

        Tells whether that could be done: not while a traceback is open, whose line it may be.
        """
        if self._open:
            return False
        self._tails[""] = _Open(
            [], line.number, line.number, line.part, None, traceback=False, repeats=True, python_warning=python_warning
        )
        return True

    def flush(self) -> tuple[Event, ...]:
        """Give what is still open, because the log ended or another part began."""
        events = tuple(opened.event() for opened in self._open.values())
        self._open.clear()
        self._tails.clear()
        return events

    def _begin(self, mark: str, bare: str, line: Line) -> tuple[Event, ...]:
        before = self._open.pop(mark, None)
        tail = self._tails.pop(mark, None)
        lead = bare[: bare.find(TRACEBACK)]
        opened = _Open([bare[len(lead) :]], line.number, line.number, line.part, _rank(mark, peel(lead).rank), traceback=True)
        opened.lead = lead.translate(TEXT_DIGITS_TO_ZERO)
        if tail is not None and tail.part == line.part and any(text.startswith(CHAINED) for text in tail.waiting):
            opened.lines[:0] = [*tail.lines, *tail.waiting]
            opened.first, opened.continues = tail.first, True
        if len(self._open) < MAX_OPEN:
            self._open[mark] = opened
        return (before.event(),) if before else ()

    def _continue(self, mark: str, opened: _Open, text: str, bare: str, line: Line) -> tuple[Event, ...]:
        if _belongs(bare):
            opened.add(bare, line=line)
            return self._close(mark) if len(opened.lines) > MAX_TRACEBACK_LINES else ()
        if _EXCEPTION_LINE.match(bare):
            opened.add(bare, line=line)
            return self._close(mark)
        opened.foreign += 1
        own = (Event(text, line.number, line.number, line.part, _rank(mark, peel(text).rank)),)
        return self._close(mark) + own if opened.foreign > MAX_FOREIGN_LINES else own

    def _close(self, mark: str) -> tuple[Event, ...]:
        closed = self._open.pop(mark)
        self._tails[mark] = closed
        return (closed.event(),)

    def _single(self, mark: str, text: str, line: Line) -> tuple[Event, ...]:
        peeled = peel(text)
        single = _Open([text], line.number, line.number, line.part, _rank(mark, peeled.rank), traceback=False)
        if peeled.is_message and len(self._tails) < MAX_OPEN:
            single.python_warning = peeled.klass.endswith("Warning") and bool(peeled.emitter)
            single.indented = not peeled.rest
            self._tails[mark] = single
        else:
            self._tails.pop(mark, None)
        return (single.event(),)

    def _extend(self, mark: str, tail: _Open, bare: str, line: Line) -> tuple[Event, ...] | None:
        """Add a line to the message before it; None where it is none of its lines, which ends that message."""
        full = len(tail.lines) >= (MAX_TRACEBACK_LINES if tail.traceback else MAX_TAIL_LINES)
        if tail.traceback and (not bare.strip() or bare.startswith(CHAINED)):
            tail.waiting = (*tail.waiting, bare)[-4:]
            return ()
        if not full and tail.part == line.part:
            goes_on = tail.goes_on(bare)
            waits = tail.python_warning and not tail.repeats and len(tail.waiting) < MAX_WARNING_LINES
            if (goes_on or waits) and not _begins_message(tail, bare):
                if goes_on:
                    return self._take(mark, tail, bare, line)
                tail.waiting = (*tail.waiting, bare)
                return None
        del self._tails[mark]
        return None

    def _take(self, mark: str, tail: _Open, bare: str, line: Line) -> tuple[Event, ...]:
        if tail.repeats:
            return ()
        tail.add(*tail.waiting, bare, line=line)
        tail.waiting = ()
        if tail.python_warning and not tail.is_text(bare):
            del self._tails[mark]
        return (tail.event(continues=True),)


def _begins_message(tail: _Open, bare: str) -> bool:
    """Whether a line is no further one of the message before it, whatever it looks like: it is a message of its own."""
    if (tail.indented and tail.is_text(bare)) or (tail.python_warning and "warn" in bare):
        return False
    return _is_message(bare)


def _is_message(text: str) -> bool:
    return may_be_message(text) and peel(text).is_message  # of most lines the first, which is quick, tells that they are none


def _belongs(bare: str) -> bool:
    return not bare.strip() or bare.startswith((" ", "\t"))


def _rank(mark: str, peeled: int | None) -> int | None:
    return int(mark) if mark.isdecimal() else peeled
