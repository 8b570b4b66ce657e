"""What Keras callbacks print: checkpoints, early stopping, restored weights, learning-rate drops.

Sources: keras/src/callbacks/{model_checkpoint,early_stopping,reduce_lr_on_plateau}.py (3.15) and keras/callbacks.py (2.x).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import part

if TYPE_CHECKING:
    import re

    from tailwatch.core.events import Frame, MarkKind

NAME: Final = "keras"
ORDER: Final = 9
ANCHORS: Final = (
    b" improved from ",
    b" did not improve from ",
    b": early stopping",
    b"Restoring model weights",
    b" reducing learning rate to ",
)
SAMPLES: Final = (
    ("Epoch 3: val_accuracy improved from 0.83817 to 0.84319, saving model to best.h5", "checkpoint at epoch 3 by val_accuracy"),
    ("Epoch 00003: val_loss did not improve from 0.35", "no checkpoint at epoch 3"),
    ("Epoch 8: early stopping", "early stop at epoch 8"),
    ("Restoring model weights from the end of the best epoch: 3.", "best weights restored"),
    ("Epoch 5: ReduceLROnPlateau reducing learning rate to 4.999999873689376e-05.", "learning-rate drop at epoch 5"),
)

_NUMBER: Final = rb"[-+]?(?:0{1,12}(?:\.0{1,20})?(?:e[-+]?0{1,3})?|inf|nan)"
_FORMS: Final[tuple[tuple[re.Pattern[bytes], MarkKind], ...]] = (
    (
        lazy(rb"Epoch (?P<epoch>0{1,9}): (?P<monitor>[^\s:]{1,80}) improved from \S{1,40} to (?P<value>" + _NUMBER + rb")"),
        "checkpoint",
    ),
    (
        lazy(rb"Epoch (?P<epoch>0{1,9}): (?P<monitor>[^\s:]{1,80}) did not improve from (?P<value>" + _NUMBER + rb")"),
        "not_improved",
    ),
    (lazy(rb"Epoch (?P<epoch>0{1,9}): early stopping"), "early_stop"),
    (lazy(rb"Restoring model weights from the end of the best epoch(?:: (?P<value>0{1,9}))?"), "restored"),
    (lazy(rb"Epoch (?P<epoch>0{1,9}): \w{1,40} reducing learning rate to (?P<value>" + _NUMBER + rb")"), "lr_drop"),
)


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a callback's line into a mark."""
    del frame
    for form, kind in _FORMS:
        found = form.search(shape)
        if found is None:
            continue
        groups = found.groupdict()
        fields: list[Field] = []
        if groups.get("epoch"):
            fields.append(part(found, "epoch", "epoch"))
        if groups.get("value"):
            fields.append(part(found, "value", "value"))
        return Plan(NAME, tuple(fields), mark=kind, monitor=(groups.get("monitor") or b"").decode("utf-8", "replace"))
    return None
