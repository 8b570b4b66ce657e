"""What stands before the first name of a line and qualifies it: `Validation:`, `PARK:`, `"val": {`."""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import meaning, split_of, words
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Split

_LABEL: Final = lazy(
    rb"([A-Za-z\x80-\xff][\w\x80-\xff /()@.+-]{0,40}?)[\"']?\s*(?::|=|>>|\xef\xbc\x9a)(?:\s|>|\{|\(|\[|\"|'|\xef\xbc\x9a)*$"
)
_SECTION: Final = lazy(
    rb"(?:[\[(]|\xe3\x80\x90|\xef\xbc\xbb)([A-Za-z_]{2,12}|(?:[\xe4-\xe9][\x80-\xbf]{2}){2,4})(?: set)?(?:[\])]|\xe3\x80\x91|\xef\xbc\xbd)\s{0,2}$"
)
"""`[train] loss=0.5, [valid] loss=0.6`, `【训练】损失=0.5`"""
_OPENED: Final = lazy(rb"(?:^|[\s,;|)])([A-Za-z]{3,10}) ?[({\[]$")
"""`valid (NDCG@10: 0.5), test (NDCG@10: 0.4)`"""
_GROUP: Final = lazy(rb"(?:^|[\s,;|])([A-Za-z_]\w{1,24})\[$")
"""`tot_loss[loss=0.5, simple_loss=0.4]`"""
_ROW: Final = lazy(
    rb"[\s~*>-]{0,12}([A-Za-z\x80-\xff][\w\x80-\xff-]{1,24}(?: [A-Za-z\x80-\xff][\w\x80-\xff-]{0,16}){0,2})(?:\s{0,24}\||\s*\t\s*)"
)
"""What a row of a table is about: `  - Effusion       | Precision: 0.81 | Recall: 0.71`, or with a tab for the bar."""
_NUMBERED_ROW: Final = lazy(
    rb"[\s~*>-]{0,12}(?:((?:[Cc]lass|[Cc]ategory|[Hh]orizon|[Cc]lient|[Dd]omain)[ _#]{0,2}[\[(]?0{1,5}[\])]?)[ \t]{0,4}[:|,>-]{0,2}\s{1,8}(?=[A-Za-z])"
    rb"|\[([A-Za-z][\w-]{1,20})\](?=\[0{1,9}\][A-Za-z]))"
)
"""What a row is about that is told by its number or a bracket: `* class [4] IoU 19.23`, `[lfw][32500]Accuracy: 0.91`."""
_PLACED: Final = lazy(rb"[Ee]poch|EPOCH|[Ss]tep|[Ii]ter|[Rr]ound")
"""`Client 2, epoch 3: loss 0.5`: they take turns."""
_SPLIT_WORDS: Final = frozenset(
    [
        *(
            "train",
            "training",
            "val",
            "valid",
            "validation",
            "validating",
            "evaluating",
            "evaluate",
            "validate",
            "eval",
            "evaluation",
            "test",
            "testing",
            "trainset",
            "valset",
            "testset",
            "dev",
        ),
        *("训练", "验证", "测试", "训练集", "验证集", "测试集"),
    ]
)
_PLAIN: Final = frozenset(
    [
        *(
            "results",
            "result",
            "metrics",
            "metric",
            "summary",
            "stats",
            "statistics",
            "epoch",
            "log",
            "logs",
            "info",
            "performance",
            "average",
        ),
        *(
            "averaged",
            "avg",
            "mean",
            "set",
            "data",
            "json",
            "scores",
            "report",
            "output",
            "final",
            "phase",
            "step",
            "iter",
            "loss",
            "losses",
        ),
        *(
            "on",
            "the",
            "of",
            "for",
            "in",
            "after",
            "at",
            "is",
            "history",
            "progress",
            "status",
            "values",
            "value",
            "mode",
            "root",
            "debug",
        ),
        *(
            "warning",
            "error",
            "trainer",
            "rank",
            "split",
            "dataset",
            "iteration",
            "batch",
            "current",
            "msg",
            "message",
            "model",
            "got",
            "complete",
        ),
        *("result", "done", "finished", "completed", "end", "结果", "指标", "轮", "轮次", "回合", "周期"),
    ]
)


_TAGS: Final = frozenset([
    "knn", "k-nn", "linear", "lin", "probe", "linear-probe", "linear_probe", "finetune", "ft", "ema", "teacher",
    "student", "zeroshot", "zero-shot", "zero_shot", "fewshot", "few-shot", "few_shot", "source", "target", "seen",
    "unseen", "base", "novel", "clean", "adv", "adversarial", "robust", "pgd", "fgsm", "gen", "generator", "disc",
    "discriminator", "actor", "critic",
])  # fmt: skip
"""How something was measured, or on which part of a model: what tells lines apart that name the same metric."""
_TAG: Final = lazy(rb"\[([A-Za-z][\w-]{1,15})\] {0,2}$")
_FIRST_TAG: Final = lazy(rb"[~\s]{0,240}\[([A-Za-z][\w-]{1,15})\] ")
_TAGGED: Final = lazy(rb"\[([A-Za-z][\w-]{1,15})\] [^\[\]0]{0,40}0")


class Label(NamedTuple):
    """The split that a label names, and what it adds to the names behind it ("" for nothing)."""

    split: Split | None
    text: str


NO_LABEL: Final = Label(None, "")


@lru_cache(maxsize=4096)
def label_in(head: bytes) -> Label:
    """Read the label at the end of the text before a name."""
    section = _SECTION.search(head)
    if section is not None:
        split = "val" if section[1].lower() == b"dev" else split_of(section[1].decode())
        return Label(split, "") if split is not None else NO_LABEL
    found = _LABEL.search(head) or _GROUP.search(head)
    if found is None:
        opened = _OPENED.search(head) if head.endswith((b"(", b"{", b"[")) else None
        split = split_of(opened[1].decode()) if opened is not None else None
        return Label(split, "") if split is not None else NO_LABEL
    text = found[1].decode("utf-8", "replace").strip()
    own = words(text)
    rest = [w for w in own if w not in _SPLIT_WORDS and w not in _PLAIN and not w.isdigit()]
    shown = text if rest and len(text) <= 28 and not any(c.isdigit() for c in text) else ""
    return Label(split_of(text) or ("val" if "dev" in own else None), shown)


@lru_cache(maxsize=1024)
def label_of_row(head: bytes) -> Label:
    """Read what a row of a table begins with, up to the first bar; none where it names a split, a metric or what says nothing."""
    found = _ROW.fullmatch(head)
    text = found[1].decode("utf-8", "replace") if found is not None else ""
    own = words(text)
    if not own or meaning(text).known or any(w in _SPLIT_WORDS or w in _PLAIN or w.isdigit() for w in own):
        return NO_LABEL
    return Label(None, text)


def tag_before(head: bytes, masked: bytes) -> Label:
    """Read the tag at the end of the text before a name: `[knn] acc 0.5 [linear] acc 0.6`.

    A word in brackets is one where it says how something was measured, or where another stands before a number of the same line.
    """
    found = _TAG.search(head)
    return NO_LABEL if found is None else _tag(found[1], masked)


def first_tag(masked: bytes) -> Label:
    """Read the tag that a line begins with: `[knn] epoch 3: acc 0.5`."""
    found = _FIRST_TAG.match(masked)
    return NO_LABEL if found is None else _tag(found[1], b"")


def _tag(word: bytes, masked: bytes) -> Label:
    text = word.decode("ascii", "replace")
    if text.lower() in _TAGS:
        return Label(None, text)
    if any(w in _SPLIT_WORDS or w in _PLAIN for w in words(text)) or meaning(text).known:
        return NO_LABEL
    others = {m[1] for m in _TAGGED.finditer(masked)} - {word}
    return Label(None, text) if others else NO_LABEL


def numbered_row(masked: bytes, start: int) -> tuple[tuple[int, int], bool] | None:
    """Where the words stand that say what the row of a line is about, and whether a step follows; None where it is no such row."""
    found = _NUMBERED_ROW.match(masked, start)
    if found is None or _PLACED.search(masked, found.end()) is not None:
        return None
    named = found[2]
    if named is not None and not _says_something(named.decode("utf-8", "replace")):
        return None
    return found.span(1 if named is None else 2), named is not None


def _says_something(text: str) -> bool:
    own = words(text)
    return bool(own) and not meaning(text).known and not any(w in _SPLIT_WORDS or w in _PLAIN or w.isdigit() for w in own[:1])
