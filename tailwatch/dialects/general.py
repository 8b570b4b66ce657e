"""The general grammar: `name number` pairs with epoch, step and split from the line itself or from what came before.

It carries most of what people invent: `Epoch 3/100 | train loss 0.5 | val loss 0.6`, `[epoch 1] loss=...`, Python and JSON
dicts, tqdm postfixes, `[10] train-rmse:0.5`, `第3轮 验证损失 0.5`. A number becomes a series only when its name is known to be a
metric, or when it stands beside one or beside an epoch or a step.
"""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Field, Frame, Plan
from tailwatch.core.lazily import ASCII, IGNORECASE, lazy
from tailwatch.core.metrics import is_neutral, split_of
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._above import ABOVE, names_next, value_below
from tailwatch.dialects._cues import ESTIMATOR_RESULT
from tailwatch.dialects._drawn import take_drawn_count
from tailwatch.dialects._elsewhere import DIFF, of_a_tool, opens_diff, prepares, said_of_the_run, within_diff
from tailwatch.dialects._frames import DRAWN, under
from tailwatch.dialects._gate import matters
from tailwatch.dialects._headings import config_heading, heading, in_source, python_session
from tailwatch.dialects._keep import all_settings, is_code, is_config, keep_values
from tailwatch.dialects._kinds import kind_of
from tailwatch.dialects._pairs import Pairs
from tailwatch.dialects._settings import strategy
from tailwatch.dialects._tokens import Scan, mask_prefix, scan

if TYPE_CHECKING:
    from tailwatch.core.events import Split
    from tailwatch.dialects._values import Value

NAME: Final = "general"
ANCHORS: Final[tuple[bytes, ...]] = ()
SAMPLES: Final = (
    ("Epoch 3/100 | train loss 0.5 | val loss 0.6", "loss train 0.5, loss val 0.6 at epoch 3"),
    ("[epoch 1] loss=0.25, acc=81.2%", "loss 0.25, accuracy 81.2 % at epoch 1"),
    ("step 50: train loss 2.7721, val loss 2.7904", "loss train 2.7721, loss val 2.7904 at step 50"),
    ("第3轮 训练损失: 0.41, 验证损失: 0.5", "loss train 0.41, loss val 0.5 at epoch 3"),
    ("{'eval_loss': '0.3214', 'eval_accuracy': '0.91', 'epoch': '1.0'}", "loss val 0.3214, accuracy val 0.91 at epoch 1"),
    ("Epoch 3: 100%|██████████| 391/391 [00:12<00:00, 31.2it/s, v_num=0, train_loss=0.412, val_loss=0.512]", "0.412 and 0.512"),
    (
        "Epoch: [1]  [  20/1252]  eta: 0:12:21  lr: 0.1  loss: 6.9934 (7.0811)  acc1: 0.2810 (0.2841)  max mem: 6234",
        "loss 6.9934 and its average 7.0811 at step 20 of epoch 1",
    ),
    (
        "2024/05/01 10:12:12 - mmengine - INFO - Epoch(train)  [2][ 50/391]  lr: 9.9891e-03  eta: 5:02:11  loss: 2.4012",
        "loss 2.4012 at step 50 of epoch 2",
    ),
    (
        "2024-03-01 10:11:22 | INFO | train_inner | epoch 001:    100 / 1102 loss=12.121, ppl=3856.12, num_updates=100, lr=1.25e-05",
        "loss 12.121 at step 100 of epoch 1",
    ),
    (
        " iteration      200/  500000 | consumed samples:        51200 | learning rate: 9.375E-06 | lm loss: 7.612121E+00 |",
        "lm loss 7.612121 at step 200",
    ),
    ("[rank0]:step: 10  loss: 10.9541  memory: 52.25GiB(55.65%)  tps: 5,212  mfu: 30.45%", "loss 10.9541 of rank 0 at step 10"),
    (
        "step:2 - actor/entropy:0.402 - critic/rewards/mean:0.352 - val-core/gsm8k/acc/mean@1:0.221",
        "0.402 and 0.352 running, 0.221",
    ),
    ('{"epoch": 2, "train": {"loss": 0.91, "acc": 0.71}, "val": {"loss": 0.81, "acc": 0.75}}', "two splits at epoch 2"),
    (
        "Epoch 3 | loss (train/val): 0.91 / 0.81 | train loss/acc = 0.91/71.2%",
        "both splits of 0.91 / 0.81, 71.2 % accuracy, at epoch 3",
    ),
    ("Epoch 3: 0.9121 train loss, 75.2% accuracy", "names behind 0.9121 and 75.2"),
    ("Validation:\n  loss: 0.512   acc: 81.2%", "val loss 0.512 and accuracy 81.2 under a heading"),
)

_NOT_AN_EPOCH: Final = lazy(rb"[Ll]oad|[Rr]esum|[Bb]est|[Rr]estor|[Ss]av|checkpoint|[Ww]arm|[Ss]top|every|patience", ASCII)
_CLOSING: Final = lazy(
    rb"\b(?:end|ended|ends|done|finish|finished|complete|completed|took|elapsed|cost)\b|\btime\b|\xe5\xae\x8c\xe6\x88\x90|\xe7\xbb\x93\xe6\x9d\x9f|\xe8\x80\x97\xe6\x97\xb6",
    IGNORECASE,
)
_OF_MANY: Final = lazy(r"(?:mean|avg|average)\b", IGNORECASE)
"""A mean was measured: `Mean value loss: 0.12` is no setting."""
_TRAINING_BAR: Final = lazy(rb"epoch|train|iter|step|batch|\xe8\xae\xad\xe7\xbb\x83|\xe8\xbd\xae", IGNORECASE)
_AT_STEP: Final = lazy(rb"(?:@|\bat|\bafter) (?:global |train(?:ing)? )?(?:step|iter|update)", IGNORECASE)
"""`[eval @ step 2000]`: it is the training's."""
_OWN_BATCH: Final = lazy(rb"\b(?:eval(?:uation)?|val(?:idation)?|test) (?:batch|iter(?:ation)?)\b", IGNORECASE)
"""`[Eval batch=5/10] Eval on eval data`: how far an evaluation is."""
_RULE: Final = " ~\t=-*#_─━═".encode()
"""The bytes of what may be drawn before a heading: `──────── Step 1100 ────────`."""
_FINISHED: Final = lazy(rb"ed (?:(?<=\bfinished )|(?<=\bcompleted ))(?:iteration|step) 0{1,9}\b")
_COUNTS_DATA: Final = lazy(rb"\b[Nn]um_?(?:[Ii]mages|[Ss]amples|[Ee]xamples)\b")
"""`[Epoch: 3, numImages:  1449]` below a heading says what was measured on."""


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Make the plan of a line from its name-number pairs; None where it holds none that matter."""
    if frame.section == DIFF or opens_diff(shape):
        return within_diff(shape, _read(shape, EMPTY_FRAME))
    if not frame.section.startswith(ABOVE):
        return _read(shape, frame)
    value = value_below(shape, frame)
    if value is not None:
        return value
    after = frame._replace(section="")  # the name was that of something else
    plan = _read(shape, after)
    if plan is None:
        return Plan("", frame=after)
    return plan if plan.frame is not None else plan._replace(frame=after)


def _read(shape: bytes, frame: Frame) -> Plan | None:
    if not matters(shape) or of_a_tool(shape):
        return python_session(shape)
    if b"0" not in shape and b"nan" not in shape.lower() and b"inf" not in shape.lower():
        texts = strategy(shape)
        masked = shape if len(shape) > 400 else mask_prefix(shape)
        return (
            python_session(shape)
            or (Plan(NAME, settings=texts) if texts else None)
            or config_heading(masked)
            or names_next(masked, frame)
            or heading(masked, frame)
        )
    found = scan(shape)
    pairs = Pairs(found, frame)
    pairs.read()
    take_drawn_count(pairs)
    texts = strategy(shape)
    if is_config(pairs):
        return _settings(pairs, texts)
    if is_code(pairs):
        return python_session(shape)
    if in_source(shape, frame) or (frame.section == "python" and not (pairs.places or found.bar)):
        return Plan(NAME)  # what an example printed
    values = keep_values(pairs)
    if frame.section == "config" and (pairs.values or pairs.settings) and not _ends_config(values, pairs):
        return _settings(pairs, texts) or (Plan(NAME) if pairs.values else None)
    if values and pairs.placed("steps") and not found.bar and pairs.evaluates and all(is_neutral(v.name.text) for v in values):
        return Plan(NAME)  # the progress of an evaluation: `Epoch(val) [1][50/312]  time: 0.08  memory: 1212`
    if values:
        labelled = _is_labelled(found, pairs)
        kind = kind_of(pairs, values)
        return Plan(
            NAME,
            _fields(found, pairs, values),
            kind=kind,
            frame=_frame_after(frame, pairs),
            settings=texts,
            inherits=pairs.used_frame,
            labelled=labelled,
        )
    if pairs.settings or texts:
        return _settings(pairs, texts)
    return _without_values(found, pairs, frame)


def _is_labelled(found: Scan, pairs: Pairs) -> bool:
    """Whether the number before the line's colon may be its step: nothing else in the line names a place. It becomes one."""
    if not found.prefix.labelled or found.prefix.rank is None or pairs.places or found.bar:
        return False
    pairs.places.append(Field("step", *found.prefix.rank))
    return True


def _without_values(found: Scan, pairs: Pairs, frame: Frame) -> Plan | None:
    """An announced epoch, the end of one, a bar, or a heading."""
    pairs.places = said_of_the_run(found, pairs.places)
    opens = (
        pairs.first_place < 32 + max(found.prefix.end, len(found.masked) - len(found.masked.lstrip(_RULE)))
        or pairs.placed("epochs") is not None
        or _FINISHED.search(found.masked) is not None
    )
    split = split_of(found.masked[:240].decode("utf-8", "replace")) if pairs.places or found.bar else None
    if pairs.placed("epoch") is not None and opens and _NOT_AN_EPOCH.search(found.masked) is None:
        if found.bar:
            kept = _fields(found, pairs, ())
            if split in ("val", "test"):
                kept = tuple(f for f in kept if f.role not in ("step", "steps"))  # an evaluation's own steps
            return Plan(NAME, kept, kind="bar", frame=under(frame, split))
        epoch = pairs.placed("epoch")
        if frame.split is not None and split is None and _COUNTS_DATA.search(found.masked) is not None:
            return Plan(NAME, _fields(found, pairs, ()))
        if frame.split is not None and epoch is not None and b"." in found.masked[epoch.start : epoch.end]:
            return Plan(NAME, _fields(found, pairs, ()))  # `epoch = 3.0` among the values of a heading
        after = under(frame, split)
        closes = _CLOSING.search(found.masked) is not None and b"epoch started" not in found.masked
        if pairs.placed("step") is not None and not closes:
            return Plan(NAME, _fields(found, pairs, ()), kind="bar", frame=after)  # a line of progress within the epoch
        return Plan(NAME, _fields(found, pairs, ()), mark=None if closes else "epoch_begin", frame=after, closes=closes)
    if found.bar:
        return _bar(found, pairs, frame, split)
    if pairs.placed("step") is not None and opens and pairs.named_place:
        opened = _heading_frame(split, frame, pairs)
        if _OWN_BATCH.search(found.masked) or (
            pairs.placed("steps") is None
            and ((pairs.evaluates and not _AT_STEP.search(found.masked)) or (frame.split in ("val", "test") and split is None))
        ):
            return Plan(NAME, frame=opened)  # the evaluation's own step
        return Plan(NAME, _fields(found, pairs, ()), kind="bar", frame=opened)
    return config_heading(found.masked) or heading(found.masked, frame)


def _bar(found: Scan, pairs: Pairs, frame: Frame, split: Split | None) -> Plan:
    """A bar without values: it moves the run on if it may be the training's."""
    described = found.masked.partition(b"|")[0].strip(b" ~\t0/")
    if prepares(described):
        return Plan(NAME, kind="bar")
    moves = split not in ("val", "test") and (not described or _TRAINING_BAR.search(described) is not None)
    return Plan(
        NAME,
        _fields(found, pairs, ()) if moves else (),
        kind="bar",
        inherits=not described and split is None and frame.split in ("val", "test"),
        frame=Frame(split=split, section=DRAWN) if split and not frame.dialect else None,
    )


def _heading_frame(split: Split | None, frame: Frame, pairs: Pairs) -> Frame | None:
    """`Iteration 500, Testing net (#0)` is a heading as well; `step 5 / 20` and `Stats | step: 5 | episode: 2` end a list of settings."""
    if split in ("val", "test"):
        return under(frame, split)
    counts = pairs.placed("steps") is not None or pairs.scan.masked.count(b" | ") >= 2
    return EMPTY_FRAME if counts and frame.section == "config" else None


def _ends_config(values: list[Value], pairs: Pairs) -> bool:
    """A list of settings ends at a line that names a place, or at a metric and nothing else."""
    if pairs.named_place or pairs.scan.bar or pairs.placed("steps"):
        return True
    own = [v for v in values if not is_neutral(v.name.text)]
    plain = [v for v in own if v.decimal and (v.trust == "plain" or (v.trust == "known" and _OF_MANY.match(v.name.text)))]
    known = sum(v.decimal and v.trust in ("plain", "known") for v in own)
    return bool(plain) and (len(plain) == len(own) or (known >= 2 and not pairs.settings))


def _frame_after(frame: Frame, pairs: Pairs) -> Frame | None:
    """A line that names its own epoch ends the heading before it, unless it stands under it and takes its split from it."""
    if frame.section in ("config", "python", "source"):
        return EMPTY_FRAME
    if frame.split is not None and ESTIMATOR_RESULT in pairs.scan.masked:
        return under(frame, None)  # the next losses are the training's again
    if frame.split is None or pairs.used_frame:
        return None
    if not pairs.places:
        return under(frame, None) if _sums_up(pairs) else None
    if pairs.placed("epoch") is None and not any(v.field.series and v.field.series.split == "train" for v in pairs.values):
        return None
    return under(frame, None)


def _sums_up(pairs: Pairs) -> bool:
    """`Start val` ends with `Test loss: 0.5, accuracy: 0.8`: a line of several results that says itself on what they were measured."""
    own = [v.field.series.split for v in pairs.values if v.field.series is not None]
    return len(own) >= 2 and any(v.strong for v in pairs.values) and all(split in ("val", "test") for split in own)


def _fields(found: Scan, pairs: Pairs, values: list[Value] | tuple[()]) -> tuple[Field, ...]:
    names_at = len(values)
    fields = [v.field._replace(name_field=v.field.name_field + names_at) if v.field.name_field >= 0 else v.field for v in values]
    fields += [*pairs.names, *pairs.places]
    if found.prefix.time is not None:
        fields.append(Field("time", *found.prefix.time))
    rank = found.prefix.rank or (pairs.rank if pairs.places else None)
    if rank is not None and not any(f.start == rank[0] for f in fields):
        fields.append(Field("rank", *rank))
    return tuple(fields)


def _settings(pairs: Pairs, texts: tuple[tuple[str, str], ...]) -> Plan | None:
    fields = all_settings(pairs)
    alone = len(pairs.values) + len(pairs.settings) == 1 and not pairs.frame.dialect
    frame = Frame(section="config") if alone and pairs.settings else None
    if frame is None and pairs.scan.masked.rstrip().endswith(b"..."):
        named = heading(pairs.scan.masked, pairs.frame)
        frame = named.frame if named is not None else None  # `Start evaluating (total_samples: 76, total_iters: 76)...`
    if not fields and not texts:
        return Plan(NAME) if pairs.values else None
    return Plan(NAME, tuple(fields), settings=texts, frame=frame)
