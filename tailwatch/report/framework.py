"""Which framework a log comes from, as far as it shows: code in a report must be right for it, else it is left out."""

from __future__ import annotations

from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.run import Run
    from tailwatch.session import Session


class Framework(NamedTuple):
    """`key` chooses code; `name` is what people call it."""

    key: str
    name: str


_NAMES: Final[dict[str, str]] = {
    "keras": "Keras",
    "tensorflow": "TensorFlow",
    "huggingface": "Hugging Face Trainer",
    "lightning": "PyTorch Lightning",
    "paddle": "PaddlePaddle",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "ultralytics": "Ultralytics YOLO",
    "torch": "PyTorch",
    "jax": "JAX",
    "deepspeed": "DeepSpeed",
}
_SERIES: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("huggingface", frozenset(("eval_runtime", "train_runtime", "eval_samples_per_second", "train_samples_per_second"))),
    ("lightning", frozenset(("v_num",))),
    ("ultralytics", frozenset(("box_loss", "dfl_loss"))),
    ("torch", frozenset(("mfu",))),
)
"""Names of values that only one framework prints."""

_MESSAGES: Final[tuple[tuple[str, str], ...]] = (
    ("lightning.", "lightning"),
    ("huggingface.", "huggingface"),
    ("ultralytics.", "ultralytics"),
    ("deepspeed.", "deepspeed"),
    ("megatron.", "torch"),
    ("torch.", "torch"),
    ("torch_compile.", "torch"),
    ("distributed.", "torch"),
    ("paddle.", "paddle"),
    ("jax.", "jax"),
    ("keras.", "keras"),
    ("tensorflow.", "tensorflow"),
)
"""Rules of the catalogue, by their family, in the order in which they decide."""


def framework(session: Session) -> Framework | None:
    """Return the framework, None where nothing shows it."""
    key = _by_dialect(session.run) or _by_series(session.run) or _by_messages(session)
    return Framework(key, _NAMES[key]) if key else None


def _by_dialect(run: Run) -> str:
    for dialect in ("keras", "paddle"):
        if run.dialects.get(dialect):
            return dialect
    return _booster(run) if run.dialects.get("boosting") else ""


def _booster(run: Run) -> str:
    names = " ".join(s.spec.name for s in run.segment.series.values())
    if "training's " in names or "valid_0's " in names:
        return "lightgbm"
    return (
        "xgboost" if "train-" in names or "eval-" in names or "validation_0-" in names else "catboost" if "learn" in names else ""
    )


def _by_series(run: Run) -> str:
    names = {s.spec.name for segment in run.segments for s in segment.series.values()}
    found = next((key for key, known in _SERIES if not known.isdisjoint(names)), "")
    if not found and {"grad_norm", "learning_rate"} <= names and any(n.startswith("eval_") for n in names):
        return "huggingface"
    return found


def _by_messages(session: Session) -> str:
    rules = [e.rule for e in session.messages.entries()]
    return next((key for prefix, key in _MESSAGES if any(r.startswith(prefix) for r in rules)), "")
