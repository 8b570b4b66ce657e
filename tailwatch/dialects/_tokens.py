"""Finding the numbers of a shape, and what is no number of interest: dates, file positions, versions, bar clocks.

All patterns work on shapes (digits are 0) and are linear: no nested or adjacent overlapping repeats.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.literals import any_of_bytes
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final, Literal
from tailwatch.dialects._commas import with_points
from tailwatch.dialects._prefix import STAMP, Prefix, prefix

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

LOOK_BACK: Final = 48
MAX_TOKENS: Final = 256

_TIME: Final = lazy(STAMP)
_CLOCK: Final = lazy(  # begins with a digit, which `re` looks for faster than for what may stand before it
    rb"0(?:(?<![0:.]0)0{0,2}(?::00){1,2}(?:[.,]0{1,6})?(?![0:])|(?<![0.]0)(?:0{0,8} days?,? 00?:00:00(?:\.0{1,9})?"
    rb"|0{0,2}d ?0{1,2}h(?: ?0{1,2}m)?|0{0,2}h ?0{1,2}m(?: ?0{1,2}s)?|0{0,2}m ?0{1,2}s\b))"
)
_FILE: Final = lazy(
    rb"(?<![\w./\\-])[\w./\\-]{1,200}\.(?:py|cc|cpp|cuh?|h|hpp|go|log|out|txt|json|yaml|yml|pth?|ckpt|bin|safetensors|h0|hdf0|keras|csv|png|jpg|tar|gz|so"
    rb"|np[zy]|model|pkl)\b(?::0{1,9})?"
)
_PATH: Final = lazy(rb"https?://\S{1,400}|(?<![\w.])(?:/[\w.+@=-]{1,100}){2,20}(?:\?[\w&=%.+-]{1,200})?")
_VERSION: Final = lazy(rb"(?<![\w.])v?0{1,9}\.0{1,9}\.0{1,9}[\w.+-]{0,20}")
_CHECKPOINT: Final = lazy(rb"(?<![\w./\\=-])(?:[\w./\\-]{0,200}?)(?:epoch|step)=[\w./\\=-]{1,200}\.ckpt\b")
"""What Lightning calls a checkpoint: `epoch=3-val_loss=0.4121.ckpt`."""
_MAY_BE_TIME: Final = lazy(rb":00(?:(?<=0 00:00)|(?<=[a-z] 00:00)|(?<=/0000:00))|0[-/.]00(?:[-/.]00| 00:0)")
_MAY_END_FILE: Final = lazy(rb"\.[a-z]")
_MAY_BE_VERSION: Final = lazy(rb"\.0{1,9}\.0")
_MAY_BE_PATH: Final = lazy(rb"/(?:/|(?<![\w.]/)[\w.+@=-])")
_MAY_BE_CLOCK: Final = lazy(rb":00|0(?:[dhm] ?0| day)")
"""What each of the others must hold, found faster."""
_DATE: Final = lazy(rb"(?<![\w/.])00/00/00(?:00)?(?=[ ,\]]{1,2}(?:- ?)?00:)")
"""With a time behind it that is no time of day of a stamp: `03/04/24 - 10:11.12AM`."""
_HEX: Final = lazy(rb"0x[0a-fA-F]{2,16}\b")
_DEVICE: Final = lazy(
    rb"\b(?:cuda|gpu|GPU|cpu|CPU|device|rank|node|cuDNN|worker|trial|CUDA|DataLoader)[: ]0{1,9}\b|\b(?:[Rr]ank|RANK) -?0{1,9}\b"
    rb"|\b(?:pid|PID|tid)[ :=]{1,2}0{1,9}\b|\brange\(0{1,9}\)|(?<=output )#0{1,9}|\(#0{1,9}\)"
)
_DEVICE_HINT: Final = any_of_bytes((
    *(name + sign + b"0" for name in b"uda pu PU ice ank ANK ode DNN ker ial UDA der".split() for sign in (b":", b" ")),
    *(b"k -0", b"K -0", b"pid", b"PID", b"tid", b"ange(0", b"#0"),
))  # fmt: skip
_PERCENT: Final = lazy(rb"(?<![0.])0{1,3}%(?=\|)")
_TQDM: Final = lazy(
    rb"\[0[0:]{0,9}<[^,\]]{0,24}(?:, {1,2}[^,\]=]{0,24}(?![^,\]]))?(?:, )?|\[0[0:]{2,9}, {1,2}[^,\]]{0,24}(?:it/s|s/it)(?:, )?"
)
_DIGITS: Final = lazy(  # begins with a digit, too; the empty group tells that it is a number
    rb"0(?:(?:0{0,2}(?:,000){1,6}(?!0)(?:\.0*)?|0{0,2}(?:_000){1,6}(?![0_])|0*(?:\.0*(?:(?:f-?0{1,2}|[dD][-+]0{2,3})(?!\w))?)?)"
    rb"(?:[eE][-+]?0{1,4})?(?![0_]|\.0)()|0*)"
)
_WORDS: Final = lazy(rb"(?<![A-Za-z_\x80-\xff0.])[-+]?(?:nan|NaN|NAN|inf|Inf|INF|Infinity)(?![A-Za-z_0])")
_GLUED_PLACE: Final = lazy(rb"(?:[Ee]poch|EPOCH|[Ss]tep|[Ii]ter|[Bb]atch)[_-]?$|(?:^|[^A-Za-z])(?:[Ee]p|E)$")
_NAME_GOES_ON: Final = lazy(rb"\) ?[:=]")
_REMARK: Final = lazy(
    rb"\((?:for|over|of|last|past) (?:[a-z]{2,8} ){0,2}0{1,6} [a-z]{2,12}\)"
    rb"| over (?:the )?(?:(?:last|past|previous) 0{1,6} [a-z]{4,12}|0{1,6} (?:batches|steps|iterations|updates|samples|epochs))(?=[ :=(])"
    rb"|@\[? ?0?\.0{1,3} ?[:-] ?0?\.0{1,3}(?: ?: ?0?\.0{1,3})?\]?",
    IGNORECASE,
)
"""A number that says on what was measured belongs to the name: `Training loss (for 1 batch)`, `mAP@0.5:0.95`."""
_PLACE_BEFORE: Final = lazy(rb"(?:ep|epochs?|steps?|iter\w{0,6}|batch|round|fold|train|val|valid|test)$", IGNORECASE)
_PLAIN_BEFORE: Final = frozenset((b"", *(bytes((sign,)) for sign in b" \t:=([{,;|\"'~<>*#$%!")))
"""Before these a number begins where its first digit stands."""
_BEFORE_SIGN: Final = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_)]")
_LETTERS: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_PHASE: Final = lazy(rb"\b([Ee]poch|[Ii]ter)\((train|val|test)\)")
_BY_LETTERS: Final = lazy(
    rb"\[?[eE](?:p|poch)?(0{1,5})[/_ ,-]{0,2}[bBsSiI](?:t|ter|tep|atch)?(0{1,9})(?:/0{1,9})?\]?(?=[ :,|\t]|$)"
)
_RANGE: Final = lazy(rb"(?<=[\[:])0{1,9}-(?=0{1,9}(?:\]|batch|step|iter))")
"""Of a range of batches (`Batch [0-100]`, `train:1-200batch`) the last one is the step."""
_UNIT: Final = lazy(
    rb" ?%|\xef\xbc\x85| (?:ms|us|s|secs?|seconds|mins?|minutes|hours|hrs?|[KMG]i?B|tok/s|tokens/s|it/s|s/it|s/(?:iter|step|batch|epoch)|samples/s(?:ec)?|img/s"
    rb"|images/s(?:ec)?|Hz|fps)(?![\w/]|\s?[:=])"
    rb"|(?:[A-Za-z%]|\xc2\xb5){1,12}(?:/[A-Za-z]{1,8})?|/(?:it|s|sec|step|epoch|iter)(?:/(?:gpu|device|rank|node|chip))?\b"
)
_NO_UNIT: Final = frozenset((b"", *(bytes((sign,)) for sign in b"\t:=()[]{},;|\"'~<>*#$!")))
"""Behind a number no unit begins with these."""
_FRACTION: Final = lazy(rb" {0,6}/ {0,6}$|^ ?of ?$|^ out of $")


class Token(NamedTuple):
    """A number in the shape. `gap` is the text between it and the token before, at most 48 bytes of it."""

    start: int
    end: int
    unit: bytes
    gap: bytes
    after_fraction: bool


class Scan(NamedTuple):
    """All that a shape holds: its logger's prefix, its numbers, and whether a bar's clock was seen. `masked` has `~` for noise."""

    prefix: Prefix
    tokens: tuple[Token, ...]
    bar: bool
    masked: bytes
    complete: bool
    over_epochs: bool = False
    commas: bool = False
    """Whether its numbers have decimal commas; they are points in `masked`."""
    by_letters: tuple[tuple[int, int], tuple[int, int]] | None = None
    """Where epoch and step stand that letters name: `e1/b100: loss 0.5`, `E01B0100 loss 0.5`."""


def mask_prefix(shape: bytes) -> bytes:
    """Return the shape with its logger's prefix masked."""
    end = prefix(shape).end
    return b"~" * end + shape[end:]


def scan(shape: bytes) -> Scan:
    """Find the numbers of a shape; what is masked as no number of interest reads as `~`."""
    before = prefix(shape)
    start = before.end
    text = b"~" * start + shape[start:] if start else shape
    bar = _TQDM.search(text, start) if b"[0" in shape else None
    if bar:
        text = b"".join((text[: bar.start()], b"~" * (bar.end() - bar.start() - 1), b",", text[bar.end() :]))
    letters = _BY_LETTERS.match(shape, start) if shape[start : start + 1] in (b"e", b"E", b"[") else None
    if letters is not None:
        text = _masked(text, [letters.span()])
    for pattern in _noise_in(shape[start:]):
        text = _masked(text, [found.span() for found in pattern.finditer(text, start)])
    if b"0-0" in text:
        text = _RANGE.sub(lambda found: b" " * len(found[0]), text)
    if b"h(" in text or b"r(" in text:
        text = _PHASE.sub(rb"\1 \2 ", text)
    pointed = with_points(text) if b",0" in text else None
    text = pointed or text
    over_epochs = b"s/epoch" in shape or b"epoch/s" in shape
    places = (letters.span(1), letters.span(2)) if letters is not None else None
    return Scan(before, tuple(_tokens(text)), bar is not None, text, b"000%" in shape, over_epochs, pointed is not None, places)


def _masked(text: bytes, spans: list[tuple[int, int]]) -> bytes:
    """Return the text with `~` at those places."""
    if not spans:
        return text
    masked = bytearray(text)
    for start, end in spans:
        masked[start:end] = b"~" * (end - start)
    return bytes(masked)


def _noise_in(shape: bytes) -> Iterable[re.Pattern[bytes]]:
    """Return the patterns of noise that may be in the shape: a look for one byte or two spares most of the work."""
    if _MAY_BE_TIME.search(shape) is not None:
        yield _TIME
        yield _DATE
    if _MAY_END_FILE.search(shape) is not None:
        if b".ckpt" in shape:
            yield _CHECKPOINT
        yield _FILE
    if _MAY_BE_VERSION.search(shape) is not None:
        yield _VERSION
    if _MAY_BE_PATH.search(shape) is not None:
        yield _PATH
    if b"0x" in shape:
        yield _HEX
    if _DEVICE_HINT.search(shape) is not None:
        yield _DEVICE
    if b"%|" in shape:
        yield _PERCENT
    if _MAY_BE_CLOCK.search(shape) is not None:
        yield _CLOCK


def _numbers(text: bytes) -> Iterable[tuple[int, int]]:
    """Where the numbers stand, signs and leading points included, letters directly before them excluded."""
    for found in _DIGITS.finditer(text):
        at, end = found.span()
        if found.lastindex is None:
            continue  # digits that make no number, such as the last of `0,0000`
        start = at if text[at - 1 : at] in _PLAIN_BEFORE else _start(text, at)
        if start >= 0 and not (text[start - 1 : start] == b"(" and _in_name(text, start, end)):
            yield start, end


def _whole_word(text: bytes, at: int) -> int:
    """Return where the first whole word begins from here on."""
    if at <= 0 or text[at] not in _LETTERS or text[at - 1] not in _LETTERS:
        return at
    end = text.find(b" ", at, at + LOOK_BACK - 1)
    return at if end < 0 else end


def _start(text: bytes, at: int) -> int:
    """Return where a number whose first digit stands at `at` begins; -1 where it is a part of a word."""
    start = at
    before = text[at - 1 : at]
    if before == b".":
        if at >= 2 and (text[at - 2] in _LETTERS or text[at - 2] in b"0_." or text[at - 4 : at - 1] in (b"AP ", b"Ap ", b"AR ")):
            return -1
        start, before = at - 1, text[at - 2 : at - 1] if at >= 2 else b""
    if before in (b"-", b"+") and before:
        behind = text[start - 2 : start - 1] if start >= 2 else b""
        if behind and behind[0] in _BEFORE_SIGN:
            return (
                start
                if not (before == b"-" and behind[0] in _LETTERS) or _GLUED_PLACE.search(text, max(0, start - 12), start)
                else -1
            )
        return start - 1
    if (
        before == b"/"
        and start >= 2
        and text[start - 2] in _LETTERS
        and not _PLACE_BEFORE.search(text, max(0, start - 13), start - 1)
    ):
        return -1  # `outdir:results/1`
    if before and (before[0] in _LETTERS or before in b"_@"):
        if text[max(0, start - 4) : start].lower() == b"loss" and b"." in text[start + 1 : start + 3]:
            return start  # LightGCN's `loss0.412`
        return start if _GLUED_PLACE.search(text, max(0, start - 12), start) else -1
    return start


def _in_name(text: bytes, start: int, end: int) -> bool:
    """Whether a number behind a bracket is a part of the name before it: `lr(1e-3): 0.01`, `Recall(0.5) = 0.8`."""
    if _NAME_GOES_ON.match(text, end) is None:
        return False
    before = text[max(0, start - 13) : start - 1].removesuffix(b" ")
    return bool(before) and before[-1] in _LETTERS and _PLACE_BEFORE.search(before) is None


def _tokens(text: bytes) -> Iterable[Token]:
    spans = list(itertools.islice(_numbers(text), MAX_TOKENS))
    if b"(" in text or b"@" in text or b" over " in text:
        for remark in _REMARK.finditer(text):
            spans = [span for span in spans if not remark.start() < span[0] < remark.end()]
    lower = text.lower()
    if b"nan" in lower or b"inf" in lower:
        spans = sorted([*spans, *(m.span() for m in _WORDS.finditer(text))])
    at = 0
    for count, (start, end) in enumerate(spans):
        found = None if text[end : end + 1] in _NO_UNIT else _UNIT.match(text, end)
        unit = b"" if found is None else found[0]
        gap = text[max(at, _whole_word(text, start - LOOK_BACK)) : start]
        if unit and text[end + len(unit) : end + len(unit) + 1] == b"_":
            continue  # `3d_train` is a name
        width = start - at
        slash = count > 0 and width < 15 and (b"/" in gap or b"of" in gap) and _FRACTION.search(gap) is not None
        yield Token(start, end, unit, gap, slash)
        at = end + len(unit) if unit and unit_kind(unit) != "glued" else end


def _whole(text: bytes, at: int) -> int:
    """Return where the next character of UTF-8 begins."""
    while text[at] & 0xC0 == 0x80:
        at += 1
    return at


UnitKind = Literal["none", "percent", "magnitude", "other", "glued"]

_UNITS: Final = frozenset(
    b"s ms us ns sec secs second seconds min mins m h hr hrs hours x it it/s s/it gb mb kb gib mib kib b/s hz fps z ppm steps step epochs epoch "
    b"batch samples tokens toks tok/s samples/s samples/sec tokens/s w c st nd rd th iter iters iterations examples images img/s d db".split()
)


@lru_cache(maxsize=1024)
def unit_kind(unit: bytes) -> UnitKind:
    """Tell a unit from letters that make the token no number at all (`3D`, `0a4f`)."""
    if not unit:
        return "none"
    if unit.strip() in (b"%", b"\xef\xbc\x85"):
        return "percent"
    if unit in (b"K", b"M", b"k", b"G", b"B"):
        return "magnitude"
    return "other" if unit.strip().lower() in _UNITS or b"/" in unit else "glued"
