"""What shows that a line is not a training's own: preparations, names of things, other programs' output, source code in braces."""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Frame, Plan
from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Field
    from tailwatch.dialects._tokens import Scan

DIFF: Final = "diff"
"""The section of a frame within a patch that the log shows."""

_OPENS_DIFF: Final = (b"diff --git ", b"@@ -0")
_IN_DIFF: Final = (
    b"@@ -0",
    b"index ",
    b"--- a/",
    b"+++ b/",
    b"--- /dev/null",
    b"+++ /dev/null",
    b"new file mode",
    b"\\ No newline",
)
_TOOL: Final = lazy(
    rb"E {3,12}[^\s0]|(?:FAILED |ERROR )?[\w./-]{1,200}\.py::|Step 0{1,3}/0{1,3} : [A-Z]{3,12} |(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE) "
)
"""Lines of pytest and of Docker's builder, and statements of SQL."""
_MAY_BE_TOOL: Final = (
    b"E   ",
    b"Step 0",
    b"tests/",
    b"test",
    b"FAILED ",
    b"ERROR ",
    b"SELECT ",
    b"INSERT ",
    b"UPDATE ",
    b"DELETE ",
    b"CREATE ",
)
_BLOCK: Final = lazy(rb"\)\s?\{[^{}]{0,300};|;\s?\}\s*$")
_PREPARES: Final = lazy(
    rb"\b(?:load(?!er)|scan|cach(?:e|ing)|pre-?process|tokeni[sz]|extract|build|read(?:ing)?\b|generat|map(?:ping)?\b|filter|download|fetch|convert|encod"
    rb"|prepar|index|infer|predict|verif|decod|sampling|collect|compil|export|upload|copy|resiz|crop|pack|group)",
    IGNORECASE,
)
_LEADS_TO: Final = frozenset((
    b"start", b"begin", b"train", b"training", b"the", b"this", b"new", b"current", b"val", b"valid", b"validation", b"test", b"eval",
    b"end", b"finish", b"finished", b"done", b"complete", b"completed", b"ended", b"for", b"in", b"at", b"after", b"of", b"and",
))  # fmt: skip
_AROUND: Final = b" ~\t[]()-=*#>|:,"


def opens_diff(shape: bytes) -> bool:
    """Whether a patch begins here."""
    return shape.startswith(_OPENS_DIFF)


def in_diff(shape: bytes) -> bool:
    """Whether the line is a changed one of a patch, or says which file and lines it is about."""
    return (shape[:1] in (b"+", b"-") and shape[1:2] != shape[:1]) or shape.startswith(_IN_DIFF)


def within_diff(shape: bytes, plan: Plan | None) -> Plan | None:
    """Return the plan of a line after a patch began, given what it would be elsewhere: the patch ends at a line of another kind."""
    if opens_diff(shape):
        return Plan("general", frame=Frame(section=DIFF))
    placed = plan is not None and any(f.role in ("epoch", "step") for f in plan.fields)
    if in_diff(shape) or (shape[:1] in (b" ", b"\t") and not placed) or not shape:
        return Plan("general")
    if plan is None:
        return Plan("general", frame=EMPTY_FRAME)
    return plan if plan.frame is not None else plan._replace(frame=EMPTY_FRAME)


def of_a_tool(shape: bytes) -> bool:
    """Whether pytest or Docker's builder prints so, or it is a statement of SQL."""
    return shape.startswith(_MAY_BE_TOOL) and _TOOL.match(shape) is not None


def is_block(text: bytes) -> bool:
    """Whether the line is source code of a language with braces: `int step(int x) { int epoch = 3; return x; }`."""
    return b";" in text and b"{" in text and _BLOCK.search(text) is not None


def prepares(described: bytes) -> bool:
    """Whether a bar's description says that data, files or results are being handled, not epochs."""
    return _PREPARES.search(described) is not None and b"poch" not in described


def said_of_the_run(found: Scan, places: list[Field]) -> list[Field]:
    """Return the places of a line without values that are no part of a thing's name: `On branch epoch-30` announces none."""
    return places if found.bar else [f for f in places if f.role not in ("epoch", "step") or not _of_a_name(found.masked, f)]


def _of_a_name(text: bytes, place: Field) -> bool:
    """Whether the number is glued to its word, and what stands around it makes a name of both: `run epoch-30-lr-0.001`."""
    before = text[place.start - 1 : place.start]
    if before == b"(" and text[: place.start].endswith(b")=("):
        return True  # PostgreSQL's `Key (epoch)=(3) already exists.`
    behind = text[place.end : place.end + 3]
    if (before in (b"(", b"[") and behind == b", 0") or text[: place.start].endswith(b" for "):
        return True  # `STEPS: (60000, 80000)`, `Warmup for 500 steps`
    if not (before.isalpha() or before in (b"-", b"_")):
        return False
    if behind.startswith((b"'", b'"', b"`", b"\xe2\x80\x99")) or (behind[:1] in (b"-", b"_", b".") and behind[1:2].isalpha()):
        return True
    head = text[: place.start].rpartition(b" ")[0].strip(_AROUND)
    last = head.rpartition(b" ")[2].lower()
    return last.isalpha() and not last.endswith(b"ing") and last not in _LEADS_TO
