"""Which of a line's named numbers are measurements: no series from sizes, ids, hyper-parameters or source code."""

from __future__ import annotations

from tailwatch.core.lazily import lazy
from tailwatch.core.literals import any_of_bytes
from tailwatch.core.metrics import is_batchwise, is_neutral, meaning
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._elsewhere import is_block, prepares
from tailwatch.dialects._parts import FIRST
from tailwatch.dialects._vocabulary import NOT_METRICS

if TYPE_CHECKING:
    from tailwatch.core.events import Field, SeriesSpec
    from tailwatch.dialects._pairs import Pairs
    from tailwatch.dialects._values import Value

_CODE: Final = lazy(
    rb"\bself\.\w|\bdef \w|\bimport \w|(?:^|[:;{)])\s*return\b(?!\s*[:=])|\blambda (?:\w+(?:, ?\w+){0,4})?:(?! ?-?0)|[!=]=\s|\+=|^\s*(?:if|for|while|elif|with|assert|raise|from)\s.*:\s*$|^\s*[#@]\s?\w+\(|=\s*\w+(?:\.\w+)*\([^)]*=|\w\(\w+=[^)]*\)\s*$"
    rb"|^\s*\(\w+\): \w+\(|\b(?:torch|nn|np|tf|optim)\.[A-Za-z]|^\s*\w+ = \w+\(|^[\s>]*(?:E {1,12})?assert \S|^[\w.-]{1,60}==0|//|;\s*$"
)
_WORD_OF_CODE: Final = any_of_bytes(
    (
        b"self.",
        b"def ",
        b"import ",
        b"return",
        b"lambda",
        b"==",
        b"!=",
        b"+=",
        b"//",
        b"torch.",
        b"nn.",
        b"np.",
        b"tf.",
        b"optim.",
        b"assert ",
    )
)
_SIGN_OF_CODE: Final = lazy(rb"[(:;](?:(?<=\w\()|(?<=[:;])\s*$)")
"""Code holds one of those words, or calls something, or ends with a colon or semicolon: a quick look for it."""
_WRAPPED: Final = lazy(rb"\b(?:tensor|[aA]rray|tf\.Tensor|np\.float0+|Variable)\([^()]{0,120}\)")
_SECONDS: Final = frozenset(["s", "ms", "us", "sec", "secs", "seconds", "min", "mins", "h", "m"])
_MOMENT: Final = lazy(rb"0{10}(?:000){0,3}(?:\.0*)?$")
_CONFIG: Final = lazy(
    rb"Namespace\(|\b[Aa]rg(?:ument)?s?\b ?[:=({]|[Cc]onfig(?:uration)?s?\b ?[:=({]|(?<!reg)(?<!Net)[Pp]arams?(?:eters)?\b ?[:=({]|[Hh]yper-?[Pp]aram|defaults? ?[:=]|[Hh]yper-?[Pp]arameters|\bkwargs\b|[Ss]weep|[Tt]rial \d"
    rb"|[Ww]eights? ?[:=] ?\{|WEIGHTS?\b|weight_dict|\b[Oo]ptimizer\b|\b[Cc]riterion|Setting[s ]"
)
_MAY_BE_CONFIG: Final = any_of_bytes(
    (
        *(b"Namespace(", b"Arg", b"arg", b"onfig", b"aram", b"efault", b"kwargs", b"weep", b"rial ", b"eight", b"WEIGHT"),
        *(b"ptimizer", b"riterion", b"etting"),
    )
)
"""One of those stands in whatever `_CONFIG` finds."""
_ROW: Final = lazy(
    rb"\s{0,16}[\w@.-]{1,40}(?: [\w@.-]{1,20})?\s{2,40}-?0{1,9}\.0{1,12}(?:e[-+]?0{1,3})?(?: \(0{1,6}\.0{1,6}\))?"
    rb"(?:\s{1,20}(?:-?0{1,9}\.0{1,12}(?:e[-+]?0{1,3})?(?: \(0{1,6}\.0{1,6}\))?|\.\.\.)){2,40}\s{0,40}"
)
"""A row of a table whose columns are not known: a name and three numbers or more."""
_FLAG: Final = lazy(rb"(?:^|[\s'\"])--[A-Za-z]")
"""`--lr=0.4 --iter=1000000`: a command line, or flags as gflags shows them."""


_METRIC: Final = lazy(rb"^[~\s]*epoch 0{1,6}: \{'")
"""What the library `evaluate` computes, as the examples of accelerate print it: `epoch 0: {'accuracy': 0.83, 'f1': 0.88}`.

It is of an evaluation unless a loss stands beside it, for which there is no need in training to have such an object.
"""
_OF_A_CHANGE: Final = frozenset([
    "improved", "improvement", "decreased", "increased", "reduced", "change", "changed", "delta", "diff", "down", "up", "from",
    "was", "prev", "previous", "last", "since", "took", "vs", "target",
])  # fmt: skip
"""Behind a value in brackets these tell of another time, not of a part of it."""


def is_code(pairs: Pairs) -> bool:
    """Whether the line is a piece of source code or a module's description."""
    text = pairs.scan.masked
    if is_block(text):
        return True
    if not pairs.values or pairs.named_place or pairs.scan.bar:
        return False
    if _WORD_OF_CODE.search(text) is None and _SIGN_OF_CODE.search(text) is None:
        return False
    return _CODE.search(_WRAPPED.sub(b"~", text)) is not None


def is_config(pairs: Pairs) -> bool:
    """Whether the line states settings: it says so, or most of its names are hyper-parameters and it names no place."""
    hyper = len(pairs.settings) + sum(1 for v in pairs.values if v.name.key)
    if pairs.scan.bar or not (pairs.values or pairs.settings):
        return False
    if b"--" in pairs.scan.masked and len(_FLAG.findall(pairs.scan.masked)) >= 2:
        return True
    if pairs.named_place or pairs.placed("steps"):
        measured = sum(v.trust == "plain" and not v.name.key and v.decimal for v in pairs.values)
        return len(pairs.values) + hyper >= 5 and measured * 3 < len(pairs.values) and _speaks_of_config(pairs.scan.masked)
    if _speaks_of_config(pairs.scan.masked[:400]):
        return True
    plain = sum(v.trust == "plain" and not v.name.key and v.decimal for v in pairs.values)
    return len(pairs.settings) >= 1 and hyper >= 2 and plain < hyper


def _speaks_of_config(text: bytes) -> bool:
    return _MAY_BE_CONFIG.search(text) is not None and _CONFIG.search(text) is not None


def keep_values(pairs: Pairs) -> list[Value]:
    """Return the values that matter: metrics by name, and what stands beside them or in a bar's or a step's line."""
    strong = any(v.strong and not is_neutral(v.name.text) for v in pairs.values)
    rates = any(v.strong for v in pairs.values)
    if not strong and pairs.scan.bar and prepares(pairs.scan.masked.partition(b"|")[0]):
        return []  # `generate:  79%|...| 158/200 [..., tokens=6169, mem=3.2G]`
    if len(pairs.values) <= 2 and not pairs.places and _ROW.fullmatch(pairs.scan.masked):
        return []
    placed = pairs.named_place or ((pairs.scan.bar or pairs.compares) and bool(pairs.places))
    if not (strong or placed or (rates and pairs.places)):
        lone = len({v.name.text for v in pairs.values}) == 1
        return [v for v in pairs.values if v.name.key or meaning(v.name.text).metric == "grad_norm"] if rates and lone else []
    opened = strong and pairs.first_place < FIRST + pairs.scan.prefix.end
    kept = [
        v
        for v in pairs.values
        if not _is_moment(v, pairs)
        and (
            v.strong
            or (v.trust == "plain" and pairs.named_place)  # `Epoch 3 train loss 13166`
            or (v.decimal and pairs.compares and pairs.named_place and v.name.part == "split")  # `Epoch 1 train 0.9 val 0.8`
            or (v.explicit and v.trust != "plain" and not _is_unit_of_time(v))
            or v.name.text in ("best epoch", "best step")
            or (
                v.decimal
                and not _has_unit(v)
                and (((pairs.named_place or opened) and v.trust == "weak") or ((placed or strong) and meaning(v.name.text).split))
            )
        )
    ]
    if kept and len(kept) < len(pairs.values) and b"(" in pairs.scan.masked:
        ends = {v.field.end for v in kept}
        kept = [v for v in pairs.values if v in kept or _is_share_of(v, ends, pairs)]
    measured = [v for v in kept if v.strong or v.decimal or v.trust != "none"]
    return _train_where_it_shows(kept if measured else [], pairs)


def batchwise(values: list[Value]) -> bool:
    """Whether the names say that these are running values: `batch loss`, `train_loss_step`, `current loss`."""
    named = [v for v in values if v.strong and not is_neutral(v.name.text)]
    return bool(named) and all(is_batchwise(v.name.text) for v in named)


def is_of_the_present(values: list[Value]) -> bool:
    """Whether scores are called current and nothing else makes them running: `current epoch: 2 current mean dice: 0.51`."""
    named = [v.name.text for v in values if v.strong and not is_neutral(v.name.text)]
    return all(
        meaning(name).goal == "max" and not is_batchwise(name.replace("current", "").replace("cur ", "")) for name in named
    )


def has_own_room(value: Value) -> bool:
    """Whether a name says neither split nor rate but where it comes from: `actor/entropy`, beside `val-core/reward`."""
    return "/" in value.name.text and meaning(value.name.text).split is None and not is_neutral(value.name.text)


def all_settings(pairs: Pairs) -> list[Field]:
    """Return the settings of a configuration line, the learning rate among them."""
    extra = [v.field._replace(role="setting", series=None, key=v.name.key, name_field=-1) for v in pairs.values if v.name.key]
    unique: dict[str, Field] = {}
    for found in (*pairs.settings, *extra):
        unique.setdefault(found.key, found)
    return sorted(unique.values(), key=lambda f: f.start)


def _has_unit(value: Value) -> bool:
    return value.field.series is None or value.field.series.unit not in (None, "%")


def _is_share_of(value: Value, ends: set[int], pairs: Pairs) -> bool:
    """Whether it stands in the brackets behind a measured value: `total 1.29 (ce 0.91, kl 0.38)`; whatever it is called."""
    name = value.name.text
    if not value.decimal or _has_unit(value) or value.name.key or " " in name or name.lower() in _OF_A_CHANGE:
        return False
    if is_neutral(name) or NOT_METRICS.search(name):
        return False
    text = pairs.scan.masked
    opened = text.rfind(b"(", 0, value.field.start)
    return text.find(b")", opened, value.field.start) < 0 and len(text[:opened].rstrip(b" %")) in ends


def _is_moment(value: Value, pairs: Pairs) -> bool:
    """A moment in seconds since 1970, or in parts of them: `start_time: 1767563245.18` measures nothing."""
    number = pairs.scan.masked[value.field.start : value.field.end]
    return "time" in value.name.text.lower() and _MOMENT.match(number) is not None


def _is_unit_of_time(value: Value) -> bool:
    """A number of seconds whose name says nothing: `0.5 s`, `Tot: 12ms`."""
    unit = value.field.series.unit if value.field.series else None
    return value.trust == "none" and (not value.explicit or (unit in _SECONDS and "time" not in value.name.text.lower()))


def _train_where_it_shows(values: list[Value], pairs: Pairs) -> list[Value]:
    """A value without a split is the training's where its line also tells the learning rate, or the validation after it.

    So is one in the middle of an epoch (`Epoch: [3][10/50]`), unless a heading says otherwise.
    """
    specs = [v.field.series for v in values]
    rate = any(s is not None and s.metric in ("lr", "grad_norm") for s in specs)
    if rate and pairs.used_frame:
        pairs.used_frame = False  # the rate is the training's: the heading before does not hold here
        for value in values:
            if value.inherited and value.field.series is not None:
                value.field = value.field._replace(series=value.field.series._replace(split=None))
        specs = [v.field.series for v in values]
    if _METRIC.search(pairs.scan.masked) and all(v.trust == "plain" and meaning(v.name.text).goal == "max" for v in values):
        specs = [None if s is None else s if s.split else s.on("val") for s in specs]
        for value, spec in zip(values, specs, strict=True):
            value.field = value.field._replace(series=spec)
    held_out = [i for i, s in enumerate(specs) if s is not None and s.split in ("val", "test")]
    if held_out and (found := _perplexity_of_the_loss_behind(specs, held_out[0])) is not None:
        values[0].field = values[0].field._replace(series=found)
        return values
    specs = _train_beside_its_like(values, specs) if held_out and pairs.names_tell_splits else specs
    looped = pairs.frame.split is None and all(pairs.placed(role) is not None for role in ("epoch", "steps"))
    for i, value in enumerate(values):
        spec = value.field.series
        if spec is None or spec.split is not None or is_neutral(spec.name) or not (meaning(spec.name).known or value.decimal):
            continue
        if ((rate or looped) and not held_out) or (held_out and i < held_out[0] and not has_own_room(value)):
            value.field = value.field._replace(series=spec.on("train"))
    return values


def _train_beside_its_like(values: list[Value], specs: list[SeriesSpec | None]) -> list[SeriesSpec | None]:
    """`val_loss: 0.9 accuracy: 0.5 val_accuracy: 0.4`: what another name tells of the validation is not told of it twice."""
    named = [(s.split, v.name.text) for v, s in zip(values, specs, strict=True) if s is not None and meaning(v.name.text).split]
    for i, (value, spec) in enumerate(zip(values, specs, strict=True)):
        own = value.name.text
        if spec is None or spec.split not in ("val", "test") or "0" in own or meaning(own).split is not None:
            continue  # `val top1 71.2 top5 91.2`: which is which is not known of a shape
        alike = {split for split, name in named if name.endswith(own) or name.startswith(own)}
        if spec.split in alike and "train" not in alike:
            specs[i] = spec.on("train")
            value.field = value.field._replace(series=specs[i])
    return specs


def _perplexity_of_the_loss_behind(specs: list[SeriesSpec | None], first: int) -> SeriesSpec | None:
    """`epoch 2: perplexity: 12.12 eval_loss: 2.495`: it is the exponential of the loss that follows, not of one in training."""
    spec, behind = specs[0], specs[first]
    if (
        first != 1
        or spec is None
        or behind is None
        or behind.split is None
        or spec.metric != "perplexity"
        or spec.split is not None
    ):
        return None
    alone = behind.metric == "loss" and all(s is None or s.metric != "perplexity" for s in specs[1:])
    return spec.on(behind.split) if alone else None
