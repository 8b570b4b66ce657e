"""What stands before a message in its line: the prefixes of loggers, launchers and schedulers, one expression a kind."""

from __future__ import annotations

from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import re

_CLOCK = r"\d{1,2}:\d\d:\d\d(?:[.,:]\d{1,9})?(?:Z|[+-]\d\d:?\d\d| UTC)?"
_DATE = r"(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?/\d\d?(?:/\d{2,4})?|\d{8}|\d\d-\d\d|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d\d?)"
_UPPER = r"DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL"
_ANY_CASE = r"(?i:debug|info|notice|warning|warn|error|err|critical|fatal|警告|错误|信息|提示)"
_SOURCE = r"[\w./@+-]{1,300}\.(?:pyx|py|cc|cpp|cuh|cu|hpp|hh|h|cxx|c|cu)"
_ENDING = r"(?:Warning|Error|Exception|Interrupt|Exit|StopIteration)"


class Prefix:
    """One kind of prefix: an expression, the characters it may begin with (none: any), and words, one of which the text holds.

    Whether a text holds one is found out once for all kinds that share the words, and once for all places in the text; the
    expression is compiled when a text first passes these checks: most texts need a few of them only.
    """

    __slots__ = ("first", "group", "pattern")
    groups: ClassVar[list[tuple[str, ...]]] = []

    def __init__(self, first: str, words: tuple[str, ...], expression: str) -> None:
        if words not in self.groups:
            self.groups.append(words)
        self.first = first
        self.group = self.groups.index(words)
        self.pattern = lazy(expression)


_DIGIT = "0123456789"
_LEVEL_WORDS = ("WARN", "ERROR", "INFO", "DEBUG", "NOTICE", "CRITICAL", "FATAL")
_LEVEL_FIRST = "dDiInNwWeEcCfF警错信提"
_TROUBLE = ("ailed", "AILED", "rror", "RROR", "xception", "XCEPTION")
_CLASSES = ("Warning", "Error", "Exception", "Interrupt", "Exit", "StopIteration")

# Tried in this order at the position that the prefix before left; a named group fills the field of that name.
_PREFIXES = (
    Prefix("[(" + _DIGIT, (":",), rf"[\[(]?{_DATE}[T ,:]{{1,2}}{_CLOCK}(?: \d{{4}})?[\])]?(?:: )?"),
    Prefix("JFMASONDTW", (":",), rf"{_DATE}[T ,:]{{1,2}}{_CLOCK}(?: \d{{4}})?(?:: )?"),
    Prefix("[<(" + _DIGIT, (":",), rf"[\[<(]?{_CLOCK}[\]>)]?(?:: |(?=[\s|-]))"),
    Prefix("[<", (".",), r"[<\[] {0,8}\d{1,9}\.\d{1,9}[>\]]:?"),
    Prefix("[", (": W ", ": E ", ": I ", ": F "), r"\[[\d :.,/-]{8,32}: (?P<level>[WEIF]) (?P<emitter>[\w./-]{1,300}:\d{1,6})\]"),
    Prefix(
        "[",
        ("[W", "[E", "[I", "[F"),
        r"\[(?P<level>[WEIF])(?:\d{4})?(?: [\d:.-]{1,32}){0,2} (?P<emitter>[\w./-]{1,300}:\d{1,6})\]",
    ),
    Prefix("[", ("|",), rf"\[(?P<level>{_UPPER})\|(?P<emitter>[\w./-]{{1,200}}:\d{{1,6}})\]"),
    Prefix(_DIGIT, ("[",), rf"{_DATE} (?=\[{_CLOCK}\])"),
    Prefix("t", ("level=",), r'(?:time|ts)="?[^" ]{1,60}"? level=(?P<level>[a-z]{4,8})(?: msg=)?'),
    Prefix("l", ("level=",), r"level=(?P<level>[a-z]{4,8})(?: msg=)?"),
    Prefix("", ("NCCL ",), r"[\w.-]{1,100}:\d{1,9}:\d{1,9} \[(?P<rank>\d{1,6})\] (?P<emitter>NCCL) (?=WARN|INFO)"),
    Prefix("", ("\t",), rf"(?P<emitter>[\w.:/-]{{1,100}})\t(?=(?:[\w.:/-]{{1,100}}\t){{0,3}}(?:{_UPPER})\b)"),
    Prefix("WEIF", ("]",), r"(?P<level>[WEIF])\d{4} [\d:.]{1,32} {1,8}(?:\d{1,10} )?(?P<emitter>[\w./-]{1,300}:\d{1,6})\]"),
    Prefix("WEIFD", ("]",), r"(?P<level>[WEIFD]) (?P<emitter>[\w./+-]{1,300}:\d{1,6})\]"),
    Prefix("[Rr", ("ank", "ANK"), r"\[?[Rr](?:ank|ANK)[ :_]{0,2}(?P<rank>\d{1,6})(?:\]:?|[:|,])"),
    Prefix("[", ("]<std",), r"\[\d{1,5},(?P<rank>\d{1,6})\]<std(?:err|out)>:"),
    Prefix(_DIGIT, (": ",), r"(?P<rank>\d{1,5}): {1,4}(?=\S)"),
    Prefix("(", ("pid=", " "), r"\((?P<worker>\w{1,80} (?:pid=)?\d{1,9}(?:, ip=[\d.]{7,15})?|pid=\d{1,9})\)"),
    Prefix("wWnNgGtT", (":", "|"), r"(?P<worker>(?i:worker|node|gpu|trial)[-_ ]?\d{1,5})[:|]"),
    Prefix("[(<", (), rf"[\[(<] ?(?P<level>{_ANY_CASE}) ?[\])>]:?"),
    Prefix("DINWECF", _LEVEL_WORDS, rf"(?P<level>{_UPPER}):(?P<emitter>[A-Za-z_][\w.]{{0,100}}):"),
    Prefix(_LEVEL_FIRST, (":", "："), rf"(?P<level>{_ANY_CASE}) ?[:：](?!\S*=)"),
    Prefix("DINWECF", _LEVEL_WORDS, rf"(?P<level>{_UPPER})(?=[ \t]{{1,8}}[^\s=:]| ?[|-])"),
    Prefix("[", (), r"\[(?P<emitter>[\w./ <>-]{1,200}(?::\d{1,6})?(?::[\w<>]{1,80})?)\](?=[ :\[|-])"),
    Prefix("(", (), r"\((?P<emitter>[\w./-]{1,200}:\d{1,6})\)"),
    Prefix("", (".", "<"), rf"(?P<emitter>(?:{_SOURCE}|<[\w -]{{1,80}}>):\d{{1,6}})(?:[:\]](?=\s|$)|(?= - ))"),
    Prefix("", (" - ", " | "), r"(?P<emitter>[A-Za-z_][\w.]{0,100})(?= {1,4}[-|] )"),
    Prefix("", _LEVEL_WORDS, rf"(?P<emitter>[A-Za-z_][\w.-]{{0,100}}(?::\d{{1,6}})?):?(?=[ \t]{{1,4}}\[?(?:{_UPPER})\b[]:]?\s)"),
    Prefix("sdkmt", (": ",), r"(?P<emitter>slurmstepd|srun|docker|kernel|mpirun|sbatch|torchrun):(?= )"),
    Prefix("", _CLASSES, rf"(?P<klass>(?:[A-Za-z_]\w{{0,80}}\.){{0,10}}[A-Za-z_]\w{{0,80}}?{_ENDING})(?::|(?=\s{{0,8}}$))"),
    Prefix("", _CLASSES, r"(?P<klass>(?:[A-Za-z_]\w{0,80}\.){0,10}(?:Exception|Warning))(?::|(?=\s{0,8}$))"),
    Prefix(
        "",
        ("失败", "出错", "错误", "异常", "警告"),
        r"(?P<wrapper>[\u4e00-\u9fff][\u4e00-\u9fff\w -]{0,60}(?:失败|出错|错误|异常|警告))[:：]",
    ),
    Prefix("", _TROUBLE, r"(?P<wrapper>[A-Za-z][\w' -]{0,80}(?i:failed|error|exception)(?: with)?): {0,4}(?=\S)"),
    Prefix("", (), r"(?:[|*#>=~!\u2500-\u27bf\ufe0f\U0001f300-\U0001faff-]{1,8})(?=[\s\w\[(<])"),
)


# For each character that is named as a first one, the prefixes to try; other characters can only begin those that name none.
_ANYWHERE = tuple(prefix for prefix in _PREFIXES if not prefix.first)
_BY_FIRST = {
    first: tuple(prefix for prefix in _PREFIXES if not prefix.first or first in prefix.first)
    for first in {character for prefix in _PREFIXES for character in prefix.first}
}


def prefix_at(shape: str, position: int, held: list[bool | None]) -> re.Match[str] | None:
    """Return the prefix at a place; `held` remembers for each group of words whether one of them stands anywhere in the text."""
    for prefix in _BY_FIRST.get(shape[position : position + 1], _ANYWHERE):
        holds = held[prefix.group]
        if holds is None:
            words = Prefix.groups[prefix.group]
            holds = held[prefix.group] = not words or any(map(shape.__contains__, words))
        if holds:
            found = prefix.pattern.match(shape, position)
            if found is not None and found.end() > position:
                return found
    return None
