r"""What the shape of a `\r` frame tells: whether it is a progress bar, and where its name and its count stand.

A bar is drawn thousands of times in a few shapes, so each shape is examined once. Nothing here looks at a digit.
"""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.framing import LINE_END
from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.metrics import split_of
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.events import Split

WIPE: Final = 8
"""So many blanks between two carriage returns wipe a bar off the screen."""
MAX_FORMS: Final = 2048
MAX_KEPT: Final = 4096
"""Longer shapes are examined anew each time."""
MAX_TRACKS: Final = 2048
END, BLANK, TEXT, BARE, COUNTED, OF_TOTAL, BEHIND = range(-3, 4)
"""Kinds of frames: the end of a line, nothing that shows, a text; a bar without a count, with one, with one of a total, and
`BEHIND` more where a text stands behind the bar."""

_BAR: Final = lazy(
    rb"\d%|\d ?/ ?\d|it/s|s/it|\[=+|=>|/step|\xe2\x96[\x80-\x9f]|\xe2\x94[\x80\x81\xb8\xba]|\xe2\x95[\xb8\xba]|B/s|\dit \[|"
    rb"/Unknown|Elapsed Time: \d"
)
_COUNT: Final = lazy(rb"(\d{1,15}) ?/ ?(\d{1,15})(?![\d/])")
_DRAWN_COUNT: Final = lazy(rb"(\d{1,15})(?:/(\d{1,15})|it)(?= \[\d{1,3}:\d| \xe2\x94)")
_GLYPHS: Final = lazy(rb"[\[|][=#>][=#>. -]{3,}")
_PERCENT: Final = lazy(rb"\d{1,3}%")
_CHANGING: Final = lazy(rb"\d+\.\d*")
_TQDM_CLOCK: Final = lazy(rb"\[\d{1,3}:\d[\d:]{1,8}(?:<[^\]]{0,2000}|, [^\]]{0,2000})\]")
_TQDM_START: Final = lazy(rb"\[\d{1,3}:\d[\d:]{1,8}[<,]")
_RATE: Final = lazy(rb"\[[0:]{1,12}<[0:?]{1,12}, {1,3}[^],]{1,40}\]")
_EPOCHS: Final = lazy(rb"epochs? ?:? *$", IGNORECASE)
_OF_EPOCH: Final = lazy(rb"\b[Ee]poch\W{0,4}(\d+)")
_EACH_EPOCH: Final = lazy(rb"(?:/ ?ep(?:och)?s?|0 ?ep(?:och)?s?/s)[\],]")
_NAMED: Final = lazy(
    rb"([A-Za-z_\x80-\xff][\w\x80-\xff/.@-]{0,40}(?: [A-Za-z_\x80-\xff][\w/.@-]{0,20}){0,2})['\"]?"
    rb"[:=] ?([+-]?\d[\d.]*(?:e[+-]?\d+)?)"
)
"""`val_loss=0.512`, `Val Loss: 0.512`"""


class Track(NamedTuple):
    """What frames share that may be states of one bar: its name (`Epoch 3/10:`, changing numbers left out), and their kind."""

    name: bytes
    kind: int


class Sort(NamedTuple):
    """What may matter of a shape for what becomes of a frame of it: its kind, whose state it may be, and what it can tell."""

    kind: int
    track: Track | None
    tells: int


class Tracks:
    """The tracks met. There is one object for each, which is what makes many frames in a row quick to compare."""

    def __init__(self) -> None:
        self._one: dict[Track, Track] = {}
        self._sorts: dict[Sort, Sort] = {}
        self._by_head: dict[tuple[bytes, int], dict[bytes, Track]] = {}

    def one(self, name: bytes, kind: int) -> Track:
        """Return the track of a name and a kind."""
        if len(self._one) >= MAX_TRACKS:
            self._one.clear()
            for known in self._by_head.values():
                known.clear()
        track = Track(name, kind)
        return self._one.setdefault(track, track)

    def sort(self, sort: Sort) -> Sort:
        """Return the one object for all sorts like this."""
        if len(self._sorts) >= MAX_TRACKS:
            self._sorts.clear()
        return self._sorts.setdefault(sort, sort)

    def below(self, head: bytes, kind: int) -> dict[bytes, Track]:
        """Return the tracks met of frames that begin with the same shape, by the digits in their names."""
        if len(self._by_head) >= MAX_TRACKS:
            self._by_head.clear()
        return self._by_head.setdefault((head, kind), {})


class Form:
    """What frames of one shape share.

    Attributes:
        kind: see `Track`.
        track: the track of them all, None where it depends on digits.
        done: the slice that says how far the bar is, or None.
        total: the slice that says of how much, or None.
        counts: both, and what stands between them; empty where there are none.
        of_total: the total and what stands before it; empty where there is none.
        ends_with_rate: no values stand behind the rate.
        without_values: nor in its name.
        goes_on: tqdm may draw it on in the next line, around a nested bar.
        may_be_full: a percentage of three digits is shown.
        epoch: the slice of the epoch that its name says, or None.
        says_epochs: it says that it counts epochs, and shows values.
        may_count_epochs: it says so, or shows training and validation values; see `epochs_bar.py`.
        sort: all of its shape that may matter for what becomes of it on the screen, the same object for the same; None
            where its numbers matter for more than how far it is; see `cycles.py`.
    """

    __slots__ = (
        "_held_out",
        "_known",
        "_name_at",
        "_tracks",
        "_varies",
        "counts",
        "done",
        "ends_with_rate",
        "epoch",
        "goes_on",
        "kind",
        "may_be_full",
        "may_count_epochs",
        "of_total",
        "says_epochs",
        "sort",
        "total",
        "track",
        "without_values",
    )

    def __init__(self, shape: bytes, tracks: Tracks) -> None:
        found = _DRAWN_COUNT.search(shape)
        if found is None:
            for found in _COUNT.finditer(shape):  # noqa: B007 - the last one counts: `Epoch 3/10 [==>  ] 36/79`
                pass
        self.done = slice(*found.span(1)) if found else None
        self.total = slice(*found.span(2)) if found and found[2] else None
        self.counts = self.of_total = slice(0)
        if found:
            end = found.end(2) if found[2] else found.end(1)
            self.counts, self.of_total = slice(found.start(1), end), slice(found.end(1), end)
        head = _head(shape[: found.start() if found else 64])
        self._name_at = tuple(_kept(head))
        varying = [at for at in self._name_at if b"0" in shape[at]]
        self.kind = self._kind(shape)
        self._tracks, self._known = tracks, tracks.below(head, self.kind)
        self._varies = varying[0] if len(varying) == 1 else None
        self.track = None if varying else tracks.one(_joined(shape, self._name_at), self.kind)
        self.ends_with_rate = _ends_with_rate(shape)
        self.without_values = self.ends_with_rate and len(self._name_at) == 1
        self.goes_on = _TQDM_START.search(shape) is not None
        self.may_be_full = b"000%" in shape
        named = _OF_EPOCH.search(head) if head.find(b"poch") >= 0 else None
        self.epoch = slice(*named.span(1)) if named else None
        self._held_out: tuple[slice, ...] = ()
        self.says_epochs = self.may_count_epochs = False
        if self.kind == OF_TOTAL and not varying and not self.without_values and _TQDM_CLOCK.search(shape):
            self._look_for_epochs(shape, head)
        self.sort = self._sort(len(shape))

    def _sort(self, length: int) -> Sort | None:
        if self.kind < BARE:
            return self._tracks.sort(Sort(self.kind, None, min(length, WIPE) if self.kind == BLANK else 0))
        if self.track is None or self.kind >= BEHIND or self.may_be_full:
            return None
        tells = self.without_values + 2 * self.ends_with_rate + 4 * self.goes_on + 8 * self.may_count_epochs
        return self._tracks.sort(Sort(self.kind, self.track, tells))

    def _kind(self, shape: bytes) -> int:
        if shape == LINE_END:
            return END
        if _BAR.search(shape) is None:
            return TEXT if shape.strip() else BLANK
        clock = _TQDM_CLOCK.search(shape)
        behind = BEHIND if clock is not None and shape[clock.end() :].strip() else 0
        return behind + (BARE if self.done is None else COUNTED if self.total is None else OF_TOTAL)

    def _look_for_epochs(self, shape: bytes, head: bytes) -> None:
        found = [(_split_of(named[1]), named) for named in _NAMED.finditer(shape)]
        self._held_out = tuple([slice(*named.span(2)) for split, named in found if split in ("val", "test")])
        trains = any(split == "train" or (split is None and b"loss" in named[1].lower()) for split, named in found)
        self.says_epochs = bool(found) and bool(_EPOCHS.search(head) or _EACH_EPOCH.search(shape))
        self.may_count_epochs = self.says_epochs or (trains and bool(self._held_out))

    def is_of_another_epoch(self, frame: bytes, other: Form, other_frame: bytes) -> bool:
        """Whether the names of two frames say different epochs."""
        if self.epoch is None or other.epoch is None:
            return False
        return frame[self.epoch].lstrip(b"0") != other_frame[other.epoch].lstrip(b"0")

    def held_out_of(self, frame: bytes) -> bytes:
        """Return the validation values that a frame shows."""
        return b" ".join([frame[at] for at in self._held_out])

    def track_of(self, frame: bytes) -> Track:
        """Return the track of a frame."""
        if self._varies is None:
            return self._tracks.one(_joined(frame, self._name_at), self.kind)
        digits = frame[self._varies]
        track = self._known.get(digits)
        if track is None:
            track = self._known[digits] = self._tracks.one(_joined(frame, self._name_at), self.kind)
        return track

    def state(self, frame: bytes) -> tuple[int, int]:
        """Return how far the bar is, and of how much; -1 where it does not say so."""
        if self.done is None:
            return -1, 0
        return int(frame[self.done]), -1 if self.total is None else int(frame[self.total])


class Forms:
    """The forms of the shapes seen so far."""

    def __init__(self) -> None:
        self._known: dict[bytes, Form] = {}
        self._tracks = Tracks()

    def of(self, joined: bytes, border: bytes) -> list[Form]:
        """Return the form of each frame, between which stands a border."""
        get = self._known.get
        return [get(shape) or self._new(shape) for shape in joined.translate(DIGITS_TO_ZERO).split(border)]

    def _new(self, shape: bytes) -> Form:
        if len(self._known) >= MAX_FORMS:
            self._known.clear()
        found = Form(shape, self._tracks)
        if len(shape) <= MAX_KEPT:
            self._known[shape] = found
        return found


@lru_cache(1024)
def _split_of(name: bytes) -> Split | None:
    """Return the split that a name tells; the same few stand in a bar however wide its numbers are."""
    return split_of(name.decode("utf-8", "replace"))


def _ends_with_rate(shape: bytes) -> bool:
    """Whether nothing stands behind the rate of a bar, and no values before it in its brackets."""
    text = shape.rstrip()
    if text[-1:] != b"]":
        return False
    return text.endswith((b"it/s]", b"s/it]", b"?]")) or _RATE.fullmatch(text, text.rfind(b"[")) is not None


def _head(text: bytes) -> bytes:
    """Return what of the text before a count may name the bar."""
    glyphs = _GLYPHS.search(text)
    if glyphs is not None:
        text = text[: glyphs.start()]  # the bar itself changes from frame to frame, and what comes behind it
    percent = _PERCENT.search(text)
    return text[: percent.start()] if percent else text


def _kept(head: bytes) -> Iterable[slice]:
    """Yield what lies between the numbers that change."""
    start = 0
    for changing in _CHANGING.finditer(head):
        yield slice(start, changing.start())
        start = changing.end()
    yield slice(start, len(head))


def _joined(frame: bytes, slices: tuple[slice, ...]) -> bytes:
    return b"".join([frame[at] for at in slices])[:80].strip()
