r"""From bytes to lines: cut at `\n` only, fold the redraws of progress bars, keep the offsets of the file.

A terminal is not played: `\r` and the escape sequences that move the cursor or erase are borders between frames, backspaces
are dropped, colours removed. Of a bar that was drawn 900 times the last state remains, with its redraw count; other `\r`
frames are points of their own. How the bytes were cut into chunks makes no difference to the lines.

A chunk is looked through as a whole, so that a line without `\r`, bars and controls costs next to nothing.
"""

from __future__ import annotations

import codecs
from itertools import accumulate, compress, count
from typing import TYPE_CHECKING, Final, NamedTuple

from tailwatch.core.bars import Bars
from tailwatch.core.block import Block
from tailwatch.core.encodings import is_utf8, readable
from tailwatch.core.events import Line
from tailwatch.core.framing import BORDER, cleaned, frames_of
from tailwatch.core.lazily import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAME_CAP: Final = 65_536
"""Bytes of one line or frame that are kept; what is longer is cut, and counted."""

_COLOUR: Final = lazy(rb"\x1b\[[0-9;:]{0,64}m")
_SHOWN: Final = lazy(rb"[^ \x08\x00]")
_CONTROLS: Final = b"\r\x1b\b\0"
_OTHERS: Final = bytes(set(range(256)).difference(_CONTROLS, b"\n"))
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
        self._is_utf8 = True
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

    def feed(self, data: bytes, at: float) -> Block:
        """Return the lines that `data` completes."""
        if not self._started or self._decoder is not None:
            data = self._transcode(data)
        whole = self._carry + data
        out = Block(at, self.part)
        pieces = whole.split(b"\n")
        tail = pieces.pop()
        offset = self._carry_offset
        if pieces:
            self.blank_lines += pieces.count(b"")
            starts = list(accumulate(map(len, pieces), initial=offset - self._number))
            starts.pop()  # where the tail begins
            offset += len(whole) - len(tail)
            if self._is_plain(whole):
                self._take_plain(pieces, starts, out)
            else:
                self._take(whole[: len(whole) - len(tail)], pieces, starts, out)
        self._hold_tail(tail, offset, out)
        return self._decoded(out, whole)

    def _is_plain(self, whole: bytes) -> bool:
        """Whether the bytes are lines and nothing else: no controls, nothing overlong, nothing that goes on from before."""
        if self._begun or self._skipping or b"\r" in whole or b"\x1b" in whole or b"\b" in whole or b"\0" in whole:
            return False
        return not _may_be_overlong(whole)

    def _take_plain(self, pieces: list[bytes], starts: list[int], out: Block) -> None:
        """Take lines in a row that hold nothing but a text each; no bar is drawn on in such a line."""
        if pieces:
            if self._bars:
                self._bars.flush(out)
            out.extend(pieces, self._number, starts)
            self._number += len(pieces)

    def _take(self, whole: bytes, pieces: list[bytes], starts: list[int], out: Block) -> None:
        """Take lines some of which need care; those between them are taken at once."""
        self.blank_lines += pieces.count(b"\r")
        marks = whole.translate(None, _OTHERS).split(b"\n")
        places = list(compress(count(), marks))
        if self._begun or self._skipping or _may_be_overlong(whole):
            overlong = [i for i, piece in enumerate(pieces) if len(piece) > FRAME_CAP]
            places = sorted({0, *places, *overlong})
        first = 0
        for i, text in zip(places, self._texts([pieces[i] for i in places]), strict=True):
            if text is not None and not self._begun and not self._skipping:
                self._erased_bytes += len(pieces[i]) - len(text) - (b"\r" in marks[i])
                pieces[i] = text
                continue
            self._take_plain(pieces[first:i], starts[first:i], out)
            self._finish_line(pieces[i], starts[i] + self._number, out)
            self._number += 1
            first = i + 1
        self._take_plain(pieces[first:], starts[first:], out)

    def _texts(self, pieces: list[bytes]) -> Iterator[bytes | None]:
        r"""Yield the text of each line that is one, but for colours and a last `\r`, else None."""
        joined = b"\n".join((*pieces, b""))
        if b"\x1b" in joined:
            joined = _COLOUR.sub(b"", joined)
        joined = joined.replace(b"\r\n", b"\n")
        texts, controls = joined.split(b"\n"), joined.translate(None, _OTHERS).split(b"\n")
        forms = iter(
            self._bars.forms.of(b"\n".join([text for text, mark in zip(texts, controls, strict=True) if not mark]), b"\n")
        )
        for piece, text, mark in zip(pieces, texts, controls, strict=False):
            if mark:
                yield None
            else:
                form = next(forms)
                yield None if form.is_blank or (form.is_bar and form.goes_on) or len(piece) > FRAME_CAP else text

    def _decoded(self, out: Block, whole: bytes) -> Block:
        """Return the lines in UTF-8. Once a log holds other bytes, each line is looked at: a bar may come out much later."""
        if self._is_utf8 and not whole.isascii():
            self._is_utf8 = is_utf8(whole)
        if not self._is_utf8:
            out.replace(readable)
        return out

    def provisional(self, at: float) -> Line | None:
        """Return the line that has no end yet, as it stands, or None."""
        shown = _SHOWN.search(self._carry) is not None
        frames = [f for f in BORDER.split(self._carry)[::2] if f.strip(b" \b\0")] if shown else []
        if frames:
            return Line(cleaned(frames[-1]), self._number, self._carry_offset, at, self.part, 0, provisional=True)
        bar = self._bars.newest()
        return None if bar is None else Line(bar.frame, bar.number, bar.offset, at, self.part, bar.redraws, provisional=True)

    def finish(self, at: float) -> Block:
        """Nothing more will come: return the lines that waited for the next one, and the whole frames of the unfinished line."""
        out = Block(at, self.part)
        border = max(self._carry.rfind(b"\r"), 0)
        if border and not self._skipping:
            self._begin(self._carry, out)
            self._fold(self._carry[:border], self._carry_offset, out)
            self._carry, self._carry_offset = self._carry[border:], self._carry_offset + border
        if not self._begun or border:
            self._bars.flush(out)
        return self._decoded(out, b"")

    def rest(self, at: float) -> Block | None:
        """Return what stands behind the last line end or carriage return once nothing more will come, or None."""
        frame = b"" if self._skipping else cleaned(BORDER.split(self._carry)[-1])
        if not frame.strip():
            return None
        out = Block(at, self.part)
        out.add(frame, self._number, self._carry_offset + (len(self._carry) - len(self._carry.lstrip(b"\r"))))
        return out

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

    def _hold_tail(self, tail: bytes, offset: int, out: Block) -> None:
        """Keep the unfinished line; of a long one only the frame at its end, the others are folded already."""
        tail, offset = _without_hole(tail, offset)
        if len(tail) > 4096 and (border := tail.rfind(b"\r", 0, len(tail) - 1)) > 0:
            self._begin(tail, out)
            self._fold(tail[:border], offset, out)
            tail, offset = tail[border:], offset + border
        if len(tail) > FRAME_CAP:
            if not self._skipping:
                self._begin(tail, out)
                self._fold(tail[:FRAME_CAP], offset, out)
                self._skipping = True
            else:
                self.cut_bytes += len(tail)
            offset += len(tail)
            tail = b""
        self._carry, self._carry_offset = tail, offset

    def _begin(self, piece: bytes, out: Block) -> None:
        """The first bytes of a line: bars go on in it only if it begins by going back."""
        if not self._begun:
            self._begun = True
            if self._bars and BORDER.match(piece) is None:
                self._bars.flush(out)

    def _finish_line(self, piece: bytes, offset: int, out: Block) -> None:
        piece, offset = _without_hole(piece, offset)
        if self._skipping:
            self.cut_bytes += len(piece)
            self._skipping = False
        else:
            if len(piece) > FRAME_CAP and b"\r" not in piece:
                self.cut_bytes += len(piece) - FRAME_CAP
                piece = piece[:FRAME_CAP]
            self._begin(piece, out)
            if not self._bars and not piece.translate(None, _OTHERS):
                out.add(piece, self._number, offset)
                self._begun = False
                return
            before = len(out)
            self._fold(piece, offset, out)
            if len(out) == before and not self._bars:
                out.add(b"", self._number, offset)
        self._begun = False
        self._bars.end_line(out)

    def _fold(self, piece: bytes, offset: int, out: Block) -> None:
        """Take the frames of (a part of) a line: bars are remembered, all else is a line of its own."""
        frames = frames_of(piece, offset)
        self._erased_bytes += frames.erased_bytes
        self._bars.take(frames, self._number, out)


def _may_be_overlong(whole: bytes) -> bool:
    """Whether a line may be longer than the cap: not where each stretch of half of it holds a line end."""
    half = FRAME_CAP // 2
    return any(whole.find(b"\n", at, at + half) < 0 for at in range(0, len(whole) - half, half))


def _without_hole(piece: bytes, offset: int) -> tuple[bytes, int]:
    """Remove the NUL bytes before a line: what a writer leaves that goes on at its old offset in a truncated file."""
    if not piece.startswith(b"\0"):
        return piece, offset
    text = piece.lstrip(b"\0")
    return text, offset + len(piece) - len(text)
