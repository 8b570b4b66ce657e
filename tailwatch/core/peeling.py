"""Taking a message out of its wrapping: level, emitter, rank, worker, exception class.

The same warning comes as `W0000 00:00:1751448151.003754 10148 computation_placer.cc:177] ...`, as `[rank0]: ...`, as
`2021-05-05 10:00:00 | WARNING | root | ...` or behind `训练失败: `. Every prefix is matched at the current position by an
expression whose repetitions are bounded, and at most `MAX_PREFIXES` are taken off: the time is linear in the line's length.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

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
_DATE = r"(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?/\d\d?(?:/\d{2,4})?|\d{8}|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d\d?)"
_UPPER = r"DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL"
_ANY_CASE = r"(?i:debug|info|notice|warning|warn|error|err|critical|fatal|警告|错误|信息|提示)"
_SOURCE = r"[\w./@+-]{1,300}\.(?:pyx|py|cc|cpp|cuh|cu|hpp|hh|h|cxx|c|cu)"
_ENDING = r"(?:Warning|Error|Exception|Interrupt|Exit|Iteration|Timeout|Signal|Crash|Killed)"

# Tried in this order at the position that the prefix before left; a named group fills the field of that name.
_PREFIXES = tuple(
    map(
        re.compile,
        (
            rf"[\[(]?{_DATE}[T ,:]{{1,2}}{_CLOCK}(?: \d{{4}})?[\])]?(?:: )?",
            rf"[\[<(]?{_CLOCK}[\]>)]?(?:: |(?=[\s|-]))",
            r"[<\[] {0,8}\d{1,9}\.\d{1,9}[>\]]:?",
            r"\[[\d :.,/-]{8,32}: (?P<level>[WEIF]) (?P<emitter>[\w./-]{1,300}:\d{1,6})\]",
            r"(?P<level>[WEIF])\d{4} [\d:.]{1,32} {1,8}(?:\d{1,10} )?(?P<emitter>[\w./-]{1,300}:\d{1,6})\]",
            r"(?P<level>[WEIFD]) (?P<emitter>[\w./+-]{1,300}:\d{1,6})\]",
            r"\[?[Rr](?:ank|ANK)[ :_]{0,2}(?P<rank>\d{1,6})(?:\]:?|[:|,])",
            r"\[\d{1,5},(?P<rank>\d{1,6})\]<std(?:err|out)>:",
            r"(?P<rank>\d{1,5}): {1,4}(?=\S)",
            r"\((?P<worker>\w{1,80} (?:pid=)?\d{1,9}(?:, ip=[\d.]{7,15})?|pid=\d{1,9})\)",
            r"(?P<worker>(?i:worker|node|gpu|trial)[-_ ]?\d{1,5})[:|]",
            rf"[\[(<] ?(?P<level>{_ANY_CASE}) ?[\])>]:?",
            rf"(?P<level>{_UPPER}):(?P<emitter>[A-Za-z_][\w.]{{0,100}}):",
            rf"(?P<level>{_ANY_CASE}) ?[:：](?!\S*=)",
            rf"(?P<level>{_UPPER})(?= {{1,8}}[^\s=:]| ?[|-])",
            r"\[(?P<emitter>[\w./ <>-]{1,200}(?::\d{1,6})?(?::[\w<>]{1,80})?)\](?=[ :\[|-])",
            r"\((?P<emitter>[\w./-]{1,200}:\d{1,6})\)",
            rf"(?P<emitter>(?:{_SOURCE}|<[\w -]{{1,80}}>):\d{{1,6}})(?:[:\]](?=\s|$)|(?= - ))",
            r"(?P<emitter>[A-Za-z_][\w.]{0,100})(?= {1,4}[-|] )",
            r"(?P<emitter>slurmstepd|srun|docker|kernel|mpirun|sbatch|torchrun):(?= )",
            rf"(?P<klass>(?:[A-Za-z_]\w{{0,80}}\.){{0,10}}[A-Za-z_]\w{{0,80}}?{_ENDING})(?::|(?=\s{{0,8}}$))",
            r"(?P<klass>(?:[A-Za-z_]\w{0,80}\.){0,10}(?:Exception|Warning|KeyboardInterrupt|SystemExit))(?::|(?=\s{0,8}$))",
            r"(?P<wrapper>[\u4e00-\u9fff][\u4e00-\u9fff\w -]{0,60}(?:失败|出错|错误|异常|警告))[:：]",
            r"(?P<wrapper>[A-Za-z][\w' -]{0,80}(?i:failed|error|exception)(?: with)?): {0,4}(?=\S)",
            r"(?:[|*#>=~!\u2500-\u27bf\ufe0f\U0001f300-\U0001faff-]{1,8})(?=[\s\w\[(<])",
        ),
    )
)


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
        """Whether form alone shows a message: a level above info, or an exception's or warning's class at the head."""
        return self.level in ("warning", "error", "fatal") or bool(self.klass)


def peel(text: str) -> Peeled:
    """Take the known prefixes off one line, from the outside in; the class ends it, because what follows is the message."""
    fields: dict[str, str] = {}
    position = _skip_blanks(text, 0)
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
    for prefix in _PREFIXES:
        found = prefix.match(text, position)
        if found is not None and found.end() > position:
            return found
    return None


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t|":
        position += 1
    return position
