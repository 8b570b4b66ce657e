"""What fills a log: redraws of progress bars, copies of messages, tracebacks that every rank printed, blank lines.

Bytes of redraws and blank lines are counted; those of copies are taken to be as long as the first of their kind.
"""

from __future__ import annotations

from tailwatch.core.named import NamedTuple
from tailwatch.core.peeling import TRACEBACK
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.messages import Entry
    from tailwatch.session import Session


class Part(NamedTuple):
    """One thing that fills a log: how many there are, and how many of its bytes they are."""

    times: int
    bytes: int


class Hygiene(NamedTuple):
    """What a log is made of. `states` are its lines and the redraws of bars that were folded into them.

    `copies` are messages that another one of their kind had said before; `tracebacks` those of them that were tracebacks of
    further ranks. `most` is the kind of message that was said most often.
    """

    total_bytes: int
    states: int
    cut_bytes: int
    messages: int
    redraws: Part
    copies: Part
    tracebacks: Part
    blanks: Part
    most: Entry | None

    @property
    def share(self) -> float:
        """The share of the bytes that says nothing new, from 0 to 1."""
        return self.share_of(Part(0, self.redraws.bytes + self.copies.bytes + self.tracebacks.bytes + self.blanks.bytes))

    def share_of(self, part: Part) -> float:
        """The share of the bytes that one part is, from 0 to 1."""
        return min(part.bytes / self.total_bytes, 1.0) if self.total_bytes else 0.0

    def as_json(self) -> dict[str, object]:
        """The same as plain data; shares are fractions of the bytes."""
        most = self.most
        parts = {"redraws": self.redraws, "repeats": self.copies, "tracebacks": self.tracebacks, "blank_lines": self.blanks}
        return {
            "redraws": self.redraws.times,
            "cut_bytes": self.cut_bytes,
            "states": self.states,
            "messages": self.messages,
            "repeats": self.copies.times + self.tracebacks.times,
            "tracebacks_of_ranks": self.tracebacks.times,
            "blank_lines": self.blanks.times,
            "share": round(self.share, 4),
            "shares": {name: round(self.share_of(part), 4) for name, part in parts.items()},
            "most_repeated": None if most is None or most.count < 2 else {"count": most.count, "line": most.first_line},
        }


def hygiene(session: Session) -> Hygiene:
    """Count what fills the log that a session has read."""
    entries = session.messages.entries()
    ranks = [e for e in entries if TRACEBACK in e.sample and len(e.ranks) > 1]
    others = [e for e in entries if e not in ranks]
    return Hygiene(
        total_bytes=session.bytes,
        states=session.lines + session.redraws,
        cut_bytes=session.waste.cut_bytes,
        messages=sum(entry.count for entry in entries),
        redraws=Part(session.redraws, session.waste.redrawn_bytes if session.redraws else 0),
        copies=_copies(others),
        tracebacks=_copies(ranks),
        blanks=Part(session.waste.blank_lines, session.waste.blank_lines),
        most=max(entries, key=lambda entry: entry.count, default=None),
    )


def _copies(entries: list[Entry]) -> Part:
    return Part(sum(e.count - 1 for e in entries), sum((e.count - 1) * e.size for e in entries))
