"""Cutting a log into lines, for properties of how that is done."""

from tailwatch.core.events import Line
from tailwatch.core.lines import LineCutter


def cut(chunks: list[bytes]) -> tuple[list[Line], object]:
    """Return the lines, and what was counted."""
    cutter = LineCutter()
    lines = [line for chunk in chunks for line in cutter.feed(chunk, 0.0)]
    lines += [*cutter.finish(0.0), *(cutter.rest(0.0) or ())]
    return lines, (cutter.redraws, cutter.waste, cutter.lines)
