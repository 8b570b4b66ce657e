r"""From bytes to lines: cut at `\n` only, fold the redraws of progress bars, keep the offsets of the file.

A terminal is not played: `\r` and the escape sequences that move the cursor or erase are borders between frames, backspaces
are dropped, colours removed. Of a bar that was drawn 900 times the last state remains, with its redraw count; other `\r`
frames are points of their own. How the bytes were cut into chunks makes no difference to the lines.
"""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from tailwatch.core.events import Line

FRAME_CAP: Final = 65_536
"""Bytes of one line or frame that are kept; what is longer is cut, and counted."""

_BORDER: Final = re.compile(rb"\r|\x1b\[[0-9;?]*[A-HJKSTf]")
_SGR: Final = re.compile(rb"\x1b\[[0-9;:]*m|\x1b\(B")
_BAR: Final = re.compile(
    rb"\d%|\d+ ?/ ?\d|it/s|s/it|\[=+|=>|/step|\xe2\x96[\x80-\x9f]|\xe2\x94[\x80\x81\xb8\xba]|\xe2\x95[\xb8\xba]|B/s|\d+it \[|/Unknown"
)
_COUNT: Final = re.compile(rb"(\d+) ?/ ?(\d+)(?![\d/])")
_FIRST_DIGIT: Final = re.compile(rb"\d")
_CONTROLS: Final = re.compile(rb"[\r\x1b\x08\x00]|\S\[rank\d")
_GLUED: Final = re.compile(rb"(?<=\S)(?=\[rank\d{1,4}\])")
_BOMS: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class _Bar(NamedTuple):
    frame: bytes
    offset: int
    done: int
    total: int
    redraws: int

    @property
    def full(self) -> bool:
        return self.done == self.total or b"100%" in self.frame


class LineCutter:
    """Cuts the byte stream of one log into lines; `new_part` starts anew after a truncation or a rotation."""

    def __init__(self, *, every_redraw: bool = False) -> None:
        self.part = 0
        self._every_redraw = every_redraw
        self.cut_bytes = 0
        self.redraws = 0
        self._restart()

    def _restart(self) -> None:
        self._carry = b""
        self._carry_offset = 0
        self._number = 1
        self._bars: dict[bytes, _Bar] = {}
        self._last_desc: bytes | None = None
        self._skipping = False
        self._decoder: codecs.IncrementalDecoder | None = None
        self._started = False

    @property
    def lines(self) -> int:
        """Complete lines of the present part."""
        return self._number - 1

    def new_part(self, part: int) -> None:
        """Forget the unfinished line: the file begins anew."""
        self._restart()
        self.part = part

    def feed(self, data: bytes, at: float) -> list[Line]:
        """Return the lines that `data` completes."""
        if not self._started or self._decoder is not None:
            data = self._transcode(data)
        whole = self._carry + data
        pieces = whole.split(b"\n")
        out: list[Line] = []
        offset = self._carry_offset
        plain = not self._bars and not self._skipping and _CONTROLS.search(whole) is None
        tail = pieces.pop()
        part, number = self.part, self._number
        for piece in pieces:
            if plain and len(piece) <= FRAME_CAP:
                out.append(Line(piece, number, offset, at, part))
            else:
                self._number = number
                self._finish_line(piece, offset, at, out)
                plain = plain and not self._bars
            number += 1
            offset += len(piece) + 1
        self._number = number
        self._hold_tail(tail, offset, at, out)
        return out

    def provisional(self, at: float) -> Line | None:
        """Return the line that has no end yet, as it stands, or None."""
        frames = [f for f in _BORDER.split(self._carry) if f.strip(b" \b\0")]
        if frames:
            return Line(_clean(frames[-1]), self._number, self._carry_offset, at, self.part, 0, provisional=True)
        if self._bars and self._last_desc in self._bars:
            bar = self._bars[self._last_desc]
            return Line(bar.frame, self._number, bar.offset, at, self.part, bar.redraws, provisional=True)
        return None

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
        if len(tail) > 4096 and (border := tail.rfind(b"\r", 0, len(tail) - 1)) > 0:
            self._fold(tail[:border], offset, at, out)
            tail, offset = tail[border:], offset + border
        if len(tail) > FRAME_CAP:
            if not self._skipping:
                self._fold(tail[:FRAME_CAP], offset, at, out)
                self._skipping = True
            else:
                self.cut_bytes += len(tail)
            offset += len(tail)
            tail = b""
        self._carry, self._carry_offset = tail, offset

    def _finish_line(self, piece: bytes, offset: int, at: float, out: list[Line]) -> None:
        if self._skipping:
            self.cut_bytes += len(piece)
            self._skipping = False
        else:
            if len(piece) > FRAME_CAP and b"\r" not in piece:
                self.cut_bytes += len(piece) - FRAME_CAP
                piece = piece[:FRAME_CAP]
            if not self._bars and _CONTROLS.search(piece) is None:
                out.append(Line(piece, self._number, offset, at, self.part))
                return
            before = len(out)
            self._fold(piece, offset, at, out, last=True)
            if len(out) == before and not self._bars:
                out.append(Line(b"", self._number, offset, at, self.part))
        self._flush_bars(at, out)

    def _fold(self, piece: bytes, offset: int, at: float, out: list[Line], *, last: bool = False) -> None:
        """Take the frames of (a part of) a line: bars are remembered, all else is a line of its own."""
        start = 0
        while start <= len(piece):
            border = _BORDER.search(piece, start)
            end = border.start() if border else len(piece)
            frame = _clean(piece[start:end])
            if b"[rank" in frame[1:]:
                glued = 0
                for cut in [m.start() for m in _GLUED.finditer(frame)]:
                    self._take(frame[glued:cut], offset + start + glued, at, out)
                    glued = cut
                self._take(frame[glued:], offset + start + glued, at, out)
            elif frame.strip():
                self._take(frame, offset + start, at, out)
            if border is None:
                break
            start = border.end()
        if last and self._bars and self._last_desc is None:
            self._bars = {d: b for d, b in self._bars.items() if b.full}  # a text follows: the bar goes on in the next line

    def _take(self, frame: bytes, offset: int, at: float, out: list[Line]) -> None:
        if self._every_redraw or _BAR.search(frame) is None:
            self._last_desc = None
            out.append(Line(frame, self._number, offset, at, self.part))
            return
        first = _FIRST_DIGIT.search(frame)
        desc = frame[: first.start() if first else len(frame)].strip()
        count = _COUNT.search(frame)
        done, total = (int(count[1][-15:]), int(count[2][-15:])) if count else (-1, 0)
        old = self._bars.pop(desc, None)
        redraws = 0
        if old is not None:
            if done < old.done or total != old.total:
                self._emit(old, at, out)
            else:
                redraws = old.redraws + 1
                self.redraws += 1
        elif len(self._bars) > 32:
            self._flush_bars(at, out)
        self._bars[desc] = _Bar(frame, offset, done, total, redraws)
        self._last_desc = desc

    def _flush_bars(self, at: float, out: list[Line]) -> None:
        for desc, bar in sorted(self._bars.items(), key=lambda item: item[1].offset):
            if bar.full or desc == self._last_desc:
                self._emit(bar, at, out)
        self._bars = {}
        self._last_desc = None

    def _emit(self, bar: _Bar, at: float, out: list[Line]) -> None:
        out.append(Line(bar.frame, self._number, bar.offset, at, self.part, bar.redraws))


def _clean(frame: bytes) -> bytes:
    """Remove what does not show: colours, backspaces, NULs."""
    if b"\x1b" in frame:
        frame = _SGR.sub(b"", frame)
    return frame.translate(None, b"\b\0")
