"""Tables whose header came before: CSV and TSV, columns between bars, and columns set apart by blanks.

The header line becomes the frame; later rows of as many cells are read by it until another header comes. Carries
hand-written tables, fastai, skorch, spaCy, scikit-learn, Chainer's LogReport, markdown tables and the two of Ultralytics.
"""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME, Plan
from tailwatch.core.lazily import lazy
from tailwatch.core.literals import any_of_bytes
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._gate import GENERATIONS, GROUPS, matters
from tailwatch.dialects._prefix import prefix

if TYPE_CHECKING:
    from tailwatch.core.events import Frame
    from tailwatch.dialects._prefix import Prefix

NAME: Final = "table"
ORDER: Final = 20
ANCHORS: Final[tuple[bytes, ...]] = ()
SAMPLES: Final = (
    ("epoch,step,train_loss,val_loss,lr\n3,1200,0.41,0.52,0.001", "train loss 0.41, val loss 0.52 and lr 0.001 of epoch 3"),
    ("Epoch | Phase | Loss   | Acc\n    3 | val   | 0.5212 | 0.8121", "val loss 0.5212 and accuracy 0.8121 of epoch 3"),
    (
        "epoch     train_loss  valid_loss  accuracy  time    \n2         0.412121    0.392121    0.852121  00:11     ",
        "train loss 0.412121, val loss 0.392121, accuracy 0.852121 of epoch 2",
    ),
    (
        (
            "E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  SCORE \n---  ------  ------------  --------  ------  ------\n"
            "  1     400        221.12    812.12   71.21    0.71"
        ),
        "val score 0.71 at step 400 of epoch 1",
    ),
    (
        "      Iter       Train Loss   Remaining Time \n        10           0.9112            0.91s",
        "train loss 0.9112 at step 10",
    ),
    (
        (
            "      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size\n"
            "        3/50      2.51G      1.201      1.412         78        640: 100%|██████████| 8/8 [00:02<00:00,  3.52it/s]"
        ),
        "train box_loss 1.201, cls_loss 1.412 of epoch 3",
    ),
)

_SIDE: Final = any_of_bytes(("│".encode(), "┃".encode()))
"""The sides of a box's cells, as Rich and tabulate draw them."""
_RULE: Final = lazy("^[-=+|:\\s─━═┼┄│]{3,400}$".encode())


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a row of the open table, or a header that opens one."""
    if len(shape) > 4000 or (frame.dialect != NAME and not _may_be_header(shape)):
        return None if frame.dialect == NAME else _groups(shape)
    from tailwatch.dialects._header import header  # noqa: PLC0415 - most logs have no table, and start-up counts
    from tailwatch.dialects._rows import row  # noqa: PLC0415

    before = prefix(shape)
    if shape.startswith(b"copypaste: ", before.end):
        before = before._replace(end=before.end + 11)  # detectron2 prints its results as CSV for a spreadsheet
    if frame.dialect == NAME:
        if frame.section == GROUPS:
            return _under_groups(shape, before, frame)
        plan = row(shape, before, frame)
        if plan is not None:
            return plan
        if _RULE.match(shape):
            return Plan(NAME)
        if shape.strip() in (b"epoch", b"step", b"Epoch", b"Step"):
            return Plan(NAME, frame=frame._replace(section=f"{frame.section}{shape.strip().decode().lower()}"))
    return header(shape, before, NAME) or (_groups(shape) if frame.dialect != NAME else None)


def _groups(shape: bytes) -> Plan | None:
    """Read a line of names of groups of columns."""
    if shape[:1] not in (b" ", b"\t") or b"0" in shape or (b"\t" not in shape and b"|" not in shape):
        return None
    from tailwatch.dialects._groups import opens_groups  # noqa: PLC0415 - see `read`

    return opens_groups(shape, NAME)


def _under_groups(shape: bytes, before: Prefix, frame: Frame) -> Plan:
    """The names of columns that a line above put into groups come behind a rule, if at all."""
    from tailwatch.dialects import general  # noqa: PLC0415 - see `read`
    from tailwatch.dialects._header import header  # noqa: PLC0415

    if _RULE.match(shape):
        return Plan(NAME)
    plan = header(shape, before, NAME, frame.header)
    if plan is None:
        plan = general.read(shape, EMPTY_FRAME) or Plan("")
        plan = plan if plan.frame is not None else plan._replace(frame=EMPTY_FRAME)
    return plan


def _may_be_header(shape: bytes) -> bool:
    """A header has blanks or separators between its names, hardly a digit (but in a stamp, or a bar behind it), no sentence."""
    if shape.count(b"0") > 48 or (
        b"  " not in shape
        and b"," not in shape
        and b";" not in shape
        and b"\t" not in shape
        and b"|" not in shape
        and not shape.islower()
        and _SIDE.search(shape) is None
    ):
        return False
    return b"=" not in shape and b"{" not in shape and (matters(shape) or GENERATIONS.match(shape) is not None)
