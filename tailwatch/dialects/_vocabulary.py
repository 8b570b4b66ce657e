"""The words that names of numbers are made of: those of places, those that rule a place or a metric out, those that mean nothing."""

from __future__ import annotations

from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.typed import Final

STOP: Final = frozenset([
    "is", "of", "at", "was", "to", "from", "by", "in", "with", "on", "the", "and", "a", "for", "reached", "be", "are",
    "as", "or", "than",
])  # fmt: skip
"""Words at the ends of a name that are not of it: `loss is`, `of accuracy`."""
EPOCH: Final = frozenset([
    "epoch", "ep", "epo", "轮", "当前轮数", "轮次", "輪", "輪次", "當前輪數", "epok", "epoka", "donem", "周期", "epoc", "epoche", "epoque", "epoca", "эпоха",
    "エポック", "회차", "에포크", "에폭", "эпохи",
])  # fmt: skip
"""What an epoch is called, the language of the log included."""
STEP: Final = frozenset([
    "step", "steps", "iter", "iters", "iteration", "iterations", "batch", "batches", "update", "updates", "itr",
    "minibatch", "it", "generation", "回合", "回合数", "步", "步数", "迭代", "批次", "episode", "round", "globalstep", "timesteps", "迭代次数", "当前步数", "当前迭代",
    "fold", "boosting", "trees", "tree", "iteracion", "schritt", "paso", "passo", "шаг", "итерация", "батч", "ステップ", "バッチ",
    "イテレーション", "스텝", "배치",
])  # fmt: skip
"""What a step is called, and what counts like one."""
STEP_PHRASES: Final = frozenset([
    "total timesteps", "num timesteps", "global steps", "total it", "n iter", "num updates", "step in epoch",
    "iter in epoch", "batch in epoch", "global step max steps", "total env steps", "total env interacts", "env steps",
    "environment steps", "nupdates", "total train updates", "t env", "num env steps", "total num steps",
])  # fmt: skip
"""Names of a step that hold a word which elsewhere speaks against a place: `total timesteps`."""
EPOCH_WORDS: Final = (*EPOCH, "epochs")
STEP_WORDS: Final = tuple(STEP)
"""The same for those who look for any of them in a line."""
COUNTS: Final = frozenset(["steps", "iters", "iterations", "batches", "updates", "trees", "timesteps"])
"""Plurals: how many there were, unless `CURRENT` stands before them."""
ONE_PLACE: Final = (EPOCH | STEP) - COUNTS
"""Names of one place."""
CURRENT: Final = frozenset(["current", "cur", "global", "now", "当前"])
"""What makes a plural the place reached: `global steps`."""
NUMBERED: Final = frozenset(["id", "i", "index", "idx", "number", "num", "no", "#", "count", "nr", "loaded"])
"""What may follow the name of a place: `epoch number`, `step idx`."""
NOT_A_PLACE: Final = frozenset([
    "best", "per", "max", "num", "total", "warmup", "every", "time", "size", "early", "stop", "stopped", "patience", "n",
    "each", "last", "seconds", "sec", "speed", "number", "decay", "save", "log", "eval", "interval", "accumulation",
    "until", "warm", "remaining", "resume", "nb", "freq", "milestone", "window", "inner", "local",
])  # fmt: skip
"""What before the name of a place makes its number something else: `max steps`, `best epoch`."""
COUNTERS: Final = frozenset(("start", "micro", "end", "next", "first", *EPOCH, *STEP))
"""Words of counters that are no place: `start_epoch`, `micro_step`."""
OF_A_PLACE: Final = frozenset([
    "global", "current", "cur", "train", "training", "trainer", "the", "this", "data", "opt", "optimizer", "optim",
    "progress", "or", "gradient", "grad", "sgd", "i", "model", "main", "meta", "outer", "epoch", "self", "play", "env",
    "environment", "agent",
])  # fmt: skip
"""What may stand before the name of a place within one word: `global_step`; any other word is part of a name of its own."""
NEVER: Final = frozenset([
    "rank", "ranks", "node", "nodes", "nnodes", "proc", "procs", "process", "pid", "port", "seed", "version", "shape",
    "place", "cuda", "worker", "workers", "thread", "threads", "vocab", "id", "ids", "device", "gpu", "gpus", "gpuid",
    "param", "params", "line", "layer", "layers", "hidden", "dim", "dims", "head", "heads", "kernel", "stride",
    "padding", "channels", "width", "height", "day", "year", "month", "jan", "feb", "mar", "apr", "jun", "jul", "aug",
    "sep", "oct", "nov", "dec", "exit", "code", "errno", "status", "capability", "capabilities", "job", "jobid",
    "localhost", "address", "offset", "axis", "column", "columns", "rows", "jobs", "depth", "leaves",
])  # fmt: skip
"""Words of hardware, sizes, dates and identities, whose numbers are no measurement."""
NOT_METRICS: Final = lazy(
    r"scale|weight(?!ed)|coef|thresh|ratio|warmup|decay|smoothing|patience|min_?delta|factor|window|interval|freq|param|version|port\b|seed|_fn"
    r"|func(?:tion)?s?$|size|worker|memory|\bmem\b|gpu|device|layer|hidden|dim\b|head\b|limit|margin|lambda|beta_?0|iou_t|conf_t|clip|eps\b|_w$|num_"
    r"|\bn_|_thr\b|pos_iou|neg_iou|iou_thr|target|counter|type|mode(?!l)|rounds|trials|bins|periods"
    r"|_alpha$|_gamma$|^packet|^allow|^expect|guess|early_?stop|^start training from",
    IGNORECASE,
)
"""What makes of a known metric its setting: `loss_scale`, `accuracy_threshold`."""
RANKS: Final = (b"rank", b"local rank", b"local_rank", b"global_rank", b"global rank", b"process rank")
"""What names the process that printed a line, behind the line's place."""
IDENTITIES: Final = frozenset([
    "v num", "no", "lineno", "levelno", "percentage", "progress", "percent", "run", "trial", "best trial", "exp", "experiment",
    "target", "threshold", "goal", "expected", "n",
])  # fmt: skip
"""Names whose number says which run it is or what was hoped for, not what was measured."""
TIME_IN: Final = lazy("(?:elapsed )?time (?:in )?(?:s|sec|secs|seconds|ms|min|minutes|h|hours)")
"""A time with its unit: `elapsed time in s`."""
