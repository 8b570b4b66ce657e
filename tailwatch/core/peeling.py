"""Taking a message out of its wrapping: level, emitter, rank, worker, exception class.

The same warning comes as `W0000 00:00:1751448151.003754 10148 computation_placer.cc:177] ...`, as `[rank0]: ...`, as
`2021-05-05 10:00:00 | WARNING | root | ...` or behind `训练失败: `. Every prefix is matched at the current position by an
expression whose repetitions are bounded, and at most `MAX_PREFIXES` are taken off: the time is linear in the line's length.
"""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.lazily import lazy
from tailwatch.core.literals import any_of
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import re

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

_CLOCK = r"\d{1,2}:\d\d:\d\d(?:[.,:]\d{1,9})?(?:Z|[+-]\d\d:?\d\d| UTC)?"
_DATE = r"(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?/\d\d?(?:/\d{2,4})?|\d{8}|\d\d-\d\d|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d\d?)"
_UPPER = r"DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL"
_ANY_CASE = r"(?i:debug|info|notice|warning|warn|error|err|critical|fatal|警告|错误|信息|提示)"
_SOURCE = r"[\w./@+-]{1,300}\.(?:pyx|py|cc|cpp|cuh|cu|hpp|hh|h|cxx|c|cu)"
_ENDING = r"(?:Warning|Error|Exception|Interrupt|Exit|StopIteration)"


_OUTER = lazy(
    r"\[?[Rr]ank[ :_]?(\d{1,6})(?:\]:?|[:|]) ?"
    r"|\[\d{1,5},(\d{1,6})\]<std(?:err|out)>:"
    r"|(\d{1,5}): "
    r"|\((\w{1,80} (?:pid=)?\d{1,9}[^)]{0,40})\) "
)


class _Prefix:
    """One kind of prefix: an expression, the characters it may begin with (none: any), and words, one of which the text holds.

    The expression is compiled when a text first passes these checks: most texts need a few of them only.
    """

    __slots__ = ("_pattern", "_words", "first")

    def __init__(self, first: str, words: tuple[str, ...], expression: str) -> None:
        self.first = first
        self._words = words
        self._pattern = lazy(expression)

    def match(self, text: str, position: int) -> re.Match[str] | None:
        if self._words and not any(map(text.__contains__, self._words)):
            return None
        return self._pattern.match(text, position)


_DIGIT = "0123456789"
_LEVEL_WORDS = ("WARN", "ERROR", "INFO", "DEBUG", "NOTICE", "CRITICAL", "FATAL")
_LEVEL_FIRST = "dDiInNwWeEcCfF警错信提"
_TROUBLE = ("ailed", "AILED", "rror", "RROR", "xception", "XCEPTION")
_CLASSES = ("Warning", "Error", "Exception", "Interrupt", "Exit", "StopIteration")

# Tried in this order at the position that the prefix before left; a named group fills the field of that name.
_PREFIXES = (
    _Prefix("[(" + _DIGIT, (":",), rf"[\[(]?{_DATE}[T ,:]{{1,2}}{_CLOCK}(?: \d{{4}})?[\])]?(?:: )?"),
    _Prefix("JFMASONDTW", (":",), rf"{_DATE}[T ,:]{{1,2}}{_CLOCK}(?: \d{{4}})?(?:: )?"),
    _Prefix("[<(" + _DIGIT, (":",), rf"[\[<(]?{_CLOCK}[\]>)]?(?:: |(?=[\s|-]))"),
    _Prefix("[<", (".",), r"[<\[] {0,8}\d{1,9}\.\d{1,9}[>\]]:?"),
    _Prefix(
        "[", (": W ", ": E ", ": I ", ": F "), r"\[[\d :.,/-]{8,32}: (?P<level>[WEIF]) (?P<emitter>[\w./-]{1,300}:\d{1,6})\]"
    ),
    _Prefix(
        "[",
        ("[W", "[E", "[I", "[F"),
        r"\[(?P<level>[WEIF])(?:\d{4})?(?: [\d:.-]{1,32}){0,2} (?P<emitter>[\w./-]{1,300}:\d{1,6})\]",
    ),
    _Prefix("[", ("|",), rf"\[(?P<level>{_UPPER})\|(?P<emitter>[\w./-]{{1,200}}:\d{{1,6}})\]"),
    _Prefix(_DIGIT, ("[",), rf"{_DATE} (?=\[{_CLOCK}\])"),
    _Prefix("t", ("level=",), r'(?:time|ts)="?[^" ]{1,60}"? level=(?P<level>[a-z]{4,8})(?: msg=)?'),
    _Prefix("l", ("level=",), r"level=(?P<level>[a-z]{4,8})(?: msg=)?"),
    _Prefix("", ("NCCL ",), r"[\w.-]{1,100}:\d{1,9}:\d{1,9} \[(?P<rank>\d{1,6})\] (?P<emitter>NCCL) (?=WARN|INFO)"),
    _Prefix("", ("\t",), rf"(?P<emitter>[\w.:/-]{{1,100}})\t(?=(?:[\w.:/-]{{1,100}}\t){{0,3}}(?:{_UPPER})\b)"),
    _Prefix("WEIF", ("]",), r"(?P<level>[WEIF])\d{4} [\d:.]{1,32} {1,8}(?:\d{1,10} )?(?P<emitter>[\w./-]{1,300}:\d{1,6})\]"),
    _Prefix("WEIFD", ("]",), r"(?P<level>[WEIFD]) (?P<emitter>[\w./+-]{1,300}:\d{1,6})\]"),
    _Prefix("[Rr", ("ank", "ANK"), r"\[?[Rr](?:ank|ANK)[ :_]{0,2}(?P<rank>\d{1,6})(?:\]:?|[:|,])"),
    _Prefix("[", ("]<std",), r"\[\d{1,5},(?P<rank>\d{1,6})\]<std(?:err|out)>:"),
    _Prefix(_DIGIT, (": ",), r"(?P<rank>\d{1,5}): {1,4}(?=\S)"),
    _Prefix("(", ("pid=", " "), r"\((?P<worker>\w{1,80} (?:pid=)?\d{1,9}(?:, ip=[\d.]{7,15})?|pid=\d{1,9})\)"),
    _Prefix("wWnNgGtT", (":", "|"), r"(?P<worker>(?i:worker|node|gpu|trial)[-_ ]?\d{1,5})[:|]"),
    _Prefix("[(<", (), rf"[\[(<] ?(?P<level>{_ANY_CASE}) ?[\])>]:?"),
    _Prefix("DINWECF", _LEVEL_WORDS, rf"(?P<level>{_UPPER}):(?P<emitter>[A-Za-z_][\w.]{{0,100}}):"),
    _Prefix(_LEVEL_FIRST, (":", "："), rf"(?P<level>{_ANY_CASE}) ?[:：](?!\S*=)"),
    _Prefix("DINWECF", _LEVEL_WORDS, rf"(?P<level>{_UPPER})(?=[ \t]{{1,8}}[^\s=:]| ?[|-])"),
    _Prefix("[", (), r"\[(?P<emitter>[\w./ <>-]{1,200}(?::\d{1,6})?(?::[\w<>]{1,80})?)\](?=[ :\[|-])"),
    _Prefix("(", (), r"\((?P<emitter>[\w./-]{1,200}:\d{1,6})\)"),
    _Prefix("", (".", "<"), rf"(?P<emitter>(?:{_SOURCE}|<[\w -]{{1,80}}>):\d{{1,6}})(?:[:\]](?=\s|$)|(?= - ))"),
    _Prefix("", (" - ", " | "), r"(?P<emitter>[A-Za-z_][\w.]{0,100})(?= {1,4}[-|] )"),
    _Prefix("", _LEVEL_WORDS, rf"(?P<emitter>[A-Za-z_][\w.-]{{0,100}}(?::\d{{1,6}})?):?(?=[ \t]{{1,4}}\[?(?:{_UPPER})\b[]:]?\s)"),
    _Prefix("sdkmt", (": ",), r"(?P<emitter>slurmstepd|srun|docker|kernel|mpirun|sbatch|torchrun):(?= )"),
    _Prefix("", _CLASSES, rf"(?P<klass>(?:[A-Za-z_]\w{{0,80}}\.){{0,10}}[A-Za-z_]\w{{0,80}}?{_ENDING})(?::|(?=\s{{0,8}}$))"),
    _Prefix("", _CLASSES, r"(?P<klass>(?:[A-Za-z_]\w{0,80}\.){0,10}(?:Exception|Warning))(?::|(?=\s{0,8}$))"),
    _Prefix(
        "",
        ("失败", "出错", "错误", "异常", "警告"),
        r"(?P<wrapper>[\u4e00-\u9fff][\u4e00-\u9fff\w -]{0,60}(?:失败|出错|错误|异常|警告))[:：]",
    ),
    _Prefix("", _TROUBLE, r"(?P<wrapper>[A-Za-z][\w' -]{0,80}(?i:failed|error|exception)(?: with)?): {0,4}(?=\S)"),
    _Prefix("", (), r"(?:[|*#>=~!\u2500-\u27bf\ufe0f\U0001f300-\U0001faff-]{1,8})(?=[\s\w\[(<])"),
)


# For each character that is named as a first one, the prefixes to try; other characters can only begin those that name none.
_ANYWHERE = tuple(prefix for prefix in _PREFIXES if not prefix.first)
_BY_FIRST = {
    first: tuple(prefix for prefix in _PREFIXES if not prefix.first or first in prefix.first)
    for first in {character for prefix in _PREFIXES for character in prefix.first}
}

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
            return bool(self.klass) or len(set(filter(str.isalpha, self.rest))) > 1  # `****__xx` only frames what others say
        if self.wrapper:
            named = self.wrapper[0] > "\x7f" or (self.wrapper[0].isupper() and "_" not in self.wrapper)
            return named and self.rest[:1].isalpha() and not self.rest.startswith(("nan", "inf", "NaN"))
        return _PLAIN_TROUBLE.match(self.rest) is not None


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
    if text.startswith("{"):
        return _peel_json(text)
    bar = _BAR_BEFORE.search(text) if "%|" in text else None
    peeled = _peel_at(text, bar.end() if bar else 0)
    if not (peeled.level or peeled.klass) and may_be_message(text):
        inside = _INSIDE.search(text, 1)
        if inside is not None:
            return _peel_at(text, inside.start())
    return peeled


def _peel_json(text: str) -> Peeled:
    """Read the fields of a line that a JSON formatter wrote (python-json-logger, structlog)."""
    level = _JSON_LEVEL.search(text)
    said = _JSON_TEXT.search(text) if level else None
    if level is None or said is None:
        return Peeled(text.rstrip())
    return _peel_at(said[1], 0)._replace(level=_LEVELS.get(level[1].lower(), ""))


def _peel_at(text: str, start: int) -> Peeled:
    fields: dict[str, str] = {}
    position = _skip_blanks(text, start)
    for _ in range(MAX_PREFIXES):
        found = _prefix_at(text, position)
        if found is None:
            break
        named = {name: value for name, value in found.groupdict().items() if value}
        fields = named | fields
        position = _skip_blanks(text, found.end())
        if "klass" in named:
            break
    return Peeled(
        rest=text[position:].rstrip(),
        level=_LEVELS.get(fields.get("level", "").lower(), ""),
        emitter=fields.get("emitter", ""),
        rank=int(fields["rank"]) if "rank" in fields else None,
        worker=fields.get("worker", ""),
        klass=fields.get("klass", ""),
        wrapper=fields.get("wrapper", ""),
    )


def _prefix_at(text: str, position: int) -> re.Match[str] | None:
    first = text[position : position + 1]
    for prefix in _BY_FIRST.get(first, _ANYWHERE):
        found = prefix.match(text, position)
        if found is not None and found.end() > position:
            return found
    return None


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t|":
        position += 1
    return position
