"""Lightning's rich progress bar on a terminal, which wraps its metrics into lines of their own below the bar.

`Epoch 1/3 ━━━╸━━━ 12/79 0:00:01 • 0:00:02 45.21it/s v_num: 0.000 val_loss: 0.773`, then `          val_acc: 0.689` far to the
right. Source: lightning/pytorch/callbacks/progress/rich_progress.py (2.6), `RichProgressBar.configure_columns`.
"""

from __future__ import annotations

from tailwatch.core.events import Frame, Plan
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects import general
from tailwatch.dialects._fields import part

if TYPE_CHECKING:
    from tailwatch.core.events import Field, Role

NAME: Final = "rich bar"
ORDER: Final = 11
ANCHORS: Final = ("\u2022 0:00:00 ".encode(), "\u2022 -:--:-- ".encode())
SAMPLES: Final = (
    ("Epoch 1/3  ━━━━━━╸━━━━━━ 12/79 0:00:01 • 0:00:02 45.21it/s train_loss_step: 0.889", "loss 0.889 at step 12 in epoch 1"),
    ("Validation ━━━━━━━━━━━━━ 2/6   0:00:00 • 0:00:01 124.39it/s", "an evaluation's progress"),
)

_BAR: Final = lazy(
    rb"(?:Epoch (?P<epoch>0{1,9})(?:/(?P<epochs>0{1,9}|-0))?|Validation|Testing|Predicting|Sanity Checking)"
    rb" {1,3}(?:\xe2[\x94\x95][\x80-\xbf]|-){1,400} {1,3}(?P<step>0{1,9})/(?P<steps>0{1,9}|--)"
    rb" {1,12}(?:0{1,3}:00:00|-:--:--) {1,4}\xe2\x80\xa2 {1,4}(?:0{1,3}:00:00|-:--:--) {1,8}(?:0{1,9}\.0{1,3} ?(?:it/s)?)? {0,8}"
)
_BELOW: Final = lazy(rb" {8,400}(?:[A-Za-z_][\w/.@-]{0,80}: {1,2}[-+]?[0.naife+-]{1,24} {0,400}){1,12}")


def read(shape: bytes, frame: Frame) -> Plan | None:
    """Read the bar's line, or one of the lines below it."""
    bar = _BAR.match(shape)
    if bar is None:
        below = frame.dialect == NAME and _BELOW.fullmatch(shape) is not None
        return Plan(NAME, _values(shape, 0), kind="carrying") if below else None
    if bar["epoch"] is None:
        return Plan(NAME, frame=Frame(dialect=NAME)) if bar.end() == len(shape) else None
    roles: tuple[Role, ...] = ("epoch", "epochs", "step", "steps")
    places = tuple(part(bar, role, role) for role in roles if (bar[role] or b"-")[:1] != b"-")
    values = _values(shape, bar.end())
    return Plan(NAME, (*values, *places), kind="carrying" if values else "bar", frame=Frame(dialect=NAME))


def _values(shape: bytes, start: int) -> tuple[Field, ...]:
    """The `name: number` pairs from `start`, as the general grammar reads them."""
    plan = general.read(b" " * start + shape[start:], Frame()) if b"0" in shape[start:] else None
    if plan is None:
        return ()
    return tuple(f for f in plan.fields if f.role in ("value", "name"))
