"""Moments of a run in the words of many frameworks: checkpoints, early stops, restored weights, learning-rate drops, ends.

Sources: lightning/pytorch/callbacks (early_stopping.py, model_checkpoint.py), transformers/trainer.py, torch/optim/lr_scheduler.py
(ReduceLROnPlateau, verbose), ultralytics/utils/torch_utils.py (EarlyStopping), sklearn/neural_network, skorch/callbacks, fastai,
the widely copied `EarlyStopping counter: 3 out of 5` and `Validation loss decreased (0.5 --> 0.4)`, and Chinese scripts.
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan
from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.literals import any_of_bytes
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects import general
from tailwatch.dialects._fields import part
from tailwatch.dialects._names import classify, name_before
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    import re

    from tailwatch.core.events import Frame, MarkKind

NAME: Final = "general"
ORDER: Final = 30
ANCHORS: Final = (
    *(b"arly stop", b"arlyStop", b"arly-stop", b"arly Stop", b"Stopping", b"stopping", b"EARLY STOP", b"Signaling Trainer", b" stopped: "),
    *(b"aving", b"aved", b"save ", b"Save ", b"heckpoint", b"mproved", b"mprovement", b"earning rate", b"did not improve", b"was not in top"),
    *(b"raining from ", b"esum", b"Loading best", b"oaded best", b"estor", b"ontinuing training", b"raining complete", b"raining finished", b"raining done"),
    *(b"'train_runtime'", b'"train_runtime"', b"raining has finished", b"inished training", b"done training", b"epochs completed", b"raining ended", b"raining is over", b"raining was finished", b" exits successfully"),
    *("早停".encode(), "提前停止".encode(), "保存".encode(), "训练完成".encode(), "训练结束".encode(), "学习率".encode(), "恢复".encode(), "断点".encode(), "加载最佳".encode()),
)  # fmt: skip
SAMPLES: Final = (
    ("Metric val_loss improved by 0.058 >= min_delta = 0.0. New best score: 0.716", "understood"),
    (
        "Monitored metric val_loss did not improve in the last 3 records. Best score: 0.649. Signaling Trainer to stop.",
        "early_stop",
    ),
    ("Epoch 0, global step 79: 'val_acc' reached 0.68867 (best 0.68867), saving model to 'epoch=0.ckpt' as top 1", "checkpoint"),
    ("Epoch 4, global step 395: 'val_acc' was not in top 1", "not_improved"),
    ("EarlyStopping counter: 3 out of 5", "not_improved"),
    ("Early stopping at epoch 12", "early_stop"),
    ("Validation loss decreased (0.512300 --> 0.498100).  Saving model ...", "checkpoint"),
    ("Epoch 00012: reducing learning rate of group 0 to 5.0000e-04.", "lr_drop"),
    ("Loading best model from out/checkpoint-96 (score: 0.5295).", "restored"),
    ("第12轮: 触发早停", "early_stop"),
    ("模型已保存到 checkpoints/best.pt", "checkpoint"),
    ("`Trainer.fit` stopped: `max_epochs=8` reached.", "end"),
    ("Starting training from iteration 0", "start"),
    ("Resuming training from checkpoint out/last.ckpt", "resume"),
    ("{'train_runtime': 3.519, 'train_samples_per_second': 852.4, 'train_loss': 0.439, 'epoch': 6.0}", "end"),
)

_NUMBER: Final = rb"[-+]?(?:0{1,12}(?:\.0{1,20})?(?:[eE][-+]?0{1,3})?|inf|nan)"
_MONITOR: Final = rb"(?P<monitor>[A-Za-z\x80-\xff][\w@/.-]{0,60}(?: [A-Za-z][\w-]{0,20}){0,2}?)"


class _Form(NamedTuple):
    """What tells a moment, and what to look for before: one of those literals stands in every line of the form."""

    kind: MarkKind | None
    pattern: re.Pattern[bytes]
    hint: re.Pattern[bytes]


def _form(kind: MarkKind | None, pattern: bytes, *hints: bytes) -> _Form:
    return _Form(kind, lazy(pattern), any_of_bytes(hints))


_FORMS: Final = (
    _form("early_stop", rb"[Mm]onitored metric (?P<monitor>\S{1,60}) (?:did not improve|= |is not finite|has reached).{0,120}?Signaling Trainer to stop", b"Signaling Trainer to stop"),
    _form(None, rb"Metric (?P<monitor>\S{1,60}) improved(?: by \S+ >= min_delta = \S+)?\. New best score: " + _NUMBER, b"New best score"),
    _form("not_improved", rb"'(?P<monitor>[^']{1,60})' was not in top 0", b"was not in top"),
    _form("checkpoint", rb"'?(?P<monitor>[^'\\s]{1,60})'? reached (?P<value>" + _NUMBER + rb") \(best", b"reached "),
    _form("early_stop", rb"[Ss]topping (?:training )?early\b|[Tt]raining stopped early|[Ss]topping since (?P<monitor>\S{1,60}) has not improved|consecutive epochs\. Stopping|early stop since", b"topping", b"stopped early", b"early stop since"),
    _form("not_improved", rb"[Ee]arly[ -]?[Ss]topping (?:[Cc]ounter|patience)\W{0,3}0{1,5} ?(?:out of|of|/) ?0{1,5}", b"topping"),
    _form("checkpoint", _MONITOR + rb" (?:has )?(?:decreased|increased|improved)\s{0,2}\(?(?:from )?" + _NUMBER + rb"%? ?(?:-{1,3}>|to|=>) ?(?P<value>" + _NUMBER + rb").{0,40}[Ss]av", b"creased", b"improved"),
    _form(None, _MONITOR + rb" (?:has )?(?:decreased|increased|improved) (?:from )?\(?" + _NUMBER + rb"%? ?(?:-{1,3}>|to|=>) ?" + _NUMBER, b"creased", b"improved"),
    _form("not_improved", _MONITOR + rb" (?:did not|didn't|has not|hasn't|does not|not) improved?\b(?!.{0,80}(?:[Ss]topping|[Ee]arly|[Ss]ignal))", b"improve"),
    _form("not_improved", rb"[Nn]o improvement\b(?!.{0,80}(?:[Ss]topp|[Ee]arly))", b"o improvement"),
    _form("early_stop", rb"(?<![\w.'\"-])(?<!meet )(?:[Ee]arly|EARLY)[ -]?(?:[Ss]top(?:ping|ped)?|STOP(?:PING|PED)?)\b(?!\s*(?:[=(]|_|rounds|patience|callback|metric|monitor|criteri|is (?:not )?(?:set|enabled|disabled|requires)))(?!\s*:\s*(?:True|False|None|0|\{|on|off|enabled|disabled|patience))", b"arly", b"EARLY"),
    _form("early_stop", "(?:触发|启动|执行|满足|已)?(?:早停|提前停止)(?!\\s*(?:耐心|轮数|参数|计数|patience|回调|机制|策略|[:：]\\s*0))".encode(), "早停".encode(), "提前停止".encode()),
    _form("restored", rb"[Ll]oad(?:ing|ed) (?:the )?best (?:model|checkpoint|weights)\b(?:.{0,160}\(score: (?P<value>" + _NUMBER + rb")\))?|[Rr]estor(?:ing|ed) (?:the )?(?:best )?(?:model )?(?:weights|checkpoint)\b|" + "加载最佳|恢复最佳".encode(), b" best", b"estor", "最佳".encode()),
    _form("lr_drop", rb"[Rr]educ(?:ing|ed) (?:the )?[Ll](?:earning[ _][Rr]ate|R)(?: of group 0)?\b(?:.{0,40}?\bto (?P<value>" + _NUMBER + rb"))?|[Ll]earning rate (?:was |is )?(?:reduced|decreased|decayed|lowered|dropped)(?:.{0,24}?\bto (?P<value0>" + _NUMBER + rb"))?|(?:[Dd]ecay|[Dd]ecreas|[Ll]ower|[Dd]ropp)ing (?:the )?(?:learning rate|lr)\b(?:.{0,24}?\bto (?P<value00>" + _NUMBER + rb"))?|" + "(?:降低|下降|衰减)学习率|学习率(?:降低|下降|衰减|减小)".encode(), b"educ", b"earning rate", b"ing lr", b"ing the lr", "学习率".encode()),
    _form("start", rb"\b[Ss]tart(?:ing|ed)? training from (?:iteration|step|iter) 0{1,12}\b", b"raining from "),
    _form("resume", rb"(?<![\w.'\"-])[Rr]esum(?:e|ed|ing)\b(?!\s*[=:|])(?: training)? (?:from|at|training|run|checkpoint)|[Cc]ontinuing training from|[Ll]oaded checkpoint\b.{0,200}\(epoch|" + "从断点恢复|恢复训练|继续训练".encode(), b"esum", b"ontinuing", b"oaded checkpoint", "恢复".encode(), "继续训练".encode()),
    _form("checkpoint", rb"(?<![\w.'\"])(?:[Ss]aving|[Ss]aved|[Ss]ave|SAVING|SAVED|[Ww]riting|[Ww]rote)\b(?! (?:results|log|logs|plot|figure|config|metrics|history|predictions?|image|images|interval|freq|output|data|every|steps)).{0,40}?\b(?:[Mm]odel|[Cc]heckpoint|[Ww]eights|MODEL|ckpt|CHECKPOINT|state)s?\b(?!\s*(?:=|:\s*(?:True|False|0)))", b"ave", b"aving", b"SAV", b"riting", b"rote"),
    _form("checkpoint", rb"(?<![\w.'\"])(?:[Mm]odel|[Cc]heckpoint|[Ww]eights)s?(?: checkpoint| weights| state)?(?: (?:was|were|is|has been|have been|successfully))* (?:saved|written)\b|[Ss]ave (?:checkpoint|model)|" + "保存(?:了)?(?:最佳|最好|最优|新的)?(?:模型|检查点|权重)|(?:模型|检查点|权重)(?:已)?保存".encode(), b"saved", b"written", b"ave ", "保存".encode()),
    _form("end", rb"`Trainer\.fit` stopped: `max_|\b[Tt]raining (?:is |has |was )?(?:completed?|finished|done|ended|over)\b(?! (?:epoch|step|batch|iter))|\b[Ff]inished [Tt]raining\b(?! (?:epoch|step|batch|iter))|\bdone training\b|(?<!\S)0{1,6} epochs completed in |\bProcess 0{1,9} exits successfully|^Saving to [\w./-]{1,160}/[\w-]{1,80}_0{1,4}\s*$|" + "训练(?:已|全部)?(?:完成|结束)".encode(), b"stopped: ", b"raining", b"inished", b"epochs completed", b" exits successfully", b"aving to ", "训练".encode()),
)  # fmt: skip
_EPOCH: Final = lazy(rb"\b[Ee]poch[ :#=]{0,3}(0{1,9})\b|" + "第\\s?(0{1,9})\\s?(?:轮|个 ?epoch)".encode())
_AFTER_EPOCHS: Final = lazy(rb"\bafter (0{1,9}) epochs")
_STEP: Final = lazy(rb"\b(?:[Gg]lobal[ _])?(?:[Ss]tep|[Ii]ter(?:ation)?)[ :#=]{1,3}(0{1,12})\b")
_OF_THE_BEST: Final = lazy(rb"\b(?:best|improved?|lowest|highest)\b", IGNORECASE)
_DECIMAL: Final = lazy(rb"(?<![\w.])-?0{1,6}\.0{1,20}(?:[eE][-+]?0{1,3})?(?![\w.]0)")
_TRAINED: Final = any_of_bytes((b"{'train_runtime':", b'{"train_runtime":'))
"""`Trainer.train` of transformers says what it took when it ends, and nothing else of its end."""
_SETTING: Final = lazy(rb"[A-Za-z_]\w*=(?:True|False|None|'|\")|Namespace\(|\bhelp\b|https?://|\{'|[Ww]arning|usage:")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a line that tells a moment; values printed before the moment in the same line are read as well."""
    if _TRAINED.search(shape) is not None:
        return (general.read(shape, frame) or Plan(NAME, ()))._replace(mark="end")
    if len(shape) > 600 or _SETTING.search(shape):
        return None
    start = prefix(shape).end
    for kind, pattern, hint in _FORMS:
        found = pattern.search(shape, start) if hint.search(shape) is not None else None
        if found is not None:
            return _plan(kind, found, shape, frame)
    return None


def _plan(kind: MarkKind | None, found: re.Match[bytes], shape: bytes, frame: Frame) -> Plan | None:
    if (
        kind == "end"
        and _EPOCH.search(shape, 0, found.start()) is not None
        and (ended := _values_before(shape, frame)) is not None
    ):
        return ended  # `Epoch 3 training complete, loss 0.5`: an epoch's end
    values = _values_before(shape[: found.start()], frame) if kind not in ("restored", "end") else None
    if values is not None:
        return values._replace(mark=kind, monitor="", settings=())
    groups = found.groupdict()
    fields: list[Field] = []
    for role, pattern in (("epoch", _EPOCH), ("step", _STEP)):
        place = pattern.search(shape) or (_AFTER_EPOCHS.search(shape) if role == "epoch" and kind == "early_stop" else None)
        if place is not None and kind not in ("restored", "end", "resume"):
            fields.append(part(place, place.lastindex or 1, "epoch" if role == "epoch" else "step"))
    value = next((name for name in ("value", "value0", "value00") if groups.get(name)), None)
    if value is not None:
        fields.append(part(found, value, "value"))
    monitor = (groups.get("monitor") or b"").decode("utf-8", "replace")
    behind = _value_behind(shape, found.start()) if kind == "checkpoint" and value is None and not monitor else None
    if behind is not None:
        monitor = behind[0]
        fields.append(behind[1])
    return Plan(NAME, tuple(sorted(fields, key=lambda f: f.start)), mark=kind, monitor=monitor)


def _value_behind(shape: bytes, start: int) -> tuple[str, Field] | None:
    """`Saved best model with acc 0.91`: what made it the best, and its value; of one saved in any case nothing is told."""
    if _OF_THE_BEST.search(shape) is None:
        return None
    for found in _DECIMAL.finditer(shape, start):
        raw, _ = name_before(shape[max(start, found.start() - 48) : found.start()])
        name = classify(raw) if raw and b"0" not in raw else None
        if name is not None and name.part == "value" and name.trust in ("plain", "known"):
            return name.text.removeprefix("best ").removeprefix("Best "), Field("value", *found.span())
    return None


def _values_before(head: bytes, frame: Frame) -> Plan | None:
    """`Epoch 3 | loss 0.5 | val loss 0.6 - saved best model`: the line is an epoch's result as well."""
    plan = general.read(head, frame) if b"0" in head else None
    if plan is None or plan.mark is not None or not any(f.role == "value" for f in plan.fields):
        return None
    return plan if any(f.role in ("epoch", "step") for f in plan.fields) else None
