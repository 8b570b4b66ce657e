"""Taking a message out of its wrapping: level, emitter, rank, worker, exception class.

The same warning comes as `W0000 00:00:1751448151.003754 10148 computation_placer.cc:177] ...`, as `[rank0]: ...`, as
`2021-05-05 10:00:00 | WARNING | root | ...` or behind `训练失败: `. Every prefix is matched at the current position by an
expression whose repetitions are bounded, and at most `MAX_PREFIXES` are taken off: the time is linear in the line's length.
"""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.digits import zeroed
from tailwatch.core.lazily import lazy
from tailwatch.core.literals import any_of
from tailwatch.core.named import NamedTuple
from tailwatch.core.prefixes import Prefix, prefix_at
from tailwatch.core.typed import Literal

TRACEBACK = "Traceback (most recent call last)"

Level = Literal["debug", "info", "warning", "error", "fatal", ""]

MAX_PREFIXES = 16

_LEVELS: dict[str, Level] = {
    "debug": "debug",
    "d": "debug",
    "info": "info",
    "i": "info",
    "notice": "info",
    "信息": "info",
    "提示": "info",
    "warning": "warning",
    "warn": "warning",
    "w": "warning",
    "警告": "warning",
    "error": "error",
    "err": "error",
    "e": "error",
    "错误": "error",
    "critical": "fatal",
    "fatal": "fatal",
    "f": "fatal",
}

_OUTER = lazy(
    r"\[?[Rr]ank[ :_]?(\d{1,6})(?:\]:?|[:|]) ?"
    r"|\[\d{1,5},(\d{1,6})\]<std(?:err|out)>:"
    r"|(\d{1,5}): "
    r"|\((\w{1,80} (?:pid=)?\d{1,9}[^)]{0,40})\) "
)


# Where a message begins behind something else in its line: a bar's clock with text behind it, a logger's or a module's mark.
_BAR_BEFORE = lazy(r"\d%\|[^|]{0,400}\| {0,4}[^\[\]]{0,80}\[[^\[\]]{0,200}\](?=\s{0,8}\S)")
_INSIDE = lazy(
    r"(?<![A-Za-z.])(?=(?:WARNING|ERROR|CRITICAL):[A-Za-z_][\w.]{0,80}:\S)"
    r"|(?=[WEF]\d{4} (?:\d\d:){2}[\d.]{2,24} {1,8}(?:\d{1,10} )?[\w./-]{1,200}:\d{1,6}\])"
    r"|(?<!\d)(?=\d{4}-\d\d-\d\d (?:\d\d:){2}\d\d[.,]\d{3,9}: [WEF] )"
    r"|(?<![\w./-])(?=/[\w./-]{1,300}\.py:\d{1,6}: [A-Za-z]{1,60}Warning: )"
)
_JSON_LEVEL = lazy(r'"(?:level|levelname|severity)": ?"([A-Za-z]{1,8})"')
_JSON_TEXT = lazy(r'"(?:msg|message|event)": ?"((?:[^"\\]|\\.){1,4000})"')
# Sentences by which a script tells of trouble without a level.
_PLAIN_TROUBLE = lazy(
    r"(?:Failed|Unable|unable|failed) to [a-z]|(?:Could|could) not [a-z]|Error (?:while|during|when|occurred|\w{4,12}ing) "
    r"|(?:加载|读取|保存|训练|下载|连接|打开)[\u4e00-\u9fff]{0,8}(?:失败|出错)"
)

# What every text holds that has a level above info or a class at its head.
_HINTS = any_of((
    "warn", "error", "exception", "critical", "fatal", "interrupt", "exit", "stopiteration", "err", "警告", "错误",
    "failed", "unable to", "could not", "失败", "出错", "异常",
))  # fmt: skip
_LEVEL_LETTER = lazy(r"[WEF](?:\d{4})? ")


@lru_cache(4)  # the catalogue and who asks it look at the same line
def may_be_message(text: str) -> bool:
    """Whether peeling may find a level above info or a class; of most ordinary lines this tells at once that it cannot."""
    return _HINTS.search(text.lower()) is not None or ("]" in text and _LEVEL_LETTER.search(text) is not None)


class Peeled(NamedTuple):
    """A line without its prefixes. `rest` is the message; a field that the line does not give is empty or None.

    `klass` is the exception or warning class at its head (`ConvergenceWarning`, with its modules); `wrapper` the words with
    which a script announced something it had caught (`训练失败`, `Failed to load`).
    """

    rest: str
    level: Level = ""
    emitter: str = ""
    rank: int | None = None
    worker: str = ""
    klass: str = ""
    wrapper: str = ""

    @property
    def is_message(self) -> bool:
        """Whether form alone shows a message: a level above info, a class at the head, or words that tell of trouble."""
        if self.level in ("warning", "error", "fatal") or self.klass:
            return bool(self.klass) or _says_something(self.rest)
        if self.wrapper:
            named = self.wrapper[0] > "\x7f" or (self.wrapper[0].isupper() and "_" not in self.wrapper)
            return named and self.rest[:1].isalpha() and not self.rest.startswith(("nan", "inf", "NaN"))
        return _PLAIN_TROUBLE.match(self.rest) is not None


def _says_something(text: str) -> bool:
    """Whether two different letters stand in it: `****__xx` only frames what others say."""
    letters = filter(str.isalpha, text)
    first = next(letters, "")
    return any(letter != first for letter in letters)


def headline(text: str) -> str:
    """The line that says what happened: the last unindented one of a traceback, else the first one that is not blank."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    if TRACEBACK not in text or len(lines) == 1:
        return lines[0]
    outside = [without_outer_prefix(line)[1] for line in lines]
    spoken = [line for line in outside if line[:1].strip() and TRACEBACK not in line]
    return spoken[-1] if spoken else lines[0]


def without_outer_prefix(text: str) -> tuple[str, str]:
    """Split off the prefix by which a launcher marks the rank or worker of a line; gives the mark and the line."""
    found = _OUTER.match(text)
    if found is None:
        return "", text
    return next(filter(None, found.groups()), ""), text[found.end() :]


@lru_cache(64)
def peel(text: str) -> Peeled:
    """Take the known prefixes off one line, from the outside in; the class ends it, because what follows is the message.

    What stands in front of a message in its line is left out too: a bar that was not ended before the message was printed, the
    values of a print without a line end.
    """
    cut = _cut(zeroed(text))
    of = {name: text[start:end] for name, (start, end) in cut.fields.items()}
    return Peeled(
        rest=text[cut.start : cut.end].rstrip(),
        level=_LEVELS.get(of.get("level", "").lower(), ""),
        emitter=of.get("emitter", ""),
        rank=int(of["rank"]) if "rank" in of else None,
        worker=of.get("worker", ""),
        klass=of.get("klass", ""),
        wrapper=of.get("wrapper", ""),
    )


class _Cut(NamedTuple):
    """Where in a line the message stands, and what its prefixes tell."""

    start: int
    end: int
    fields: dict[str, tuple[int, int]]


@lru_cache(64)
def _cut(shape: str) -> _Cut:
    """Find the prefixes of a line, whose digits are 0: no prefix depends on which they are."""
    if shape.startswith("{"):
        return _cut_json(shape)
    bar = _BAR_BEFORE.search(shape) if "%|" in shape else None
    cut = _cut_at(shape, bar.end() if bar else 0)
    if _names_no_level(shape, cut) and may_be_message(shape):
        inside = _INSIDE.search(shape, 1)
        if inside is not None:
            return _cut_at(shape, inside.start())
    return cut


def _names_no_level(shape: str, cut: _Cut) -> bool:
    level = cut.fields.get("level")
    return "klass" not in cut.fields and (level is None or shape[slice(*level)].lower() not in _LEVELS)


def _cut_json(shape: str) -> _Cut:
    """Find the fields of a line that a JSON formatter wrote (python-json-logger, structlog)."""
    level = _JSON_LEVEL.search(shape)
    said = _JSON_TEXT.search(shape) if level else None
    if level is None or said is None:
        return _Cut(0, len(shape), {})
    at = said.start(1)
    inner = _cut_at(said[1], 0)
    fields = {name: (start + at, end + at) for name, (start, end) in inner.fields.items()}
    return _Cut(inner.start + at, inner.end + at, fields | {"level": level.span(1)})


def _cut_at(shape: str, start: int) -> _Cut:
    fields: dict[str, tuple[int, int]] = {}
    held: list[bool | None] = [None] * len(Prefix.groups)
    position = _skip_blanks(shape, start)
    for _ in range(MAX_PREFIXES):
        found = prefix_at(shape, position, held)
        if found is None:
            break
        named = {name: found.span(name) for name, value in found.groupdict().items() if value}
        fields = named | fields
        position = _skip_blanks(shape, found.end())
        if "klass" in named:
            break
    return _Cut(position, len(shape), fields)


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t|":
        position += 1
    return position
