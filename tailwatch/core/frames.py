r"""What the shape of a `\r` frame tells: whether it is a progress bar, and where its name and its count stand.

A bar is drawn thousands of times in a few shapes, so each shape is examined once. Nothing here looks at a digit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tailwatch.core.lazily import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable

WIPE: Final = 8
"""So many blanks between two carriage returns wipe a bar off the screen."""
MAX_FORMS: Final = 2048
MAX_KEPT: Final = 4096
"""Longer shapes are examined anew each time."""
MAX_TRACKS: Final = 256
TEXT, BARE, COUNTED, OF_TOTAL, BEHIND = -1, 0, 1, 2, 3
"""Kinds of frames: no bar; a bar without a count, with one, with one of a total; `BEHIND` is added where a text stands behind."""
_DIGITS_TO_ZERO: Final = bytes.maketrans(b"123456789", b"000000000")

_BAR: Final = lazy(
    rb"\d%|\d ?/ ?\d|it/s|s/it|\[=+|=>|/step|\xe2\x96[\x80-\x9f]|\xe2\x94[\x80\x81\xb8\xba]|\xe2\x95[\xb8\xba]|B/s|\dit \[|"
    rb"/Unknown"
)
_COUNT: Final = lazy(rb"(\d{1,15}) ?/ ?(\d{1,15})(?![\d/])")
_DRAWN_COUNT: Final = lazy(rb"(\d{1,15})(?:/(\d{1,15})|it)(?= \[| \xe2\x94)")
_GLYPHS: Final = lazy(rb"\[[=#>][=#>. -]{3,}")
_PERCENT: Final = lazy(rb"\d{1,3}%")
_CHANGING: Final = lazy(rb"\d+\.\d*")
_TQDM_CLOCK: Final = lazy(rb"\[\d{1,3}:\d[\d:]{1,8}(?:<[^\]]{0,2000}|, [^\]]{0,2000})\]")
_TQDM_START: Final = lazy(rb"\[\d{1,3}:\d[\d:]{1,8}<")
_NO_VALUES: Final = lazy(rb"(?:it/s|s/it|\?)\]\s*$")


class Track(NamedTuple):
    """What frames share that may be states of one bar: its name (`Epoch 3/10:`, changing numbers left out), and their kind."""

    name: bytes
    kind: int


class Form(NamedTuple):
    """What frames of one shape share.

    Attributes:
        is_blank: nothing is shown.
        is_bar: a count, a percentage, a rate or the glyphs of a bar are.
        track: the track of them all, None where it depends on digits.
        name_at: the slices that make the name.
        varies: the slice of those that has digits, None where several have.
        tracks: the tracks met, by the bytes of that slice.
        kind: see `Track`.
        done: the slice that says how far the bar is, or None.
        total: the slice that says of how much, or None.
        counts: both, and what stands between them; empty where there are none.
        of_total: the total and what stands before it; empty where there is none.
        without_values: it ends with a rate, as bars do that show no values.
        goes_on: tqdm may draw it on in the next line, around a nested bar.
    """

    is_blank: bool
    is_bar: bool
    track: Track | None
    name_at: tuple[slice, ...]
    varies: slice | None
    tracks: dict[bytes, Track]
    kind: int
    done: slice | None
    total: slice | None
    counts: slice
    of_total: slice
    without_values: bool
    goes_on: bool

    def track_of(self, frame: bytes) -> Track:
        """Return the track of a frame."""
        if self.track is not None:
            return self.track
        key = frame if self.varies is None else frame[self.varies]
        track = self.tracks.get(key)
        if track is None:
            track = Track(_joined(frame, self.name_at), self.kind)
            if len(self.tracks) >= MAX_TRACKS:
                self.tracks.clear()
            self.tracks[key] = track
        return track

    def state(self, frame: bytes) -> tuple[bytes, int, int]:
        """Return the name of the bar, how far it is, and of how much; -1 where it does not say so."""
        name = self.track_of(frame)[0]
        if self.done is None:
            return name, -1, 0
        return name, int(frame[self.done]), -1 if self.total is None else int(frame[self.total])


class Forms:
    """The forms of the shapes seen so far."""

    def __init__(self) -> None:
        self._known: dict[bytes, Form] = {}

    def of(self, joined: bytes, border: bytes) -> list[Form]:
        """Return the form of each frame, between which stands a border."""
        get = self._known.get
        return [get(shape) or self._new(shape) for shape in joined.translate(_DIGITS_TO_ZERO).split(border)]

    def _new(self, shape: bytes) -> Form:
        if len(self._known) >= MAX_FORMS:
            self._known.clear()
        found = _form(shape)
        if len(shape) <= MAX_KEPT:
            self._known[shape] = found
        return found


def _form(shape: bytes) -> Form:
    count = _DRAWN_COUNT.search(shape)
    if count is None:
        for count in _COUNT.finditer(shape):  # noqa: B007 - the last one counts: `Epoch 3/10 [==>  ] 36/79`
            pass
    done = slice(*count.span(1)) if count else None
    total = slice(*count.span(2)) if count and count[2] else None
    head = shape[: count.start() if count else 64]
    glyphs = _GLYPHS.search(head)
    if glyphs is not None:
        head = head[: glyphs.start()]  # the bar itself changes from frame to frame, and what comes behind it
    percent = _PERCENT.search(head)
    name_at = tuple(_kept(head[: percent.start() if percent else len(head)]))
    varying = [at for at in name_at if b"0" in shape[at]]
    kind = TEXT
    if _BAR.search(shape) is not None:
        kind = BARE if done is None else COUNTED if total is None else OF_TOTAL
        clock = _TQDM_CLOCK.search(shape)
        if clock is not None and shape[clock.end() :].strip():
            kind += BEHIND
    return Form(
        is_blank=not shape.strip(),
        is_bar=kind != TEXT,
        track=None if varying else Track(_joined(shape, name_at), kind),
        name_at=name_at,
        varies=varying[0] if len(varying) == 1 else None,
        tracks={},
        kind=kind,
        done=done,
        total=total,
        counts=slice(count.start(1), count.end(2) if total else count.end(1)) if count else slice(0),
        of_total=slice(count.end(1), count.end(2)) if count and total else slice(0),
        without_values=_NO_VALUES.search(shape) is not None,
        goes_on=_TQDM_START.search(shape) is not None,
    )


def _kept(head: bytes) -> Iterable[slice]:
    """Yield what lies between the numbers that change."""
    start = 0
    for changing in _CHANGING.finditer(head):
        yield slice(start, changing.start())
        start = changing.end()
    yield slice(start, len(head))


def _joined(frame: bytes, slices: tuple[slice, ...]) -> bytes:
    return b"".join([frame[at] for at in slices])[:80].strip()
