"""Changing one part of the context and keeping the others: an open table outlives a heading."""

from __future__ import annotations

from tailwatch.core.events import Frame
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.core.events import Split


def under(frame: Frame, split: Split | None) -> Frame:
    """Return the frame with another split; a list of settings ends, an open table stays."""
    return frame._replace(split=split) if frame.dialect else Frame(split=split)
