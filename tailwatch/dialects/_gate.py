"""A quick look at a new shape: whether any word in it may matter, before it is taken apart."""

from __future__ import annotations

from typing import Final

from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import known_words
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
_PARTS: Final = (b"loss", b"acc", b"err", b"score", b"epoch", b"iter")


def matters(shape: bytes) -> bool:
    """Whether a word of the shape is one that metrics, places, settings or headings use; true for what is not ASCII."""
    if not shape.isascii():
        return True
    lower = shape.lower()
    if any(part in lower for part in _PARTS):
        return True
    return (
        not _KNOWN.isdisjoint([w.lower() for w in _WORD.findall(shape)])
        or b"it/s" in shape
        or b"s/it" in shape
        or b"it, " in shape
    )
