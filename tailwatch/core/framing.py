r"""Cutting lines into the frames that were drawn over each other: at `\r`, and where the cursor is moved or text erased."""

from __future__ import annotations

from itertools import accumulate, count
from operator import sub

from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import Final

NUL, BACKSPACE, CR, ESC = b"\0\b\r\x1b"
"""As numbers, because a number is found in bytes ten times as fast as a single byte is."""
LINE_END: Final = b"\n"
"""Stands as a frame of its own behind each line."""
_BETWEEN: Final = b"\r\n\r"

BORDER: Final = lazy(rb"(\r|\x1b\[[0-9;?]*[A-HJKSTf])")
_UP: Final = lazy(rb"(?:\x1b\[[0-9]{0,3}A){1,32}")
_LOOK: Final = 4096
"""So many bytes of a line are there when it is looked at, or all of it."""
_ESCAPE: Final = lazy(rb"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b[()][0-9A-B]")


class Frames(NamedTuple):
    r"""The frames of lines in a row, or of a part of one.

    Attributes:
        joined: their bytes as they are shown, one `\r` between two.
        raws: the bytes of each.
        starts: the offset of each less the number of frames before it, and 2 more for each line end before it.
        erased_bytes: what does not show: colours, backspaces, NULs.
    """

    joined: bytes
    raws: list[bytes]
    starts: list[int]
    erased_bytes: int


def frames_of(pieces: list[bytes], offset: int) -> Frames:
    """Cut lines in a row, the first of which stands at an offset of the log, into frames; no line end stands behind the last."""
    joined = _BETWEEN.join(pieces) if len(pieces) > 1 else pieces[0]
    if ESC in joined:
        parts = BORDER.split(joined)  # frames and borders in turn
        starts = list(map(sub, list(accumulate(map(len, parts), initial=offset))[::2], count()))
        raws = parts[::2]
        joined = b"\r".join(raws)
    else:
        raws = joined.split(b"\r")
        starts = list(accumulate(map(len, raws), initial=offset))
    shown = cleaned(joined)
    erased = len(joined) - len(shown)
    return Frames(shown, shown.split(b"\r") if erased else raws, starts, erased)


def cleaned(frames: bytes) -> bytes:
    r"""Remove what does not show: colours, backspaces, NULs. No escape sequence goes on beyond a `\r`."""
    if ESC in frames:
        frames = _ESCAPE.sub(b"", frames)
    return frames.translate(None, b"\b\0") if BACKSPACE in frames or NUL in frames else frames


def way(piece: bytes) -> int:
    """How a line begins: -1 if not by going back, else how often the cursor goes up first.

    So many line ends before it were the way down to a nested bar.
    """
    if piece[:1] != b"\r" and (piece[:1] != b"\x1b" or BORDER.match(piece) is None):
        return -1
    at = piece.find(ESC, 0, _LOOK)
    if at < 0:
        return 0
    found = _UP.match(piece, at, _LOOK) or _UP.search(piece, at, _LOOK)  # mostly it is the first one
    return found[0].count(b"A") if found else 0
