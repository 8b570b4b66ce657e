r"""Cutting a line into the frames that were drawn over each other: at `\r`, and where the cursor is moved or text erased."""

from __future__ import annotations

from itertools import accumulate
from typing import Final, NamedTuple

from tailwatch.core.lazily import lazy

BORDER: Final = lazy(rb"(\r|\x1b\[[0-9;?]*[A-HJKSTf])")
_ESCAPE: Final = lazy(rb"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b[()][0-9A-B]")


class Frames(NamedTuple):
    r"""The frames of a line, or of a part of one.

    Attributes:
        joined: their bytes as they are shown, one `\r` between two.
        raws: the bytes of each.
        starts: the offset of each less the number of frames before it.
        erased_bytes: what does not show: colours, backspaces, NULs.
    """

    joined: bytes
    raws: list[bytes]
    starts: list[int]
    erased_bytes: int


def frames_of(piece: bytes, offset: int) -> Frames:
    """Cut the bytes that stand at an offset of the log into frames."""
    if b"\x1b" in piece:
        parts = BORDER.split(piece)  # frames and borders in turn
        raws, borders = parts[::2], parts[1::2]
        joined = b"\r".join(raws)
        steps = [len(raw) + len(border) - 1 for raw, border in zip(raws, borders, strict=False)]  # no border behind the last
        starts = list(accumulate(steps, initial=offset))
    else:
        joined, raws = piece, piece.split(b"\r")
        starts = list(accumulate(map(len, raws[:-1]), initial=offset))
    shown = cleaned(joined)
    erased = len(joined) - len(shown)
    return Frames(shown, shown.split(b"\r") if erased else raws, starts, erased)


def cleaned(frames: bytes) -> bytes:
    r"""Remove what does not show: colours, backspaces, NULs. No escape sequence goes on beyond a `\r`."""
    if b"\x1b" in frames:
        frames = _ESCAPE.sub(b"", frames)
    return frames.translate(None, b"\b\0") if b"\b" in frames or b"\0" in frames else frames
