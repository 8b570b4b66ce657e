r"""Keras progress bars and summaries, verbose 1 and 2, from Keras 1 to 3.

A frame with an ETA holds running values; the one without closes its epoch. Sources: keras/src/utils/progbar.py (Keras 3.15),
tf_keras/utils/generic_utils.py (2.21), keras/utils/generic_utils.py (1.2, 2.3), tensorflow_core training (1.15, samples); keras-rl, rl/callbacks.py
(TrainIntervalLogger, whose intervals are its epochs).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._fields import named_values, part

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "keras"
ORDER: Final = 10
ANCHORS: Final = (
    b"[=",
    b"[>.",
    b"[..",
    b"\xe2\x94\x81",
    b"/step - ",
    b"/sample - ",
    b"0s - ",
    b"/Unknown",
    b"0m - ",
    b" steps performed)",
)
SAMPLES: Final = (
    (
        "Epoch 2/9\n 1/21 [>.............................] - ETA: 1:55 - loss: 0.7209 - accuracy: 0.5089",
        "running loss 0.7209, accuracy 0.5089 at step 1 of epoch 2",
    ),
    (
        "Epoch 2/9\n21/21 [==============================] - 6s 291ms/step - loss: 0.0250 - val_loss: 0.4002 - lr: 2.5000e-05",
        "train loss 0.025, val loss 0.4002 of epoch 2",
    ),
    (
        "Epoch 2/9\n6000/6000 [==============================] - 0s 54us/sample - loss: 1.0625 - acc: 0.5637 - val_loss: 0.8120",
        "train loss 1.0625, val loss 0.812",
    ),
    (
        "Epoch 2/9\n125/125 - 1s - 5ms/step - accuracy: 0.6865 - loss: 0.7870 - val_accuracy: 0.7070 - val_loss: 0.7510",
        "train loss 0.787, val loss 0.751",
    ),
    (
        "Epoch 2/9\n125/125 ━━━━━━━━━━━━━━━━━━━━ 1s 3ms/step - accuracy: 0.2500 - loss: 1.5060 - val_loss: 1.1",
        "train loss 1.506, val loss 1.1 of epoch 2",
    ),
)

_HEAD: Final = lazy(
    rb"(?:^|(?<=[\s\]]))(0{1,9})/(0{1,9}|Unknown)(?: {1,2}\[[=>.\s]{1,60}\]|(?: {1,3}(?:\xe2\x94\x81){1,60}))?(?P<clock> (?:- )?(?:ETA: )?[0:dhms]{1,12})?(?= - | 0| \[)"
)
_INTERVAL: Final = lazy(rb"Interval (0{1,6}) \(0{1,12} steps performed\)\s*")
_PAIR: Final = lazy(
    rb" - ([A-Za-z_\x80-\xff][^:]{0,80}?): {1,2}([-+]?(?:0{1,12}(?:\.0{0,20})?(?:e[-+]?0{1,3})?|nan|inf))(?![\d:])"
)


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read a bar or a summary line; None where the line only resembles one."""
    head = _HEAD.search(shape)
    if head is None or head.start() > 48:
        interval = _INTERVAL.fullmatch(shape)
        return None if interval is None else Plan(NAME, (part(interval, 1, "epoch"),), mark="epoch_begin")
    pairs = [(m.span(1), m.span(2)) for m in _PAIR.finditer(shape, head.end() - 1) if m[1] != b"ETA"]
    if not pairs:
        return None
    fields: list[Field] = named_values(pairs, shape)
    fields.append(part(head, 1, "step"))
    unknown = head[2] == b"Unknown"
    if not unknown:
        fields.append(part(head, 2, "steps"))
    if frame.split in ("val", "test") and all(is_neutral(f.series.name) for f in fields if f.series is not None):
        return Plan(NAME)  # the progress of an evaluation: PaddleSeg's `76/76 [====] - 12s - batch_cost: 0.16`
    running = unknown or b"ETA:" in shape
    return Plan(NAME, tuple(fields), kind="running" if running else "epoch_bar")
