"""The log itself: its last lines, which of them to show, and how each is written."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from tailwatch.core.lazily import lazy
from tailwatch.core.sanitise import visible
from tailwatch.core.text import ENGLISH
from tailwatch.tui.paint import Row, Span, fit, row, wrap
from tailwatch.tui.snapshot import LOG_LINES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tailwatch.core.text import Language
    from tailwatch.tui.paint import Role
    from tailwatch.tui.snapshot import LogDelta, LogLine

_BAR: Final = lazy("[ =#>.━─╸╺█▉▊▋▌▍▎▏░]{10,}(?:(?<! )|(?=[|\\]]))")
_BLOCKS: Final = lazy("[=#>.━─╸╺█▉▊▋▌▍▎▏░]{4,}")
_GRAVE: Final = lazy(rb"(?i)error|exception|traceback|fatal|killed|segfault|out of memory|\bnan\b")
_TROUBLE: Final = lazy(rb"(?i)error|exception|traceback|fatal|killed|segfault|out of memory|\bnan\b|warn|critical|fail")
_LATE: Final = 40
"""So many lines at most come out before one that stands above them."""


class LogBuffer:
    """The last lines of the log, and of them those that contain the filter's text."""

    def __init__(self) -> None:
        self.lines: deque[LogLine] = deque(maxlen=LOG_LINES)
        self.provisional: LogLine | None = None
        self.needle = ""
        self._hits: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._added = 0

    @property
    def dropped(self) -> int:
        """How many lines that pass the filter are no longer kept."""
        return self._added - len(self.shown)

    def take(self, delta: LogDelta) -> bool:
        """Add what is new; tells whether anything changed."""
        changed = bool(delta.lines) or delta.restarted or delta.provisional != self.provisional
        if delta.restarted:
            self.lines.clear()
            self._hits.clear()
            self._added = 0
        self.provisional = delta.provisional
        added = add_in_order(self.lines, delta.lines)
        if self.needle:
            added = add_in_order(self._hits, [line for line in delta.lines if self._matches(line)])
        self._added += added
        return changed

    def filter(self, needle: str) -> int:
        """Show only lines that contain `needle`, in any case; returns how many of the kept ones do."""
        self.needle = needle.casefold()
        self._hits = deque((line for line in self.lines if self._matches(line)), LOG_LINES) if needle else deque()
        self._added = len(self.shown)
        return len(self._hits)

    @property
    def shown(self) -> deque[LogLine]:
        """The lines that pass the filter."""
        return self._hits if self.needle else self.lines

    def around(self, number: int, context: int = 12) -> list[LogLine]:
        """Return the kept lines around a line of the log; none if it is no longer kept."""
        kept = [line for line in self.lines if abs(line.number - number) <= context and line.number]
        return kept if any(line.number == number for line in kept) else []

    def _matches(self, line: LogLine) -> bool:
        return self.needle in visible(line.raw).casefold()


def add_in_order(lines: deque[LogLine], new: Iterable[LogLine]) -> int:
    """Add lines by their numbers and return how many were added.

    A bar that goes on around a nested one tells how far it is before the text that was printed above it, and once more in its
    own place: the text is put above it, and one of two equal states is left out.
    """
    added = 0
    for line in new:
        later: list[LogLine] = []
        while len(later) < _LATE and lines and lines[-1].number > line.number > 0:
            later.append(lines.pop())
        if not (lines and line.number and lines[-1][:2] == line[:2]):
            lines.append(line)
            added += 1
        lines.extend(reversed(later))
    return added


def is_trouble(line: LogLine, spoken: Collection[int]) -> bool:
    """Whether a line speaks of trouble: by its words, or because it is the first or last of a message that matters."""
    return line.number in spoken or _TROUBLE.search(line.raw) is not None


def log_row(line: LogLine, width: int, needle: str = "", digits: int = 5) -> Row:
    """Return one line: its number, its text with the filter's hits marked, and how often it was redrawn."""
    role: Role = "rule"
    if _TROUBLE.search(line.raw):
        role = "critical" if _GRAVE.search(line.raw) else "warning"
    note = f" ×{line.redraws:,}" if line.redraws > 1 else ""
    text = squeezed(visible(line.raw[: 4 * width + 64]), width - digits - 3 - len(note))
    spans = _marked(text, needle) if needle else _quiet_bar(text)
    return row((f" {line.number or '':>{digits}} ", role), *spans, (note, "rule"))


def _quiet_bar(text: str) -> list[Span]:
    """Dim a bar, so that the numbers beside it stand out."""
    bar = _BLOCKS.search(text)
    if bar is None:
        return [Span(text)]
    return [Span(text[: bar.start()]), Span(bar[0], "rule"), Span(text[bar.end() :])]


def squeezed(text: str, width: int) -> str:
    """Cut text to `width`; a bar gives way before the numbers after it do."""
    if len(text) > width and (bar := _BAR.search(text)) is not None:
        keep = max(6, len(bar[0]) - (len(text) - width))
        whole = len(bar[0])
        text = text[: bar.start()] + "".join(bar[0][k * whole // keep] for k in range(keep)) + text[bar.end() :]
    return fit(text, width)


def _marked(text: str, needle: str) -> list[Span]:
    folded = text.casefold()
    if not needle or len(folded) != len(text):
        return [Span(text)]
    spans: list[Span] = []
    start = 0
    while (found := folded.find(needle, start)) >= 0:
        spans += [Span(text[start:found]), Span(text[found : found + len(needle)], "hit")]
        start = found + len(needle)
    return [*spans, Span(text[start:])]


def log_rows(lines: list[LogLine], width: int, needle: str = "") -> list[Row]:
    """Return the rows of the lines that are visible."""
    digits = max((len(str(line.number)) for line in lines), default=1)
    return [log_row(line, width, needle, max(3, digits)) for line in lines]


def line_detail(line: LogLine, width: int, language: Language = ENGLISH) -> list[Row]:
    """Return a line in full, wrapped."""
    where = language.say("line {number:,}", number=line.number)
    if line.redraws > 1:
        where = language.listed([where, language.say("the last of {n:,} redraws", n=line.redraws)])
    head = row((f" {where}", "dim"))
    return [head, row(), *(row(" ", text) for text in wrap(visible(line.raw), width - 2))]


def around_rows(lines: list[LogLine], number: int, width: int, language: Language = ENGLISH) -> list[Row]:
    """Return lines of the log, the one in question marked."""
    if not lines:
        gone = language.say(
            "line {number:,} is not among the last {n:,} lines, which are all that is kept here", number=number, n=LOG_LINES
        )
        return [row((f" {gone}", "dim"))]
    digits = max(3, len(str(lines[-1].number)))
    rows: list[Row] = []
    for line in lines:
        shown = log_row(line, width, "", digits)
        rows.append(tuple(span._replace(role="strong") for span in shown) if line.number == number else shown)
    return rows


def log_title(buffer: LogBuffer, *, following: bool, behind: int, language: Language = ENGLISH) -> list[tuple[str, Role]]:
    """Return the pane's title: the filter and its hits, and whether the end is followed."""
    parts: list[tuple[str, Role]] = [(language.of("Log"), "title")]
    if buffer.needle:
        only = language.say(
            "only “{text}”: {n:,} of the last {all:,} lines", text=buffer.needle, n=len(buffer.shown), all=len(buffer.lines)
        )
        parts.append((f"  {only}", "info"))
    if not following:
        parts.append((f"  {language.say('not following, {n:,} below · End follows', n=behind)}", "warning"))
    return parts
