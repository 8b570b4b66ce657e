"""Short code for a remedy, right for the framework that was seen; where none was seen there is none.

Each recipe is a `string.Template`; its values are numbers, and names that were checked to be plain. Sources: the frameworks' own
documentation of `EarlyStopping`, `ModelCheckpoint`, `set_memory_growth` (tensorflow.org/guide/gpu: before GPUs are initialised),
`LinearLR`, `clip_grad_norm_`, `TrainingArguments`, `early_stopping`.
"""

from __future__ import annotations

from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.report.document import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN: Final = lazy(r"[\w./,+-]{1,60}")

_KERAS_WARM_UP: Final = """\
class WarmUp(tf.keras.callbacks.Callback):
    def __init__(self, rate, steps):
        super().__init__()
        self.rate, self.steps, self.done = rate, steps, 0

    def on_train_batch_begin(self, batch, logs=None):
        if self.done < self.steps:
            self.done += 1
            rate = self.rate * self.done / self.steps
            self.model.optimizer.learning_rate = rate

callbacks = [WarmUp($root, $warmup), *callbacks]
"""
_TORCH_WARM_UP: Final = """\
optimizer.param_groups[0]["lr"] = $root
warm_up = torch.optim.lr_scheduler.LinearLR(
    optimizer, start_factor=0.1, total_iters=$warmup
)
# in the loop, after each optimizer.step():
warm_up.step()
"""
_TORCH_STOP: Final = """\
if val_loss < best:
    best, waited = val_loss, 0
    torch.save(model.state_dict(), "best.pt")
else:
    waited += 1
if waited >= $patience:  # end the loop; afterwards load best.pt
    stop = True
"""

_RECIPES: Final[dict[tuple[str, str], str]] = {
    ("keras", "passes"): """\
# $right, not $steps: one epoch is one pass
steps_per_epoch = $samples // $global
model.fit(
    train, steps_per_epoch=steps_per_epoch,
    validation_data=val, callbacks=callbacks,
)
""",
    ("keras", "warm_up"): _KERAS_WARM_UP,
    ("keras", "early_stop"): """\
tf.keras.callbacks.EarlyStopping(
    monitor="$monitor", mode="$mode",
    patience=$patience, restore_best_weights=True,
)
""",
    ("keras", "same_monitor"): """\
same = {"monitor": "$monitor", "mode": "$mode"}
callbacks = [
    tf.keras.callbacks.EarlyStopping(
        **same, patience=5, restore_best_weights=True
    ),
    tf.keras.callbacks.ModelCheckpoint(
        "best.keras", **same, save_best_only=True
    ),
]
""",
    ("keras", "memory_growth"): """\
# the first lines of the script: before any tensor, dataset, strategy
import tensorflow as tf

for gpu in tf.config.list_physical_devices("GPU"):
    tf.config.experimental.set_memory_growth(gpu, True)
strategy = tf.distribute.MirroredStrategy()  # only now, if you use one
""",
    ("keras", "lower_rate"): """\
optimizer = tf.keras.optimizers.Adam(  # or the optimizer you use
    learning_rate=$lower, clipnorm=1.0
)
callbacks = [tf.keras.callbacks.TerminateOnNaN(), *callbacks]
""",
    ("torch", "warm_up"): _TORCH_WARM_UP,
    ("torch", "early_stop"): _TORCH_STOP,
    ("torch", "lower_rate"): """\
for group in optimizer.param_groups:
    group["lr"] = $lower
# in the loop, between loss.backward() and optimizer.step():
torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
""",
    ("torch", "memory"): """\
for i, (x, y) in enumerate(loader):  # with half the batch size
    (loss_of(model(x), y) / 2).backward()
    if i % 2:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
""",
    ("lightning", "warm_up"): """\
def configure_optimizers(self):
    # or the optimizer you use
    optimizer = torch.optim.AdamW(self.parameters(), lr=$root)
    warm_up = torch.optim.lr_scheduler.LinearLR(
        optimizer, start_factor=0.1, total_iters=$warmup
    )
    schedule = {"scheduler": warm_up, "interval": "step"}
    return {"optimizer": optimizer, "lr_scheduler": schedule}
""",
    ("lightning", "early_stop"): """\
trainer = L.Trainer(callbacks=[
    EarlyStopping("$monitor", mode="$mode", patience=$patience),
    ModelCheckpoint(monitor="$monitor", mode="$mode"),
])
""",
    ("lightning", "lower_rate"): """\
# and lr=$lower in configure_optimizers
trainer = L.Trainer(gradient_clip_val=1.0, detect_anomaly=True)
""",
    ("lightning", "memory"): """\
# with half the batch size in the loader
trainer = L.Trainer(accumulate_grad_batches=2)
""",
    ("huggingface", "warm_up"): "args = TrainingArguments(learning_rate=$root, warmup_steps=$warmup)\n",
    ("huggingface", "early_stop"): """\
args = TrainingArguments(
    eval_strategy="epoch", save_strategy="epoch",
    load_best_model_at_end=True, greater_is_better=$greater,
    metric_for_best_model="$monitor",
)
trainer.add_callback(
    EarlyStoppingCallback(early_stopping_patience=$patience)
)
""",
    ("huggingface", "lower_rate"): """\
args = TrainingArguments(
    learning_rate=$lower, max_grad_norm=1.0, warmup_ratio=0.05
)
""",
    ("huggingface", "memory"): """\
args = TrainingArguments(
    per_device_train_batch_size=$half,
    gradient_accumulation_steps=2, gradient_checkpointing=True,
)
""",
    ("paddle", "early_stop"): """\
paddle.callbacks.EarlyStopping(
    monitor="$bare", mode="$mode",
    patience=$patience, save_best_model=True,
)
""",
    ("paddle", "lower_rate"): """\
clip = paddle.nn.ClipGradByGlobalNorm(clip_norm=1.0)
optimizer = paddle.optimizer.Adam(
    $lower, parameters=model.parameters(), grad_clip=clip
)
""",
    ("xgboost", "early_stop"): """\
model = xgb.train(
    params, train, num_boost_round=2000, early_stopping_rounds=$rounds,
    evals=[(train, "train"), (val, "val")],
)
best = (0, model.best_iteration + 1)
predictions = model.predict(test, iteration_range=best)
""",
    ("lightgbm", "early_stop"): """\
model = lgb.train(
    params, train, valid_sets=[val],
    callbacks=[lgb.early_stopping($rounds)],
)
predictions = model.predict(test, num_iteration=model.best_iteration)
""",
    ("catboost", "early_stop"): """\
model.fit(
    train, eval_set=val,
    early_stopping_rounds=$rounds, use_best_model=True,
)
""",
    ("ultralytics", "early_stop"): """\
# weights/best.pt holds the best epoch
model.train(data=data, epochs=epochs, patience=$patience)
""",
}


_SPEAKS_AS: Final = {"tensorflow": "keras"}


def recipe(framework: str, remedy: str, values: Mapping[str, object]) -> Code | None:
    """Return the code of a remedy, None where the framework has none or a value is missing or not plain."""
    template = _RECIPES.get((framework, remedy)) or _RECIPES.get((_SPEAKS_AS.get(framework, ""), remedy))
    if template is None:
        return None
    from string import Template  # noqa: PLC0415 - few remedies have one, and start-up counts

    plain = {k: str(v).replace(",", "") for k, v in values.items() if _PLAIN.fullmatch(str(v))}
    try:
        return Code("python", Template(template).substitute(plain))
    except KeyError:
        return None


def remedies() -> list[tuple[str, str]]:
    """Return every framework and remedy that there is code for."""
    return list(_RECIPES)
