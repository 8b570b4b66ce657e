r"""From bytes to lines: cut at `\n` only, fold the redraws of progress bars, keep the offsets of the file.

A terminal is not played: `\r` and the escape sequences that move the cursor or erase are borders between frames, backspaces
are dropped, colours removed. Of a bar that was drawn 900 times the last state remains, with its redraw count; other `\r`
frames are points of their own. How the bytes were cut into chunks makes no difference to the lines.
"""

from __future__ import annotations

import codecs
from itertools import accumulate, count, repeat
from operator import add
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from tailwatch.core.bars import Bars
from tailwatch.core.encodings import readable
from tailwatch.core.events import Line
from tailwatch.core.frames import is_bar
from tailwatch.core.lazily import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FRAME_CAP: Final = 65_536
"""Bytes of one line or frame that are kept; what is longer is cut, and counted."""

_BORDER: Final = lazy(rb"\r|\x1b\[[0-9;?]*[A-HJKSTf]")
_ESCAPE: Final = lazy(rb"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b[()][0-9A-B]")
_COLOUR: Final = lazy(rb"\x1b\[[0-9;:]{0,64}m")
_CONTROLS: Final = lazy(rb"[\r\x1b\x08\x00]")
_HIDDEN: Final = lazy(rb"[\x1b\x08\x00]")
_SHOWN: Final = lazy(rb"[^ \x08\x00]")
_LINE: Final = cast("Callable[[type[Line], tuple[object, ...]], Line]", tuple.__new__)
"""Makes a line without a call of Python's."""
_AS_IT_IS: Final = frozenset(("auto", "utf-8", "ascii"))
_BOMS: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Waste(NamedTuple):
    """What of a log says nothing: frames that were folded, in bytes; blank lines; bytes of overlong lines that were cut."""

    redrawn_bytes: int
    blank_lines: int
    cut_bytes: int


class LineCutter:
    """Cuts the byte stream of one log into lines; `new_part` starts anew after a truncation or a rotation."""

    def __init__(self, *, every_redraw: bool = False, encoding: str = "auto") -> None:
        self.part = 0
        self._encoding = encoding
        self.cut_bytes = 0
        self.blank_lines = 0
        self._erased_bytes = 0
        self._bars = Bars(every_redraw=every_redraw)
        self._restart()

    def _restart(self) -> None:
        self._carry = b""
        self._carry_offset = 0
        self._number = 1
        self._bars.forget()
        self._begun = False
        self._skipping = False
        self._decoder: codecs.IncrementalDecoder | None = None
        self._started = False
        if self._encoding not in _AS_IT_IS:
            self._decoder = codecs.getincrementaldecoder(self._encoding)("replace")
            self._started = True

    @property
    def redraws(self) -> int:
        """Frames of progress bars that were folded into later ones."""
        return self._bars.redraws

    @property
    def waste(self) -> Waste:
        """Bytes of those frames and of the backspaces, colours and NULs between what shows; blank lines; what was cut."""
        return Waste(self._bars.redrawn_bytes + self._erased_bytes, self.blank_lines, self.cut_bytes)

    @property
    def lines(self) -> int:
        """Complete lines of the present part."""
        return self._number - 1

    def new_part(self, part: int) -> None:
        """Forget the unfinished line: the file begins anew."""
        self._restart()
        self.part = part

    def skip(self, length: int) -> None:
        """Pass over a hole in the file, whose NUL bytes were not read."""
        self._carry_offset += length

    def feed(self, data: bytes, at: float) -> list[Line]:
        """Return the lines that `data` completes."""
        if not self._started or self._decoder is not None:
            data = self._transcode(data)
        whole = self._carry + data
        pieces = whole.split(b"\n")
        tail = pieces.pop()
        self.blank_lines += pieces.count(b"") + pieces.count(b"\r")
        offset = self._carry_offset
        offsets = list(map(add, accumulate(map(len, pieces), initial=offset), count()))
        out: list[Line] = []
        if not pieces:
            pass
        elif self._is_plain(whole, pieces):
            self._at_once(pieces, offsets, at, out)
        else:
            self._one_by_one(pieces, offsets, at, out)
        self._hold_tail(tail, offsets[-1], at, out)
        return out if whole.isascii() else [readable(line) for line in out]

    def _is_plain(self, whole: bytes, pieces: list[bytes]) -> bool:
        """Whether the bytes are lines and nothing else: neither bars nor controls nor what is overlong."""
        if self._bars or self._begun or self._skipping or max(map(len, pieces), default=0) > FRAME_CAP:
            return False
        return not (b"\r" in whole or b"\x1b" in whole or b"\0" in whole or b"\b" in whole)

    def _at_once(self, pieces: list[bytes], offsets: list[int], at: float, out: list[Line]) -> None:
        columns = (pieces, count(self._number), offsets, repeat(at), repeat(self.part), repeat(0), repeat(False))  # noqa: FBT003
        self._number += len(pieces)
        rows: Iterable[tuple[object, ...]] = zip(*columns, strict=False)  # the counters have no end
        out.extend(map(_LINE, repeat(Line), rows))

    def _one_by_one(self, pieces: list[bytes], offsets: list[int], at: float, out: list[Line]) -> None:
        """Finish lines some of which hold controls or are overlong; those between them that do not are taken at once."""
        shown = _COLOUR.sub(b"", b"\n".join(pieces)).split(b"\n")
        first = 0
        for i, text in enumerate(shown):
            if not (self._bars or self._begun or self._skipping) and self._is_simple(text, pieces[i]):
                self._erased_bytes += len(pieces[i]) - len(text)
                continue
            if first < i:
                self._at_once(shown[first:i], offsets[first:i], at, out)
            self._finish_line(pieces[i], offsets[i], at, out)
            self._number += 1
            first = i + 1
        self._at_once(shown[first:], offsets[first : len(shown)], at, out)

    @staticmethod
    def _is_simple(text: bytes, piece: bytes) -> bool:
        """Whether a piece is one line as it is shown without its colours, and no bar."""
        if len(piece) > FRAME_CAP or _CONTROLS.search(text) is not None:
            return False
        return len(text) == len(piece) or (bool(text.strip()) and not is_bar(text))

    def provisional(self, at: float) -> Line | None:
        """Return the line that has no end yet, as it stands, or None."""
        shown = _SHOWN.search(self._carry) is not None
        frames = [f for f in _BORDER.split(self._carry) if f.strip(b" \b\0")] if shown else []
        if frames:
            return Line(_clean(frames[-1]), self._number, self._carry_offset, at, self.part, 0, provisional=True)
        bar = self._bars.newest()
        return None if bar is None else Line(bar.frame, bar.number, bar.offset, at, self.part, bar.redraws, provisional=True)

    def finish(self, at: float) -> list[Line]:
        """Nothing more will come: return the lines that waited for the next one, and the whole frames of the unfinished line."""
        out: list[Line] = []
        border = max(self._carry.rfind(b"\r"), 0)
        if border and not self._skipping:
            self._begin(self._carry, at, out)
            self._fold(self._carry[:border], self._carry_offset, at, out)
            self._carry, self._carry_offset = self._carry[border:], self._carry_offset + border
        if not self._begun or border:
            self._bars.flush(at, self.part, out)
        return out

    def rest(self, at: float) -> Line | None:
        """Return what stands behind the last line end or carriage return once nothing more will come, or None."""
        frame = b"" if self._skipping else _clean(_BORDER.split(self._carry)[-1])
        if not frame.strip():
            return None
        offset = self._carry_offset + (len(self._carry) - len(self._carry.lstrip(b"\r")))
        return Line(frame, self._number, offset, at, self.part)

    def _transcode(self, data: bytes) -> bytes:
        if not self._started and data:
            self._started = True
            for bom, encoding in _BOMS:
                if data.startswith(bom):
                    self._decoder = codecs.getincrementaldecoder(encoding)("replace")
                    data = data[len(bom) :]
            if data.startswith(codecs.BOM_UTF8):
                data = data[len(codecs.BOM_UTF8) :]
                self._carry_offset = len(codecs.BOM_UTF8)
        if self._decoder is None:
            return data
        return self._decoder.decode(data).encode("utf-8", "surrogatepass")

    def _hold_tail(self, tail: bytes, offset: int, at: float, out: list[Line]) -> None:
        """Keep the unfinished line; of a long one only the frame at its end, the others are folded already."""
        tail, offset = _without_hole(tail, offset)
        if len(tail) > 4096 and (border := tail.rfind(b"\r", 0, len(tail) - 1)) > 0:
            self._begin(tail, at, out)
            self._fold(tail[:border], offset, at, out)
            tail, offset = tail[border:], offset + border
        if len(tail) > FRAME_CAP:
            if not self._skipping:
                self._begin(tail, at, out)
                self._fold(tail[:FRAME_CAP], offset, at, out)
                self._skipping = True
            else:
                self.cut_bytes += len(tail)
            offset += len(tail)
            tail = b""
        self._carry, self._carry_offset = tail, offset

    def _begin(self, piece: bytes, at: float, out: list[Line]) -> None:
        """The first bytes of a line: bars go on in it only if it begins by going back."""
        if not self._begun:
            self._begun = True
            if self._bars and _BORDER.match(piece) is None:
                self._bars.flush(at, self.part, out)

    def _finish_line(self, piece: bytes, offset: int, at: float, out: list[Line]) -> None:
        piece, offset = _without_hole(piece, offset)
        if self._skipping:
            self.cut_bytes += len(piece)
            self._skipping = False
        else:
            if len(piece) > FRAME_CAP and b"\r" not in piece:
                self.cut_bytes += len(piece) - FRAME_CAP
                piece = piece[:FRAME_CAP]
            self._begin(piece, at, out)
            if not self._bars and _CONTROLS.search(piece) is None:
                out.append(Line(piece, self._number, offset, at, self.part))
                self._begun = False
                return
            before = len(out)
            self._fold(piece, offset, at, out)
            if len(out) == before and not self._bars:
                out.append(Line(b"", self._number, offset, at, self.part))
        self._begun = False
        self._bars.end_line(at, self.part, out)

    def _fold(self, piece: bytes, offset: int, at: float, out: list[Line]) -> None:
        """Take the frames of (a part of) a line: bars are remembered, all else is a line of its own."""
        frames, offsets, start = [], [], 0
        if b"\x1b" in piece:
            for border in _BORDER.finditer(piece):
                frames.append(piece[start : border.start()])
                offsets.append(offset + start)
                start = border.end()
            frames.append(piece[start:])
            offsets.append(offset + start)
        else:
            frames = piece.split(b"\r")
            offsets = list(map(add, accumulate(map(len, frames[:-1]), initial=offset), count()))
        if _HIDDEN.search(piece) is not None:
            shown = list(map(_clean, frames))
            self._erased_bytes += sum(map(len, frames)) - sum(map(len, shown))
            frames = shown
        self._bars.take(frames, offsets, self._number, at, self.part, out)


def _without_hole(piece: bytes, offset: int) -> tuple[bytes, int]:
    """Remove the NUL bytes before a line: what a writer leaves that goes on at its old offset in a truncated file."""
    if not piece.startswith(b"\0"):
        return piece, offset
    text = piece.lstrip(b"\0")
    return text, offset + len(piece) - len(text)


def _clean(frame: bytes) -> bytes:
    """Remove what does not show: colours, backspaces, NULs."""
    if b"\x1b" in frame:
        frame = _ESCAPE.sub(b"", frame)
    return frame.translate(None, b"\b\0")
