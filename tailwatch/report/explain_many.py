"""`tail nohup.out | tailwatch explain`: what each message among several lines means, the gravest first."""

from __future__ import annotations

from tailwatch.config import Settings
from tailwatch.core.events import Data, Notice
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.explain import Explanation, said
from tailwatch.report.story.messages import headline
from tailwatch.session import Session

if TYPE_CHECKING:
    from tailwatch.config_tables import OwnMessage
    from tailwatch.core.messages import Entry
    from tailwatch.core.text import Language

_ORDER: Final = ("fatal", "actionable", "unknown", "info", "harmless")


def explain_many(text: str, language: Language, messages: tuple[OwnMessage, ...] = ()) -> str:
    """Return an answer for each kind of message among the lines, as in a log; "" where there are not two of them."""
    session = Session(settings=Settings(message=messages))
    session.feed(Data(text.encode("utf-8", "replace"), 0.0))
    session.feed(Notice("ended", 0.0))
    found = [entry for entry in session.messages.entries() if not entry.hidden]
    if len(found) < 2:
        return ""
    return "\n\n".join(_told(entry, language) for entry in sorted(found, key=lambda e: (_ORDER.index(e.label), e.first_line)))


def _told(entry: Entry, language: Language) -> str:
    line = language.say("line {number:,}", number=entry.first_line)
    if entry.count > 1:
        line = language.say(
            "{n:,} times, lines {first:,} to {last:,}", n=entry.count, first=entry.first_line, last=entry.last_line
        )
    answer = Explanation(entry.label, entry.rule, language.of(entry.why), language.of(entry.action), entry.source)
    return f"{headline(entry)}  ({line})\n{said(answer, language)}"
