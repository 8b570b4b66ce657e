"""What loggers put before their message: time, level, logger, file and line, process and rank."""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.metrics import split_of
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Split

MAX_PARTS: Final = 10
MAX_PREFIX: Final = 240

STAMP: Final = (
    rb"0000[-/.]00[-/.]00(?:[ T_,:]{1,2}00:00:00(?:[.,]0{1,9})?(?:Z|[+-]00:?00)?)?"
    rb"|00[-/]00[-/]00(?:00)?[ T]00:00:00(?:[.,]0{1,9})?"
    rb"|[IWEF]0000 00:00:0{2,10}(?:\.0{1,9})?"
    rb"|00[-/]00 00:00:00(?:[.,]0{1,9})?"
    rb"|00/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/0000:00:00:00(?: [+-]0000)?"
    rb"|00 (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?:0000 )?00:00(?::00)?"
    rb"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}0{1,2} 00:00:00"
    rb"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z][a-z] {1,2}0{1,2} 00:00:00 (?:[A-Z]{3,4} )?0000"
)
_LEVEL: Final = rb"INFO|DEBUG|WARNING|WARN|ERROR|CRITICAL|FATAL|NOTICE|TRACE|SUCCESS"
_PART: Final = lazy(
    rb"\s*(?:"
    rb"(?P<stamp>[\[(<]?(?:NeMo [A-Z] | (?:"
    + _LEVEL
    + rb") : )?(?P<time>"
    + STAMP
    + rb")(?: [AP]M(?= ))?(?:[ :](?:rank[:=]?0{1,4} )?[A-Za-z_][\w.:]{0,60}(?=\]))?[\])>]?)"
    rb"|(?P<clock>[\[(]?00:00:00(?:[.,]0{1,6})?[\])]?(?=[\s\]|-]))"
    rb"|(?P<basic>(?:" + _LEVEL + rb"):[A-Za-z_][\w.-]{0,60}:(?!\s*[-+]?\.?0))"
    rb"|(?P<level>(?:[\[(<] {0,8})?(?:" + _LEVEL + rb") {0,8}[\])>]?(?![\w(])|\[[IWEFD]\])"
    rb"|(?P<file>\[line: ?0{1,5}\]|\[ {0,24}[\w.-]{1,60}\.py\]|[\[(]?[\w./\\-]{1,100}\.(?:py|cc|cpp|cu|h|go|rs)(?::(?:0+|[\w<>]+)(?::[\w<>]+)?| 0+(?=\)))[\])]?|\([A-Za-z_][\w.]{0,60}:0+\))"
    rb"|(?P<mpi>\[(?:[\w.-]{1,80}@)?0{1,3},(?:mpirank:)?(?P<mpirank>0{1,4})(?:,[\w.-]{1,40})?\]<std(?:out|err)>:)"
    rb"|(?P<torchrun>\[(?:default|rank|trainer|worker|node|proc)(?P<torchrank>0{1,4})\]:)"
    rb"|(?P<stream>(?:stdout|stderr) [FP](?= )|00[OE](?=[ +]))"
    rb"|(?P<unit>[\w.-]{1,80} [\w./@-]{1,60}\[0{2,9}\]:(?= )|app\[[a-z]{1,20}\.0{1,4}\]:(?= ))"
    rb"|(?P<rank>(?![Rr]ank-0{1,3}\s*[:=]\s*0{0,9}\.0)[\[({]?(?:default|local_rank|[Rr]ank|RANK|[Gg]lobal_rank|[Ww]orker|proc|GPU|gpu)[ :=_-]?(?P<number>0{1,4})[\])}]?:?(?=\s|\[|$))"
    rb"|(?P<world>\((?P<worldrank>0{1,4})/0{1,4}\)(?= [A-Z]))"
    rb"|(?P<ray>\((?:[\w.-]{1,60},? (?:rank=0{1,4}, )?)?pid=0+[^)\n]{0,80}\))"
    rb"|(?P<bracket>\[(?:0{1,8}:)?[A-Za-z_][\w.<>:/-]{0,60}\])"
    rb"|(?P<logger>(?:root|__main__|[A-Za-z_]\w{0,60}(?:\.\w{1,60}){1,10})(?::[\w<>]{1,60}:0+)?(?::(?: {1,4}0+:)?|(?=\s)))"
    rb"|(?P<named>[A-Za-z_][\w.-]{0,60}(?= (?:" + _LEVEL + rb"):? ))"
    rb"|(?P<bare>[A-Za-z_][\w.\\/]{0,60}(?= - (?!\s*[-+]?0)| \| (?!\s*[-+]?0)))"
    rb"|(?P<host>[\w.:@/-]{1,80}(?=\s{1,8}(?:[\w.:@/-]{1,80}\s{1,8})?(?:" + _LEVEL + rb")\b))"
    rb"|(?P<pid>0{1,16}(?=\]|\s+[\w./-]{1,60}\.(?:py|cc|cpp|cu|h):0|\s+\[|\s+(?:" + _LEVEL + rb")))"
    rb")(?:\s|[|:,>\]]|-(?!0))*"
)
_MACHINES: Final = rb"worker|node|host|gpu|dgx|server|compute|trainer|master|launcher|machine|instance|ip-"
_STRONG: Final = ("stamp", "clock", "basic", "level", "file", "mpi", "torchrun", "rank", "ray")
_RANKS: Final = {"world": "worldrank", "rank": "number", "mpi": "mpirank", "torchrun": "torchrank"}
_AFTER_STRONG: Final = ("stream", "unit", "bare", "host", "pid", "logger")
_PLACE_WORD: Final = lazy(rb"epoch|iter|step|batch|loss|acc", IGNORECASE)
_NAMED: Final = lazy(rb"epoch|iter|step|batch|fold|loss|acc", IGNORECASE)
"""What is called so is no machine and no replica: `fold-1 | `."""
_SRUN: Final = lazy(rb" {0,3}(0{1,3}): (?=\s{0,8}[A-Za-z{'\"\x80-\xff]|\[(?![A-Za-z][A-Za-z _.-]{1,30}[:=] ?-?0{1,9}\.))")

_LAUNCHED: Final = lazy(
    rb"(?:"
    rb"(?:[A-Za-z][\w.-]{0,60}[-_](?P<replica>0{1,4})(?:-[a-z0]{3,12})?|0{1,3}\|[A-Za-z][\w.-]{0,40}) {1,30}\| (?! {0,30}[-+]?\.?0(?!000-00-00))"
    rb"|\[pod/[\w.-]{1,80}/[\w.-]{1,60}\] "
    rb"|[a-z][a-z0-]{0,60}-[a-z0]{8,10}-[a-z0]{5} [a-z][a-z0-]{0,40} "
    rb"|(?:0{1,3}(?:\.0{1,3}){3}|(?=[A-Za-z.-]{0,60}0)[\w-]{0,40}(?:"
    + _MACHINES
    + rb")[\w-]{0,40}(?:\.[\w-]{1,40}){0,6}): (?! {0,8}[-+]?\.?0(?!000-00-00))"
    rb"|[A-Za-z][\w ./()-]{0,60}\t[A-Za-z][\w ./()-]{0,60}\t(?=0000-00-00T00:))"
)
"""What launchers put before the lines of a process, with no time and no level, by which it would be known.

Docker Compose (`trainer-1  | `), pm2 (`0|train  | `), `kubectl logs --prefix`, stern (`pod-7d9f8b6c5-2xk4p container `), pdsh
(`gpu-node-07: `, `10.1.3.18: `) and `gh run view --log` (`job<tab>step<tab>`). None stands before a number, which it might name.
"""


class Prefix(NamedTuple):
    """Where a message begins, and what its logger's prefix told. Spans are of the shape."""

    end: int
    time: tuple[int, int] | None
    rank: tuple[int, int] | None
    split: Split | None
    labelled: bool = False
    """Whether the rank is a number and a colon and nothing else, which may be a step as well."""


NO_PREFIX: Final = Prefix(0, None, None, None)


@lru_cache(maxsize=8)  # several dialects ask for that of the same line
def prefix(shape: bytes) -> Prefix:
    """Read the prefix of a line, a logger's or a launcher's; a line without a time, a level, a rank or a launcher's mark has none."""
    found = _read(shape, 0, None)
    if found is not None:
        return found
    launched = _LAUNCHED.match(shape)
    if launched is not None and _NAMED.search(launched[0].partition(b" ")[0]) is None:
        rank = launched.span("replica") if launched["replica"] else None
        return _read(shape, launched.end(), rank) or Prefix(launched.end(), None, rank, None)
    labelled = _SRUN.match(shape)
    return Prefix(labelled.end(), None, labelled.span(1), None, labelled=True) if labelled else NO_PREFIX


def _read(shape: bytes, at: int, rank: tuple[int, int] | None) -> Prefix | None:  # noqa: C901
    """Read what a logger put there; None where nothing shows that it was one."""
    end = at
    time: tuple[int, int] | None = None
    split: Split | None = None
    strong, before = False, ""
    for _ in range(MAX_PARTS):
        found = _PART.match(shape, at, MAX_PREFIX)
        if found is None:
            break
        kind = found.lastgroup or ""
        if (kind in _AFTER_STRONG and not strong) or (kind == "world" and before != "file"):
            break
        if kind in ("bracket", "unit") and _PLACE_WORD.search(found[kind]):
            break
        if kind == "stamp" and time is None:
            time = found.span("time")
        if kind in _RANKS:
            rank = found.span(_RANKS[kind])
        if kind == "basic" and _PLACE_WORD.search(found["basic"].partition(b":")[2]):
            break
        if kind in ("bracket", "bare"):
            split = (
                split_of(found[kind].decode("ascii", "replace").strip("[]").replace("_inner", ""))
                if _is_one_word(found[kind])
                else split
            )
        at, before = found.end(), kind
        if kind in _STRONG:
            strong = True
        if strong:
            end = at
    return Prefix(end, time, rank, split) if strong else None


def _is_one_word(raw: bytes) -> bool:
    return b"." not in raw and b"/" not in raw and b"\\" not in raw
