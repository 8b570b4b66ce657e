"""Lines that hold no value but say what the next ones are: `Validation:`, `***** eval metrics *****`, `Eval begin...`."""

from __future__ import annotations

from tailwatch.core.events import Frame, Plan
from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.metrics import split_of
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._frames import under

if TYPE_CHECKING:
    from tailwatch.core.events import Frame as FrameType

NAME: Final = "general"
_HEADING: Final = lazy(
    rb"[:\xef\xbc\x9a]\s*$|\.\.\.\s*$|\*{3}|={3}|-{3}|#{2}|\b(?:begin|start|phase|mode|results?|metrics|set|evaluat\w+|validat\w+|testing)\b|>\s*$|^[>#*=-]{1,4} ?(?:TRAINING|EVALUATION|VALIDATION|TESTING)\b",
    IGNORECASE,
)
_SPLIT_ALONE: Final = lazy(
    "[│├└─|>*# ]{0,24}(?:[Tt]rain|TRAIN|[Vv]al|[Vv]alid|VAL|[Tt]est|TEST|[Ee]val|训练集?|验证集?|测试集?)".encode()
)
"""`├── Train`"""
_CONFIG: Final = lazy(
    rb"^[~\s*=#\[-]*(?:[\w ]{0,40}\b)?(?:config(?:uration)?s?|arguments|args|(?:hyper-?)?param(?:eter)?s|settings|options|\xe9\x85\x8d\xe7\xbd\xae|\xe5\x8f\x82\xe6\x95\xb0)"
    rb"(?:\s[\w.=/~-]{1,60})?[\s*=#\]-]*[:\xef\xbc\x9a]?[\s*=#{(\[-]*$",
    IGNORECASE,
)

_PYTHON_SESSION: Final = lazy(rb" {0,12}>>> (?:import |from |@|for |with |\w{1,40} = |\w{1,40}(?:\.\w{1,40}){0,4}\()")


def python_session(shape: bytes) -> Plan | None:
    """Return the plan of a line of an interactive session, as a failed doctest or a README quotes it, None for any other."""
    return Plan(NAME, frame=Frame(section="python")) if _PYTHON_SESSION.match(shape) else None


def heading(masked: bytes, frame: FrameType) -> Plan | None:
    """Return the plan of a heading that names a split, None for any other line."""
    text = masked.strip(b" ~\t")
    if not 3 <= len(text) <= 72 or text.startswith(b"0") or not (_HEADING.search(text) or _SPLIT_ALONE.fullmatch(text)):
        return None
    split = split_of(text.decode("utf-8", "replace"))
    if split is None or (frame.section == "config" and text.isupper()):
        return None
    return Plan(NAME, frame=under(frame, split))


def config_heading(masked: bytes) -> Plan | None:
    """Return the plan of a line that opens a list of settings (`Hyperparameters:`), None for any other line."""
    return Plan(NAME, frame=Frame(section="config")) if len(masked) <= 200 and _CONFIG.match(masked) else None
