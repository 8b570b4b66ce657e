"""Lines that hold no value but say what the next ones are: `Validation:`, `***** eval metrics *****`, `Eval begin...`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tailwatch.core.events import Frame, Plan
from tailwatch.core.metrics import split_of

if TYPE_CHECKING:
    from tailwatch.core.events import Frame as FrameType

NAME: Final = "general"
_HEADING: Final = re.compile(
    rb"[:\xef\xbc\x9a]\s*$|\.\.\.\s*$|\*{3}|={3}|-{3}|#{2}|\b(?:begin|start|phase|mode|results?|metrics|set)\b", re.IGNORECASE
)


def heading(shape: bytes, masked: bytes, frame: FrameType) -> Plan | None:
    """Return the plan of a heading that names a split, None for any other line."""
    text = masked.strip()
    if not 3 <= len(text) <= 72 or b"0" in shape.strip()[:1] or _HEADING.search(text) is None:
        return None
    split = split_of(text.decode("utf-8", "replace"))
    if split is None:
        return None
    return Plan(NAME, frame=Frame(split=split), claims=frame.split != split)
