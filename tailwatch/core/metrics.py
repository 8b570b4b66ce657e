"""From the name a log prints to what it means: the metric, the split it was measured on, and which way is better.

Names are split into words (camel case, `_`, `/`, `-`, `.` and spaces separate), so `val_loss`, `Validation Loss`, `eval/loss`,
`valid_0's rmse`, `验证损失`, `valloss` and `TestAcc` all read alike. Unknown names keep their own words as the metric.
"""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Goal, Split


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD: Final = lazy(
    r"(?:AP(?=[sml](?![A-Za-z]))|[lL][12](?![A-Za-z0-9])|mAP|mAR|mIoU|mIOU|IoU|[am]Acc|mDice|mPA|pixAcc|FB\d|F\d|LogLoss|PSNR|SSIM|BLEU|ROUGE|CIDEr)(?![a-z])"
    r"|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[一-鿿]+|[^\W\d_]+|@|%"
)

_SPLIT_WORDS: Final[dict[str, Split]] = {
    **dict.fromkeys(_set(
        "train training trainer trained trn tr learn fit trainset entrenamiento entrainement treino treinamento addestramento обучение "
        "обучении обучения тренировка trening treningowa treningowy egitim pelatihan traning"
    ), "train"),
    **dict.fromkeys(_set(
        "val vl vali valid validation validate validating validated eval evaluation evaluate evaluating evaluated dev holdout heldout valset "
        "validset validacion validacao validierung validazione валидация валидации проверка walidacja walidacji dogrulama validasi validatie validering"
    ), "val"),
    **dict.fromkeys(_set("test testing tst tested testset prueba teste тест тесте"), "test"),
}  # fmt: skip
_SHORT_SPLITS: Final[dict[str, Split]] = {"cv": "val", "va": "val", "te": "test", "ts": "test"}
"""What names a split before a metric only: `va_loss`, `te_acc`; `cv` is the cross validation of Kaldi and WeNet."""
_GLUED_SPLITS: Final[tuple[tuple[str, Split], ...]] = (
    ("trainings", "train"), ("train", "train"), ("validierungs", "val"), ("valid", "val"), ("val", "val"), ("eval", "val"), ("dev", "val"), ("test", "test"),
)  # fmt: skip
_GLUED: Final = tuple(glued for glued, _ in _GLUED_SPLITS)
_CHINESE_SPLITS: Final[tuple[tuple[str, Split], ...]] = (
    ("训练", "train"), ("验证", "val"), ("校验", "val"), ("评估", "val"), ("测试", "test"),
    ("訓練", "train"), ("驗證", "val"), ("評估", "val"), ("測試", "test"), ("検証", "val"),
    ("学習", "train"), ("評価", "val"), ("テスト", "test"), ("훈련", "train"), ("학습", "train"), ("검증", "val"), ("테스트", "test"),
)  # fmt: skip
_CHINESE_FILL: Final = lazy("^(?:平均|总|總|当前|當前|本轮|本輪|最终|每轮|集|的|上)+|(?:值|为|是|：)+$")

_SYNONYMS: Final[dict[str, str]] = {
    "acc": "accuracy", "accy": "accuracy", "accuracy": "accuracy", "准确率": "accuracy", "精度": "accuracy", "正确率": "accuracy", "準確率": "accuracy",
    "categorical accuracy": "accuracy", "binary accuracy": "accuracy", "sparse categorical accuracy": "accuracy", "准确度": "accuracy",
    "loss": "loss", "loss total loss": "loss", "tot loss loss": "loss", "loss for": "loss", "损失": "loss", "損失": "loss", "losses": "loss", "total loss": "loss", "tatal loss": "loss", "损失函数": "loss",
    "perdita": "loss", "strata": "loss", "verlies": "loss", "kayip": "loss", "kaybi": "loss", "forlust": "loss",
    "dokladnosc": "accuracy", "nauwkeurigheid": "accuracy", "dogruluk": "accuracy", "akurasi": "accuracy", "noggrannhet": "accuracy",
    "perte": "loss", "perdida": "loss", "perda": "loss", "verlust": "loss", "потери": "loss", "потеря": "loss", "лосс": "loss", "손실": "loss",
    "genauigkeit": "accuracy", "exactitud": "accuracy", "exactitude": "accuracy", "acuracia": "accuracy", "accuratezza": "accuracy",
    "точность": "accuracy", "정확도": "accuracy", "正解率": "accuracy", "fehler": "error", "ошибка": "error", "오차": "error", "誤差": "error",
    "学習率": "lr", "학습률": "lr", "lernrate": "lr", "損失関数": "loss", "적합률": "precision", "재현율": "recall", "再現率": "recall", "適合率": "precision",
    "lr": "lr", "learning rate": "lr", "学习率": "lr", "learningrate": "lr", "base lr": "lr", "base learning rate": "lr", "學習率": "lr", "lrate": "lr",
    "ppl": "perplexity", "perplexity": "perplexity", "困惑度": "perplexity",
    "grad norm": "grad_norm", "gradnorm": "grad_norm", "gnorm": "grad_norm", "norm": "grad_norm", "gradient norm": "grad_norm",
    "f1": "f1", "f 1": "f1", "fb1": "f1", "f1 score": "f1", "f 1 score": "f1", "f score": "f1", "fscore": "f1", "fb 1": "f1", "f 0": "f0", "fb 0": "fb0",
    "r 2": "r2", "r 0": "r2", "auc": "auc", "roc auc": "auc", "auroc": "auc", "召回率": "recall", "精确率": "precision", "误差": "error", "奖励": "reward",
    "acc 1": "accuracy_top1", "acc @ 1": "accuracy_top1", "top 1": "accuracy_top1", "prec @ 1": "accuracy_top1", "top 1 acc": "accuracy_top1", "top 5 acc": "accuracy_top5", "top 0 acc": "accuracy_top0",
    **{f"rank {n}": f"rank{n}" for n in (0, 1, 3, 5, 10, 20, 50)}, "rank 00": "rank00",
    "acc @ 5": "accuracy_top5", "prec @ 5": "accuracy_top5", "accuracy @ 1": "accuracy_top1", "accuracy @ 5": "accuracy_top5", "acc 5": "accuracy_top5",
    "top 5": "accuracy_top5", "top 0": "accuracy_top0", "accuracy top 1": "accuracy_top1", "accuracy top 5": "accuracy_top5", "acc top 1": "accuracy_top1", "acc top 5": "accuracy_top5", "m ap": "map", "m iou": "miou", "mean iou": "miou", "global correct": "accuracy", "c index": "c_index", "mean ap": "map",
    "negative log likelihood": "nll", "log likelihood": "log_likelihood", "mean squared error": "mse", "mean absolute error": "mae", "root mean squared error": "rmse", "word error rate": "wer", "character error rate": "cer",
}  # fmt: skip
_REMARK: Final = lazy(
    r" ?\((?:for|over|of|last|past) [^()]{1,40}\)| over (?:the )?(?:last |past |previous )?\d+ \w+$", IGNORECASE
)
"""On what was measured: `Training loss (for 1 batch)`, `Reward (last 100 episodes)`."""
_ON_A_SET: Final = lazy(r"(.{3,40}?) (?:for|on) (?:the )?([\w /-]{1,40} ?(?:set|data|domain|split))", IGNORECASE)
"""On which set was measured: `Classification accuracy for Test_B dataset`."""
_TRAILING: Final = _set("on for of in at over during across")
_BETWEEN: Final = _TRAILING | _set("de del di d на the set dataset")
_AT: Final = {"r": "recall", "rec": "recall", "p": "precision"}  # before a rank: `R@10`, `P@5`
_FILL: Final = _set(
    "avg average averaged mean epoch running current batch cur step iter final the overall global smoothed value avr ave "
    "micro macro weighted mini minibatch item av %"
)

_LOWER_IS_BETTER: Final = _set(
    "mcd ade fde hd asd assd brier kld mpjpe nme crps wape mase msle bpp niqe ergas hter acer fpr fnr "
    "perdita strata verlies kayip kaybi forlust verlust perte perdida perda потери потеря лосс 손실 "
    "loss losses error errors err perplexity ppl rmse mse mae mape wer cer nll logloss bce ce crossentropy entropy kl epe fid mlogloss "
    "l1 l2 inertia xent rmsle deviance objective cost bpb bpc bpd smape medae poisson hinge regret eer der ter smoothness lpips chamfer elbo energy residual"
)
_HIGHER_IS_BETTER: Final = _set(
    "stoi pesq sdr snr sisdr sisnr gini ks dsc qwk "
    "rank0 rank00 rank1 rank3 rank5 rank10 rank20 rank50 "
    "dokladnosc nauwkeurigheid dogruluk akurasi noggrannhet genauigkeit exactitud exactitude acuracia accuratezza точность 정확도 正解率 "
    "accuracy acc accy auc auroc auprc aucpr f1 fb1 f0 fb0 precision prec recall map ap mar ar dice iou miou pixacc macc aacc mdice mpa bleu rouge reward "
    "rewards return returns score scores r2 psnr ssim ndcg hit hits hr mrr exact em success win spearman pearson corr kappa mcc meteor cider "
    "nmi ari ami purity silhouette pcc srcc plcc krcc srocc uar mota hota pck nse kge tpr tnr ppv npv "
    "c_index cindex concordance spice rew swag hellaswag chrf sari wins jaccard dcg fscore specificity sensitivity sharpe"
)
_ENDS_OF_METRICS: Final = ("loss", "error", "accuracy", "acc", "损失", "損失", "误差", "准确率", "精度", "召回率", "得分")
_METRICS: Final = _LOWER_IS_BETTER | _HIGHER_IS_BETTER
_WEAK: Final = _set(
    "snr ks hd sdr ade fde gini asd map ap ar ce kl cost objective energy return returns hit hits hr win wins em exact success corr entropy residual err error errors top"
)
_NEUTRAL: Final = _set(
    "lr time eta data mem memory speed throughput seconds sec secs s ms hours epoch step iter iteration size count num scale tokens "
    "samples examples sps wps ups wpb bsz mfu fps norm gnorm wall elapsed duration runtime second lambda alpha beta gamma temperature temp "
    "wd momentum mom updates remaining total params parameters took ntokens nsentences max min ips tps tflops instances images timing free allocated reserved dt nnzs"
)
_TIMES: Final = lazy(r"(?:avg_)?(?:batch|reader|data|time)[_ ]cost")  # as Paddle calls its times
_BATCHWISE: Final = _set("batch step iter iteration current running minibatch cur")


class Meaning(NamedTuple):
    """What a printed name means.

    `metric` is normalised (`loss`, `accuracy`, `lr`, ...); `goal` is None where neither way is better. `known` says that a word
    of a metric stands where a metric's name has it, `plain` that there is nothing but the metric and the split, `weak` that
    the word means many other things as well.
    """

    metric: str
    split: Split | None
    goal: Goal | None
    known: bool
    plain: bool
    weak: bool


def words(name: str) -> list[str]:
    """Return the lower-case words of a printed name."""
    return _words(name).copy()


@lru_cache(maxsize=4096)  # what a name means is asked from several sides
def _words(name: str) -> list[str]:
    if not name.isascii():
        from tailwatch.core.latin import without_accents  # noqa: PLC0415 - start-up counts

        name = without_accents(name)
    return [w.lower() for w in _WORD.findall(name)]


@lru_cache(maxsize=8192)
def meaning(name: str) -> Meaning:
    """Work out metric, split and direction from a printed name."""
    measured = _ON_A_SET.fullmatch(name) if " for " in name or " on " in name else None
    if measured is not None and (own := meaning(measured[1])).known:
        return own._replace(split=own.split or split_of(measured[2]))
    found = words(_REMARK.sub("", name) if "(" in name or " over " in name else name.replace("training_eval/", "eval/"))
    split, kept = _without_split(found) if found[:2] != ["learn", "rate"] else (None, ["learning", *found[1:]])
    bare = [w for i, w in enumerate(kept) if w not in _FILL or kept[i : i + 2] == ["value", "loss"]]
    while len(bare) > 1 and bare[-1] in _TRAILING:
        bare.pop()  # `acc over epoch`
    bare = kept if all(w.isdigit() for w in bare) else bare  # `avg(100)`
    metric = _SYNONYMS.get(" ".join(kept)) or _SYNONYMS.get(" ".join(bare))
    plain = metric is not None or (len(bare) == 1 and bare[0] in _METRICS and bare[0] not in _WEAK)
    if metric is None:
        metric = "_".join(kept if kept[:1] == ["best"] else bare) or name.strip().lower()
    goal = _goal(metric, kept)
    known = plain or _names_a_metric(kept) or ("per" in kept[1:] and _names_a_metric(kept[: kept.index("per")]))
    return Meaning(metric, split, goal, known, plain, known and not plain and "AP" not in name and _is_weak(kept))


@lru_cache(maxsize=1024)  # what opens a line opens others too
def split_of(text: str) -> Split | None:
    """Return the split that a heading or a line's opening words name, if any."""
    named = words(text.replace("training_eval/", "eval/"))  # T5X calls so what it does while it trains
    for word in named:
        found = _SPLIT_WORDS.get(word) or _chinese_split(word)
        if found and word not in {"fit", "tr", "learn", "trainer", "trained", "dev", "tst", "vl"}:
            verb = found == "val" and word.startswith(("eval", "validat"))
            if verb and "test" in named:
                return "test"
            return "train" if verb and not {"train", "training"}.isdisjoint(named) and word.startswith("eval") else found
    return None


def _without_split(found: list[str]) -> tuple[Split | None, list[str]]:
    """Take the first word that names a split out of a name's words, glued ones too (`valloss`)."""
    short = _SHORT_SPLITS.get(found[0]) if len(found) > 1 and found[1] in _METRICS else None
    split: Split | None = short
    kept: list[str] = []
    for word in found[short is not None :]:
        own = None if split else _SPLIT_WORDS.get(word)
        if own is not None:
            split = own
            kept = kept[:-1] if kept[-1:] == ["cross"] and word.startswith("valid") else kept  # `Cross Validation Accuracy`
        elif not word.isascii():
            split = split or _chinese_split(word)
            kept += _of_chinese(word)
        else:
            prefix = _glued(word) if split is None and word.startswith(_GLUED) else None
            if prefix is not None:
                split, word = prefix[1], word[len(prefix[0]) :]  # noqa: PLW2901 - what is left of it
            kept.append(word)
    kept = kept if split is None else _beside_a_split(kept, split)
    if "@" in kept:
        kept = [_AT.get(w, w) if after == "@" else w for w, after in zip(kept, [*kept[1:], ""], strict=True)]
    if kept[:2] == ["new", "best"]:
        kept = kept[1:]
    if kept[:3] == ["cv", "agg", "s"]:
        kept = kept[3:]  # of a cross validation of LightGBM
    if split == "val" and len(kept) > 1 and kept[0].isdigit():
        kept = kept[1:]  # valid_0's rmse
    return split, kept[1:] if kept[:1] == ["s"] else kept


def _beside_a_split(kept: list[str], split: Split) -> list[str]:
    """Return a name's words without those that belong to the split taken out of it."""
    kept = [w for i, w in enumerate(kept) if i == 0 or _SPLIT_WORDS.get(w) != split]  # `Train loss/train/total`
    if len(kept) > 1 and kept[0] in ("set", "dataset"):
        kept = kept[1:]  # `Test set loss`
    while len(kept) > 1 and kept[-1] in _BETWEEN:
        kept.pop()  # `Loss on train`
    return kept


def speaks_of_a_metric(text: str) -> bool:
    """Whether any word of a text is a metric's; names of one or two letters prove nothing."""
    return any(len(word) > 2 and _names_a_metric([word]) for word in words(text))


def _glued(word: str) -> tuple[str, Split] | None:
    return next((p for p in _GLUED_SPLITS if word.startswith(p[0]) and word[len(p[0]) :] in _METRICS), None)


def _of_chinese(word: str) -> list[str]:
    """Return what is left of a Chinese word without split and filling words; `最佳损失` is the best loss."""
    if word in _SYNONYMS:
        return [word]  # `学習率` speaks of no training
    rest = _without_chinese_split(word)
    best = rest.startswith(("最佳", "最优", "最好"))
    rest = _CHINESE_FILL.sub("", rest[2:] if best else rest)
    named = [_SYNONYMS.get(rest, rest) if best else rest] if rest else []
    return ["best", *named] if best else named


def _names_a_metric(kept: list[str]) -> bool:
    """Whether the last word is a metric (`rpn_class_loss`), or the first (`loss_cls`, `acc_seg`, `recall@10`)."""
    words_only = [w for w in kept if not w.isdigit() and w not in _FILL and w not in ("@", "%", "ema", "s", "top")]
    if not words_only:
        return False
    first, last = words_only[0], words_only[-1]
    return last in _METRICS or first in _METRICS or last.endswith(_ENDS_OF_METRICS) or first.endswith(_ENDS_OF_METRICS)


def _is_weak(kept: list[str]) -> bool:
    strong = [w for w in kept if (w in _METRICS and w not in _WEAK) or (len(w) > 5 and w.endswith(("loss", "accuracy")))]
    return not (strong or "episode" in kept) and any(w in _WEAK for w in kept)


def _chinese_split(word: str) -> Split | None:
    return None if word.isascii() or word in _SYNONYMS else next((split for mark, split in _CHINESE_SPLITS if mark in word), None)


def _without_chinese_split(word: str) -> str:
    for mark, _ in _CHINESE_SPLITS:
        word = word.replace(f"{mark}集", "").replace(mark, "")
    return word


def _goal(metric: str, kept: list[str]) -> Goal | None:
    if metric in {"lr", "grad_norm"} or ("time" in kept and _is_weak(kept)):
        return None  # `time cost` is no cost
    stems = [metric, *kept]
    if not _LOWER_IS_BETTER.isdisjoint(stems) or any(w.endswith(("loss", "error", "损失", "損失", "误差")) for w in stems):
        return "min"
    if any(w in _HIGHER_IS_BETTER or w.endswith(("accuracy", "准确率", "精度", "召回率", "acc", "得分")) for w in stems):
        return "max"
    return None


@lru_cache(maxsize=8192)
def is_neutral(name: str) -> bool:
    """Whether a name is of the kind that has no split of its own: a rate, a time, a size, a counter."""
    found = meaning(name)
    if found.metric == "loss_scale" or _TIMES.fullmatch(name.lower()):
        return True
    if found.known and not found.weak and found.metric not in {"lr", "grad_norm"}:
        return False
    units = {"s", "ms"} if found.known else set()  # `bbox_mAP_s` counts small objects, no seconds
    own = words(name)
    if "norm" in own[:-1] and "grad" not in own:
        units |= {"norm"}  # `norm_edit_dis` is a distance
    return found.metric in {"lr", "grad_norm"} or any(w in _NEUTRAL and w not in units for w in own)


@lru_cache(maxsize=8192)
def is_batchwise(name: str) -> bool:
    """Whether a name says that its values are running ones, of one batch or step: `batch loss`, `train_loss_step`."""
    return not _BATCHWISE.isdisjoint(words(name))


def known_words() -> frozenset[str]:
    """Return the lower-case words that a metric, a split or a rate may be called by."""
    names = {word for name in _SYNONYMS for word in name.split()} - {"log", "negative", "global", "index"}
    return frozenset(names | _METRICS | set(_SPLIT_WORDS))
