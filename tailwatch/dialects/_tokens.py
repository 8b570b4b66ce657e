"""Finding the numbers of a shape, and what is no number of interest: dates, file positions, versions, bar clocks.

All patterns work on shapes (digits are 0) and are linear: no nested or adjacent overlapping repeats.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

LOOK_BACK: Final = 48

_TIME: Final = re.compile(
    rb"0000[-/.]00[-/.]00(?:[ T_,]{1,2}00:00:00(?:[.,]0{1,9})?(?:Z|[+-]00:?00)?)?"
    rb"|00[-/]00[-/]00(?:00)?[ T]00:00:00(?:[.,]0{1,9})?"
    rb"|[IWEF]0000 00:00:0{2,10}(?:\.0{1,9})?"
    rb"|00/00 00:00:00|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z][a-z] [ 0]0 00:00:00 (?:[A-Z]{3,4} )?0000"
)
_CLOCK: Final = re.compile(rb"(?<![0:.])0{1,3}(?::00){1,2}(?:[.,]0{1,6})?(?![0:])|0+ days?,? 00?:00:00(?:\.0+)?")
_NOISE: Final = re.compile(
    rb"[\w./\\-]{1,200}\.(?:py|cc|cpp|cu|cuh|h|hpp|go|log|out|txt|json|yaml|yml|pt|pth|ckpt|bin|safetensors|h0|hdf0|keras|csv|png|jpg|tar|gz|so|npz|npy|model|pkl)\b(?::0+)?"
    rb"|https?://\S{1,400}|(?<![\w.])v?0+\.0+\.0+[\w.+-]{0,20}|0x0*[0a-fA-F]{2,16}\b|\[?(?:pid|PID|tid|pid=)[ :=]{0,2}0+\]?"
    rb"|(?:/[\w.+@=-]{1,100}){2,20}|\b(?:cuda|gpu|GPU|cpu|CPU|device|rank|node|cuDNN|worker|trial|CUDA):0+\b"
)
_TQDM: Final = re.compile(
    rb"\[0[\d:]{0,9}<[^,\]]{0,24}, {1,2}[^,\]]{0,24}(?:, )?|\[0[0:]{2,9}, {1,2}[^,\]]{0,24}(?:it/s|s/it)(?:, )?"
)
_NUMBER: Final = re.compile(
    rb"(?<![A-Za-z_.0@])(?:(?<![\w)\]])[-+])?(?:0{1,3}(?:,000)+(?:\.0*)?|0+(?:\.0*)?|\.0+)(?:[eE][-+]?0{1,4})?(?![0_]|\.0)"
    rb"|(?<![A-Za-z_\x80-\xff0.])[-+]?(?:nan|NaN|NAN|inf|Inf|INF|Infinity)(?![A-Za-z_0])"
)
_UNIT: Final = re.compile(rb" ?%|[A-Za-z%\xc2\xb5]{1,12}(?:/[A-Za-z]{1,8})?|/(?:it|s|sec|step|epoch|iter)\b")
_FRACTION: Final = re.compile(rb" {0,6}/ {0,6}$|^of$| of $")
_RANK: Final = re.compile(
    rb"^\W{0,2}\[?(?:default)?(?:rank|Rank|RANK|GPU|gpu|local_rank|worker)?[ :=_]?0{1,4}\]:? ?|^0{1,4}: (?=\S)"
)


class Token(NamedTuple):
    """A number in the shape. `gap` is the text between it and the token before, at most 48 bytes of it."""

    start: int
    end: int
    unit: bytes
    gap: bytes
    after_fraction: bool


class Scan(NamedTuple):
    """All that a shape holds: where its time and rank stand, its numbers, and whether a bar's clock was seen."""

    time: tuple[int, int] | None
    rank: tuple[int, int] | None
    tokens: tuple[Token, ...]
    bar: bool
    masked: bytes


def scan(shape: bytes) -> Scan:
    """Find the numbers of a shape; what is masked as no number of interest reads as `~`."""
    masked = bytearray(shape)
    time = None
    for found in _TIME.finditer(shape):
        if time is None and found.start() < 80:
            time = found.span()
        masked[found.start() : found.end()] = b"~" * (found.end() - found.start())
    rank = _rank(bytes(masked))
    if rank:
        masked[: rank[1]] = b"~" * rank[1]
    bar = _TQDM.search(masked)
    if bar:
        masked[bar.start() : bar.end()] = b"~" * (bar.end() - bar.start() - 1) + b","
    for pattern in (_NOISE, _CLOCK):
        for found in pattern.finditer(bytes(masked)):
            masked[found.start() : found.end()] = b"~" * (found.end() - found.start())
    text = bytes(masked)
    return Scan(time, rank and (rank[0], rank[0] + rank[2]), tuple(_tokens(text)), bar is not None, text)


def _rank(text: bytes) -> tuple[int, int, int] | None:
    """Where the rank's digits begin, where the prefix ends, how many digits: `[rank0]:`, `[0]` is a round unless named."""
    found = _RANK.match(text)
    if found is None or not any(word in found[0].lower() for word in (b"rank", b"gpu", b"worker", b"default")):
        return None
    digits = re.search(rb"0+", found[0])
    return (found.start() + digits.start(), found.end(), len(digits[0])) if digits else None


def _tokens(text: bytes) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    for found in _NUMBER.finditer(text):
        unit_match = _UNIT.match(text, found.end())
        unit = unit_match[0] if unit_match else b""
        gap = text[max(at, found.start() - LOOK_BACK) : found.start()]
        slash = bool(tokens) and _FRACTION.search(gap) is not None and len(gap) == found.start() - at
        tokens.append(Token(found.start(), found.end(), unit, gap, slash))
        at = found.end()
    return tokens


UnitKind = Literal["none", "percent", "magnitude", "other", "glued"]

_UNITS: Final = frozenset(
    b"s ms us ns sec secs second seconds min mins m h hr hrs hours x it it/s s/it gb mb kb gib mib kib b/s hz fps z ppm steps step epochs epoch "
    b"samples tokens toks tok/s samples/s samples/sec tokens/s w c st nd rd th iter iters iterations examples images img/s d db".split()
)


def unit_kind(unit: bytes) -> UnitKind:
    """Tell a unit from letters that make the token no number at all (`3D`, `0a4f`)."""
    if not unit:
        return "none"
    if unit.strip() == b"%":
        return "percent"
    if unit in (b"K", b"M", b"k", b"G", b"B"):
        return "magnitude"
    return "other" if unit.lower() in _UNITS or b"/" in unit else "glued"
