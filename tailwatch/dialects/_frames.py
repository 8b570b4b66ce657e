"""Changing one part of the context and keeping the others: an open table outlives a heading."""

from __future__ import annotations

from tailwatch.core.events import Frame
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Split


DRAWN: Final = "drawn"
"""The section of a frame whose split a bar named: what is printed between its states may be of anything."""


def under(frame: Frame, split: Split | None) -> Frame:
    """Return the frame with another split; a list of settings ends, an open table stays."""
    return frame._replace(split=split) if frame.dialect else Frame(split=split)
