"""From the text before a number to its name, and from the name to the part the number plays."""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.metrics import meaning, words
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import Final, Literal
from tailwatch.dialects._settings import SETTING_KEYS
from tailwatch.dialects._vocabulary import (
    COUNTERS,
    COUNTS,
    CURRENT,
    EPOCH,
    IDENTITIES,
    NEVER,
    NOT_A_PLACE,
    NOT_METRICS,
    NUMBERED,
    OF_A_PLACE,
    ONE_PLACE,
    STEP,
    STEP_PHRASES,
    STOP,
    TIME_IN,
)

LONGEST_NAME: Final = 56

_SYMBOL: Final = rb"\xf0\x9f[\x80-\xbf][\x80-\xbf](?:\xef\xb8\x8f)?|\xe2[\x94-\x9f][\x80-\xbf](?:\xef\xb8\x8f)?|\xe2\x80[\x93\x94\xa2]|\xc2\xb7|\xe2\x86\x92"
_DELIMITERS: Final = lazy(
    rb"[,;|\t{}~<>]|\s-{1,3}\s|\]\s*\[|\]\s|\)\s(?!(?:at|after|in|on) (?:the |global )?(?:step|iter|epoch|batch|round|update))|\\[tn]|\s{3,}|\xe3\x80[\x80\x81\x82\x90\x91]|[!?] |(?<=[a-z]{5})\. |(?<=[\x80-\xbf])\. |(?<=0[a-z])\. |(?<=0)\. "
    rb"|\xef\xbc[\x81\x8c\x9b\x88\x89\xbb\xbd]|\xef\xbd\x9c|(?<=\S)\||it/s\s|s/it\s|\s(?:finished|completed)\s(?=iter|step|epoch)|\s(?:and|with|at(?! (?:the |global )?(?:step|iter|epoch|batch|round|update))|->|=>|--|@)\s(?=\S)|"
    rb"\b(?:achieve[sd]|reach(?:es|ed)|obtain(?:s|ed)|attain(?:s|ed)|yields|scored)\s(?:(?:an?|the)\s)?(?=\S)|" + _SYMBOL
)
_TRAIL: Final = lazy(rb"(?:[\s:=\"'(\[$]|-+>|=+>|\xef\xbc[\x9a\x9d\x88]|tensor\(|[aA]rray\(|tf\.Tensor\(|np\.float0+\()*$")
_AFTER_NAME: Final = b" \t\n\r\f\v:=\"'([$"
_MAY_GO_ON: Final = (b">", b"\x9a", b"\x88", b"\x9d", b"ensor", b"rray", b"0")
"""What `_TRAIL` ends with besides those signs: `tensor(`, `tf.Tensor(`, `array(`, `Array(` and the like."""
_NAMED_IN_COLUMN: Final = lazy(rb": {1,3}[A-Za-z][\w /.-]{1,40}\|")
"""Behind a place: Trax's `Step 100: train CrossEntropyLoss |  4.56`."""
_LETTER: Final = lazy(rb"[A-Za-z\x80-\xff]")
_GROUPED: Final = lazy(rb"[^\[\]]{0,40}\w\[(?=[A-Za-z_][^\]]{0,40}$)")
_HF_TOTAL: Final = b"(w. parallel, distributed & accumulation)"
_TRAILING: Final = lazy(r"(?:[ \t]+(?:is|of|at|was|to|after|for|on|in|so|far|now|reached|equals|be))+$", IGNORECASE)
_LEADING: Final = lazy(
    r"^(?:(?i:the|an|with|and|got|achieved|(?:updating|adjusting|setting|new)(?=(?: the)? (?:learning rate|lr)\b))|a)\s+"
)
_COUNTED: Final = lazy(
    " {0,2}(?:轮(?:次)?|个 ?(?:epoch|周期)|回合|步|次迭代|(?<= )(?:epochs|steps|iterations|updates|batches|rounds)(?=[ ,:]))(?:[ \t,，:：|]{1,8}|的)".encode(),
    IGNORECASE,
)

_OF_WHOLE_STEPS: Final = ("step", "global_step", "global step", "iter", "iteration", "train/global_step", "trainer/global_step")
"""Steps that may be printed as 100.0; with another name a number with decimals is none."""

Part = Literal["value", "split", "epoch", "epochs", "step", "setting", "time", "nothing"]
Trust = Literal["plain", "known", "weak", "none"]


class Name(NamedTuple):
    """A name as printed and the part its number plays; `trust` says how surely the name alone makes it a metric."""

    text: str
    part: Part
    trust: Trust
    key: str = ""


def name_before(gap: bytes, *, after_number: bool = False) -> tuple[bytes, int]:
    """Return the name that ends before a number and where in `gap` it begins; b"" if there is none.

    Right after a number a text that a bar ends belongs to that number: `35.6% bf16 MFU | 138391 tok/s`.
    """
    body = gap.rstrip(_AFTER_NAME)
    if body.endswith(_MAY_GO_ON):
        end = _TRAIL.search(gap)
        body = gap[: end.start() if end else len(gap)]
    if body.endswith(_HF_TOTAL):
        return b"total train batch size", max(0, len(body) - len(_HF_TOTAL))
    closing = gap[len(body) - 1 : len(body)]
    start = _begin(body, after_number=after_number)
    if start < 0:
        return b"", 0
    piece = body[start:]
    group = _GROUPED.match(piece)
    if group is not None:
        start += group.end()  # `tot_loss[loss`
        piece = body[start:]
    for mark in (b": ", b":\t", b"=", b":", b"\xef\xbc\x9a", b"\xef\xbc\x9d"):
        cut = piece.rfind(mark)
        if cut >= 0 and has_word(piece[cut + len(mark) :]):
            start += cut + len(mark)
            piece = body[start:]
    lead = len(piece) - len(piece.lstrip(b" \t\"'*#-.[({!>=:/)]%+&"))
    for opened, closed in ((b" (", b")"), (b" [", b"]"), (b" '", b"'")):
        inner = piece.rfind(opened, lead)
        if inner >= 0 and closed not in piece[inner + 2 :] and has_word(piece[inner:]):
            lead = inner + 2  # `completed (loss: 2.9`, `training [time: 1.2s`
    piece = piece[lead:].rstrip(b" \"'*#>].,|")
    if closing == b")" and piece.count(b")") > piece.count(b"("):
        piece = piece.rstrip(b")")
    return piece, start + lead


@lru_cache(maxsize=4096)
def named_before(gap: bytes, *, after_number: bool) -> tuple[bytes, int]:
    """Return the same where the text before a number names it at all: with a letter, and of nothing that was masked."""
    raw, at = name_before(gap, after_number=after_number)
    return (raw, at) if has_word(raw) and b"~" not in raw else (b"", 0)


def _begin(body: bytes, *, after_number: bool) -> int:
    """Return where the name begins, behind what belongs to the number before it; -1 where all of it does."""
    start = 0
    for found in _DELIMITERS.finditer(body):
        if found.end() < len(body):
            start = found.end()
        elif after_number and start == 0:
            return 0 if _NAMED_IN_COLUMN.fullmatch(body) else -1
    counted = _COUNTED.match(body) if after_number and start == 0 else None
    return counted.end() if counted is not None else start


def has_word(piece: bytes) -> bool:
    """Whether there is a letter in it."""
    return _LETTER.search(piece) is not None


@lru_cache(maxsize=8192)
def classify(raw: bytes) -> Name:
    """Return what a number called so is."""
    text = _LEADING.sub("", _TRAILING.sub("", raw.decode("utf-8", "replace").strip()))
    found = words(text)
    while found and found[0] in STOP:
        found = found[1:]
    while found and found[-1] in STOP:
        found = found[:-1]
    if not found or len(found) > (16 if "/" in text else 8) or len(text) > LONGEST_NAME:
        return Name(text, "nothing", "none")
    phrase = " ".join(found)
    known = meaning(text)
    if known.split is not None and split_only(found):
        return Name(text, "split", "none")
    placed = None if known.known else _place(found, text)
    if placed is not None:
        return Name(text, placed, "plain")
    key = SETTING_KEYS.get(phrase, "learning_rate" if known.metric == "lr" else "")
    if key and key != "learning_rate" and phrase != "momentum":
        return Name(text, "setting", "none", key)
    if (
        found[-1] in ("eta", "elapsed", "remaining", "ts", "timestamp", "耗时", "用时", "时间", "剩余时间")
        or phrase in ("time", "data", "time data")
        or TIME_IN.fullmatch(phrase)
    ):
        return Name(text, "time", "none")
    if phrase in IDENTITIES or (_speaks_of_hardware(found) and not known.plain and not meaning(found[0]).plain):
        return Name(text, "nothing", "none")
    length = len(words(text.rpartition("/")[2]))
    if not known.known or (not known.plain and NOT_METRICS.search(text)) or length > 6:
        return Name(text, "value" if length <= 5 else "nothing", "none", key)
    return Name(text, "value", "plain" if known.plain else "weak" if known.weak and "AP" not in text else "known", key)


def _speaks_of_hardware(found: list[str]) -> bool:
    """Whether a word says that the number is a rank, a size or the like; not so in `tokens_per_second_per_gpu`."""
    return any(w in NEVER and before != "per" for before, w in zip(["", *found], found, strict=False))


def split_only(found: list[str]) -> bool:
    """Whether a name says on what was measured, but not what: `Test: [10/547]`."""
    return meaning(" ".join(found)).metric == " ".join(found)


def _count_of(found: list[str]) -> Part | None:
    """`Train steps: 30 Val steps: 8` says how many there were."""
    return "nothing" if all(split_only([w]) and meaning(w).split is not None for w in found[:-1]) else None


def _place(found: list[str], text: str) -> Part | None:
    if len(found) > 1 and found[-1] in NUMBERED:
        found = found[:-1]
    while len(found) > 1 and meaning(found[-1]).split is not None and split_only([found[-1]]):
        found = found[:-1]  # `Epoch(train)`
    last = found[-1]
    if len(found) == 2 and " " in text and meaning(found[0]).split is not None and last in ONE_PLACE:
        return "epoch" if last in EPOCH else "step"  # `Eval Epoch: 1`
    if last == "epochs" and len(found) == 1:
        return "epochs"
    if " ".join(found) in STEP_PHRASES:
        return "step"
    if len(found) > 1 and any(w in NOT_A_PLACE for w in found[:-1]):
        return "nothing" if found[:-1] == ["eval"] and last in STEP else None  # how far an evaluation is
    if " " not in text and not OF_A_PLACE.issuperset(found[:-1]):
        return "nothing" if COUNTERS.issuperset(found) else None  # `overfit_single_batch`
    if last in EPOCH or last.endswith("第") or (last.endswith(("轮", "輪")) and not last.endswith(("每轮", "每輪"))):
        return "epoch"
    if last in STEP:
        return "step" if last not in COUNTS or CURRENT.issuperset(found[:-1]) else _count_of(found)
    return None


def may_be_a_step(number: bytes, name: str, line: bytes) -> bool:
    """Whether a number of that name may be a step: one with decimals may be a time (`time (ms) | fwd: 21.2 | step: 12.1`)."""
    return b"." not in number or (name.lower() in _OF_WHOLE_STEPS and b"(ms)" not in line)
