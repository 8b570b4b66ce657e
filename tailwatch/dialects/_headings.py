"""Lines that hold no value but say what the next ones are: `Validation:`, `***** eval metrics *****`, `Eval begin...`."""

from __future__ import annotations

from tailwatch.core.events import Frame, Plan
from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.literals import any_of_bytes
from tailwatch.core.metrics import split_of
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._frames import under

if TYPE_CHECKING:
    from tailwatch.core.events import Frame as FrameType

NAME: Final = "general"
_HEADING: Final = lazy(
    rb"[:\xef\xbc\x9a]\s*$|\.\.\.\s*$|\*{3}|={3}|-{3}|#{2}|\beval(?:uat\w+)? on\b|\b(?:begin|start|phase|mode|results?|metrics|set|evaluat\w+|validat\w+|testing)\b|>\s*$|^[>#*=-]{1,4} ?(?:TRAINING|EVALUATION|VALIDATION|TESTING)\b",
    IGNORECASE,
)
_SPLIT_ALONE: Final = lazy(
    "[│├└─|>*#= ]{0,24}\\[?(?:[Tt]rain|TRAIN|[Vv]al|[Vv]alid|VAL|[Tt]est|TEST|[Ee]val|训练集?|验证集?|测试集?)\\]?".encode()
)
"""`├── Train`, `[TEST]`"""
_CONFIG: Final = lazy(
    rb"^[~\s*=#\[-]*(?:[\w ]{0,40}\b)?(?:config(?:uration)?s?|arguments|args|(?:hyper-?)?param(?:eter)?s|settings|options|\xe9\x85\x8d\xe7\xbd\xae|\xe5\x8f\x82\xe6\x95\xb0)"
    rb"(?:\s[\w.=/~-]{1,60})?[\s*=#\]-]*[:\xef\xbc\x9a]?[\s*=#{(\[-]*$"
    rb"|^.{0,160}\bwith (?:the )?(?:following )?(?:config(?:uration)?|(?:hyper-?)?param(?:eter)?s|arguments|args|settings|options) ?:\s*$",
    IGNORECASE,
)
_NO_HEADING: Final = lazy(
    rb"\btrain\w*\b.*\b(?:val|valid|validation|test)\b|\btook\b|::|\bin function\b|\xe2\x80\x98|\b(?:select|create table|insert into)\b|^def |\| {1,8}0{1,6} [+-]{1,80}$|: 0{3,12}$"
    rb"|^\W{0,8}(?:found|using|load|loading|loaded|building|built|reading|read|scanning|preparing|creating|created|caching|downloading|generating"
    rb"|serializ\w+|number of)\b(?!.*\b(?:model|checkpoint|weights|best|state)\b).*\b(?:data|datasets?|dataloader|set|split|files|images?|samples|examples|loader)\b",
    IGNORECASE,
)
"""Preparations, counts, source code and other programs' output name a split as well; so do sentences about all of them."""
_MAY_BE_CONFIG: Final = any_of_bytes(
    (b"config", b"argument", b"args", b"parameter", b"params", b"setting", b"option", "配置".encode(), "参数".encode())
)
"""What each of them holds, found faster."""

_PYTHON_SESSION: Final = lazy(rb" {0,12}>>> (?:import |from |@|for |with |\w{1,40} = |\w{1,40}(?:\.\w{1,40}){0,4}\()")
_SOURCE: Final = lazy(
    rb"\s{0,12}(?:import [\w.]{1,60}(?: as \w{1,20})?\s*$|from [\w.]{1,60} import [\w*(]|def \w{1,60}\(|class \w{1,60}[(:]|if __name__ == )"
)
_OPENS_SOURCE: Final = (b"import ", b"from ", b"def ", b"class ", b"if __name__ == ")
_STATEMENT: Final = lazy(rb"\s*(?:#|[A-Za-z_][\w.]{0,60}(?:\[[^\]]{0,60}\])? ?[-+*/]?= )")


def python_session(shape: bytes) -> Plan | None:
    """Return the plan of a line of source code or of an interactive session, as a log may quote it, None for any other."""
    if shape.lstrip().startswith(_OPENS_SOURCE) and _SOURCE.match(shape):
        return Plan(NAME, frame=Frame(section="source"))
    return Plan(NAME, frame=Frame(section="python")) if b">>> " in shape and _PYTHON_SESSION.match(shape) else None


def in_source(shape: bytes, frame: FrameType) -> bool:
    """Whether the line is a statement or a comment of a script that the log quotes: `best_acc = 0.0`."""
    return frame.section == "source" and _STATEMENT.match(shape) is not None


def heading(masked: bytes, frame: FrameType) -> Plan | None:
    """Return the plan of a heading that names a split, None for any other line."""
    text = masked.strip(b" ~\t")
    if not 3 <= len(text) <= 72 or text.startswith(b"0") or not (_HEADING.search(text) or _SPLIT_ALONE.fullmatch(text)):
        return None
    split = split_of(text.decode("utf-8", "replace"))
    if split is None or (frame.section == "config" and text.isupper()) or _NO_HEADING.search(text):
        return None
    return Plan(NAME, frame=under(frame, split))


def config_heading(masked: bytes) -> Plan | None:
    """Return the plan of a line that opens a list of settings (`Hyperparameters:`), None for any other line."""
    if len(masked) > 200 or _MAY_BE_CONFIG.search(masked.lower()) is None or _CONFIG.match(masked) is None:
        return None
    return Plan(NAME, frame=Frame(section="config"))
