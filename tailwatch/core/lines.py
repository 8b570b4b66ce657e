r"""From bytes to lines: cut at `\n` only, fold the redraws of progress bars, keep the offsets of the file.

A terminal is not played: `\r` and the escape sequences that move the cursor or erase are borders between frames, backspaces
are dropped, colours removed. Of a bar that was drawn 900 times the last state remains, with its redraw count; other `\r`
frames are points of their own. How the bytes were cut into chunks makes no difference to the lines.

A chunk is looked through as a whole, so that a line without `\r`, bars and controls costs next to nothing.
"""

from __future__ import annotations

from itertools import accumulate, compress, count

from tailwatch.core.bars import Bars
from tailwatch.core.block import Block
from tailwatch.core.encodings import Transcoder, has_wide_numbers, is_utf8, narrow, readable
from tailwatch.core.events import Line
from tailwatch.core.frames import BARE, BLANK
from tailwatch.core.framing import BORDER, CR, ESC, NUL, cleaned, frames_of
from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tailwatch.core.frames import Form

FRAME_CAP: Final = 65_536
"""Bytes of one line or frame that are kept; what is longer is cut, and counted."""

_COLOUR: Final = lazy(rb"\x1b\[[0-9;:]{0,64}m")
_SHOWN: Final = lazy(rb"[^ \x08\x00]")
_CONTROLS: Final = b"\r\x1b\b\0"
_OTHERS: Final = bytes(set(range(256)).difference(_CONTROLS, b"\n"))


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
        self._bars.screen.forget()
        self._begun = False
        self._skipping = False
        self._is_utf8 = True
        self._is_wide = False
        self._transcoder = Transcoder(self._encoding)

    @property
    def redraws(self) -> int:
        """Frames of progress bars that were folded into later ones."""
        return self._bars.screen.redraws

    @property
    def waste(self) -> Waste:
        """Bytes of those frames and of the backspaces, colours and NULs between what shows; blank lines; what was cut."""
        return Waste(
            self._bars.screen.redrawn_bytes + self._bars.erased_bytes + self._erased_bytes, self.blank_lines, self.cut_bytes
        )

    @property
    def lines(self) -> int:
        """Complete lines of the present part."""
        return self._number - 1

    @property
    def waits(self) -> bool:
        """Whether a line is unfinished, or a bar may go on."""
        return bool(self._carry or self._begun or self._bars.screen)

    def new_part(self, part: int) -> None:
        """Forget the unfinished line: the file begins anew."""
        self._restart()
        self.part = part

    def skip(self, length: int) -> None:
        """Pass over a hole in the file, whose NUL bytes were not read."""
        self._carry_offset += length

    def feed(self, data: bytes, at: float) -> Block:
        """Return the lines that `data` completes."""
        if self._transcoder.wanted:
            data, mark = self._transcoder.utf8(data)
            self._carry_offset += mark
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
        if self._begun or self._skipping or any(control in whole for control in _CONTROLS):
            return False
        return not _may_be_overlong(whole)

    def _take_plain(self, pieces: list[bytes], starts: list[int], out: Block) -> None:
        """Take lines in a row that hold nothing but a text each; no bar is drawn on in such a line."""
        if pieces and self._bars.screen:
            if not pieces[0] and self._bars.screen.takes_blank_line():
                self._number += 1
                self._take_plain(pieces[1:], starts[1:], out)
                return
            self._bars.screen.flush(out)
        out.extend(pieces, self._number, starts)
        self._number += len(pieces)

    def _take(self, whole: bytes, pieces: list[bytes], starts: list[int], out: Block) -> None:
        """Take lines some of which need care; those between them are taken at once."""
        self.blank_lines += pieces.count(b"\r")
        marks = whole.translate(None, _OTHERS).split(b"\n")
        odd = set(self._odd(whole, pieces))
        places = sorted(odd.union(compress(count(), marks))) if odd else list(compress(count(), marks))
        frames = []
        for i, text in zip(places, self._texts([pieces[i] for i in places]), strict=True):
            if text is None or i in odd:
                frames.append(i)
            else:
                self._erased_bytes += len(pieces[i]) - len(text) - (CR in marks[i])
                pieces[i] = text
        end = 0
        for first, behind in _in_a_row(frames, odd):
            self._take_plain(pieces[end:first], starts[end:first], out)
            offset, end = starts[first] + self._number, behind
            if first in odd:
                self._finish_line(pieces[first], offset, out)
            else:
                self._bars.take_lines(pieces[first:end], self._number, offset, out)
            self._number += end - first
        self._take_plain(pieces[end:], starts[end:], out)

    def _odd(self, whole: bytes, pieces: list[bytes]) -> Iterator[int]:
        """Yield the places of lines that are read by themselves: begun before, overlong, behind a hole."""
        if self._begun or self._skipping:
            yield 0
        if _may_be_overlong(whole):
            yield from (i for i, piece in enumerate(pieces) if len(piece) > FRAME_CAP)
        if NUL in whole:
            yield from (i for i, piece in enumerate(pieces) if piece.startswith(b"\0"))

    def _texts(self, pieces: list[bytes]) -> Iterator[bytes | None]:
        r"""Yield the text of each line that is one, but for colours and a last `\r`, else None."""
        joined = b"\n".join((*pieces, b""))
        if ESC in joined:
            joined = _COLOUR.sub(b"", joined)
        joined = joined.replace(b"\r\n", b"\n")
        texts, controls = joined.split(b"\n"), joined.translate(None, _OTHERS).split(b"\n")
        texts.pop()
        forms = iter(self._bars.forms.of(b"\n".join([t for t, mark in zip(texts, controls, strict=False) if not mark]), b"\n"))
        for text, mark in zip(texts, controls, strict=False):
            yield None if mark else _shown(text, next(forms))

    def _decoded(self, out: Block, whole: bytes) -> Block:
        """Return the lines in UTF-8. Once a log holds other bytes, each line is looked at: a bar may come out much later."""
        if not whole.isascii():
            self._is_utf8 = self._is_utf8 and is_utf8(whole)
            self._is_wide = self._is_wide or not self._is_utf8 or has_wide_numbers(whole)
        if not self._is_utf8:
            out.replace(readable)
        if self._is_wide:
            out.replace(narrow)
        return out

    def provisional(self, at: float) -> Line | None:
        """Return the line that has no end yet, as it stands, or None."""
        shown = _SHOWN.search(self._carry) is not None
        frames = [f for f in BORDER.split(self._carry)[::2] if f.strip(b" \b\0")] if shown else []
        if frames:
            return Line(cleaned(frames[-1]), self._number, self._carry_offset, at, self.part, 0, provisional=True)
        bar = self._bars.screen.last
        return None if bar is None else Line(bar.frame, bar.number, bar.offset, at, self.part, bar.redraws, provisional=True)

    def finish(self, at: float) -> Block:
        """Nothing more will come: return the lines that waited for the next one, and the whole frames of the unfinished line."""
        out = Block(at, self.part)
        border = max(self._carry.rfind(b"\r"), 0)
        if border and not self._skipping:
            self._begin(self._carry, out)
            self._bars.take_part(self._carry[:border], self._number, self._carry_offset, out)
            self._carry, self._carry_offset = self._carry[border:], self._carry_offset + border
        if not self._begun or self._carry[:1] == b"\r":
            self._bars.screen.flush(out)
        return self._decoded(out, b"")

    def rest(self, at: float) -> Block | None:
        """Return what stands behind the last line end or carriage return once nothing more will come, or None."""
        frames = frames_of([self._carry], self._carry_offset)
        shown = [place for place, raw in enumerate(frames.raws) if raw.strip()]
        if self._skipping or not shown:
            return None
        out = Block(at, self.part)
        out.add(frames.raws[shown[-1]], self._number, frames.starts[shown[-1]] + shown[-1])
        return out

    def _hold_tail(self, tail: bytes, offset: int, out: Block) -> None:
        """Keep the unfinished line; of a long one only the frame at its end, the others are folded already."""
        tail, offset = _without_hole(tail, offset)
        if len(tail) > 4096 and (border := tail.rfind(b"\r", 0, len(tail) - 1)) > 0:
            self._begin(tail, out)
            self._bars.take_part(tail[:border], self._number, offset, out)
            tail, offset = tail[border:], offset + border
        if len(tail) > FRAME_CAP:
            if not self._skipping:
                self._begin(tail, out)
                self._bars.take_part(tail[:FRAME_CAP], self._number, offset, out)
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
            self._bars.screen.begin_line(piece, out)

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
            self._begun = False
            if not self._bars.screen and not piece.translate(None, _OTHERS):
                out.add(piece, self._number, offset)
            else:
                self._bars.take_lines([piece], self._number, offset, out, begun=True)
            return
        self._begun = False
        self._bars.screen.end_line(out)


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


def _shown(text: bytes, form: Form) -> bytes | None:
    """Return what is a line of its own: a text, or a bar that is not drawn on in the next line."""
    return None if form.kind == BLANK or (form.kind >= BARE and form.goes_on) else text


def _in_a_row(places: list[int], alone: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield the first place and the one behind the last of those in a row, some of which stand alone."""
    at = 0
    while at < len(places):
        first, behind = places[at], places[at] + 1
        at += 1
        while first not in alone and at < len(places) and places[at] == behind and behind not in alone:
            behind += 1
            at += 1
        yield first, behind
