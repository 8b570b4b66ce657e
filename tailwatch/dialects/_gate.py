"""A quick look at a new shape: whether any word in it may matter, before it is taken apart."""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.lazily import lazy
from tailwatch.core.literals import any_of_bytes
from tailwatch.core.metrics import known_words
from tailwatch.core.typed import Final
from tailwatch.dialects._settings import SETTING_KEYS
from tailwatch.dialects._vocabulary import EPOCH_WORDS, STEP_WORDS

_WORD: Final = lazy(rb"[A-Z]?[a-z]+|[A-Z]+")
_KNOWN: Final = frozenset(
    word.encode()
    for word in (
        *known_words(),
        *EPOCH_WORDS,
        *STEP_WORDS,
        *(w for name in SETTING_KEYS for w in name.split()),
        "config",
        "args",
        "arguments",
        "configuration",
        "devices",
        "gpus",
    )
    if word.isascii() and len(word) > 1
)
_PARTS: Final = any_of_bytes(
    (b"loss", b"acc", b"err", b"score", b"epoch", b"iter", b"miou", b"iou:", b"iou ", b"iou=", b"c-index", b"f0:", b"f0 ", b"f0=")
)
_SHORT: Final = lazy(rb"(?<![A-Za-z0])(?:(?:[Ff][Bb]?|[Rr])_?0(?![A-Za-z0])|[RrPp]@0)")
"""Names of one letter and a digit: `F1`, `r2`, `R@10`."""
_RATES: Final = any_of_bytes((b"it/s", b"s/it", b"it, "))

GENERATIONS: Final = lazy(rb"[\s|#]{0,8}(?:n_?)?[Gg]en(?:eration)?s?(?=[\s|,]|$)")
"""What evolutionary optimisers count; whatever they measure stands beside it."""
GROUPS: Final = "groups"
"""The section of a frame below the names of groups of columns."""
_BARE: Final = lazy(rb"\s{0,8}0{1,9}\s?/\s{0,8}0{1,9}: {1,8}-?0{1,9}\.0{1,12}\s*$")
"""A step of so many and a number, and nothing else: `   100/ 200000: 3.3221`."""


@lru_cache(maxsize=4)  # tables and the general grammar ask for the same line
def matters(shape: bytes) -> bool:
    """Whether a word of the shape is one that metrics, places, settings or headings use; true for what is not ASCII."""
    if not shape.isascii():
        return True
    if _PARTS.search(shape.lower()) is not None or not _KNOWN.isdisjoint(map(bytes.lower, _WORD.findall(shape))):
        return True
    return _RATES.search(shape) is not None or _SHORT.search(shape) is not None or _BARE.match(shape) is not None
