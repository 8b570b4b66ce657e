"""Names under which logs state their settings, in English and Chinese, and the report's keys for them."""

from __future__ import annotations

from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re

_KEYS: Final[dict[str, str]] = {
    "global_batch_size": "global batch size|全局批次大小|全局批大小|全局 batch size|global batch|effective batch size|total batch size|total train batch size"
    "|total desired batch size|total train batch size w parallel distributed accumulation|有效批次大小|总批次大小|总批大小|train batch size total|global train batch size",
    "per_device_batch_size": "per device batch size|per gpu batch size|instantaneous batch size per device|per device train batch size|batch size per device|train batch size"
    "|micro batch size|batch size per gpu|单 gpu|单卡|每卡批次大小|单卡批次大小|每卡 batch size|每个 gpu 批次|每个设备批次大小|train micro batch size per gpu|per replica batch size|samples per gpu|images per gpu|micro batch size b",
    "batch_size": "batch size|batchsize|批次大小|批大小|批量大小|batch",
    "gradient_accumulation": "gradient accumulation steps|梯度累积步数|梯度累积|grad accum|grad accum steps|accumulate grad batches|gradient accumulation|accum iter|accumulation steps|update freq",
    "learning_rate": "learning rate|学习率|初始学习率|init lr|initial lr|base lr|lr|initial learning rate|max lr|peak lr|learning rate lr|lr 0|max learning rate",
    "epochs": "num epochs|epochs|max epochs|max epoch|num train epochs|训练轮数|总轮数|訓練輪數|總輪數|n epochs|total epochs|number of epochs|训练周期|总训练轮数|total epoch|num train epoch|训练轮次|total epochs needed|max num epochs|end epoch",
    "devices": "world size|num gpus|gpus|n gpu|num devices|副本数|number of devices|replicas|num replicas in sync|gpu count|number of gpus|gpu 数量|gpu数量|设备数|设备数量|number of replicas|num processes|ngpus per node|nproc per node|gpu 数|n gpus|num gpu",
    "train_samples": "num examples|训练样本|训练样本数|train samples|training samples|number of training examples|num train samples|train size|train dataset size|训练集大小"
    "|训练集样本数|num training examples|number of train images|training set size|number of training samples|number of train samples|训练数据|n train|size of training set|num train examples|training examples|training set|train set size|训练集",
    "val_samples": "验证样本|验证样本数|val samples|validation samples|val size|eval samples|验证集大小|num val samples|number of validation examples|validation set size|valid samples|n val|val dataset size|验证集|number of val images|validation examples|number of validation samples",
    "steps_per_epoch": "每轮步数|steps per epoch|iterations per epoch|iters per epoch|每轮迭代次数|batches per epoch|num batches per epoch|num training steps per epoch|number of batches|number of iters|每个 epoch 步数|num batches per epoch|updates per epoch",
    "total_steps": "total optimization steps|max steps|total steps|max iter|max iters|total iterations|total iters|num training steps|总步数|train iters|total training steps|max update|total number of steps|number of training steps",
    "warmup_steps": "warmup steps|warmup iters|num warmup steps|warmup updates|预热步数|lr warmup steps|lr warmup iters",
    "seed": "seed|random seed|随机种子|manual seed",
    "weight_decay": "weight decay|权重衰减|wd",
    "dropout": "dropout|dropout rate|dropout p",
    "momentum": "momentum",
    "patience": "patience|early stopping patience|耐心值|early stop patience",
    "parameters": "模型参数量|num parameters|number of parameters|number of trainable parameters|trainable parameters|总参数|total parameters|trainable params|total params|参数量|模型参数|可训练参数|number of model parameters|total params num|可训练参数量|总参数量|trainable parameters count|total parameters count|num trainable parameters",
    "num_workers": "num workers|workers|number of workers|number of data loader workers",
}  # fmt: skip
SETTING_KEYS: Final[dict[str, str]] = {name: key for key, names in _KEYS.items() for name in names.split("|")}

_BEHIND: Final[tuple[tuple[re.Pattern[bytes], str], ...]] = tuple(
    (lazy(pattern.encode()), key)
    for pattern, key in (
        (r" ?(?:个|块|张|台)?(?:逻辑|物理|虚拟)?(?:设备|GPU|gpu|卡|显卡)", "devices"),
        (r" (?:[Ll]ogical )?(?:GPU|TPU)s?\b(?! memory)", "devices"),
        (r" (?:replica|device|accelerator)s\b", "devices"),
        (r" (?:training |train )?(?:samples|images|examples)\b", "train_samples"),
    )
)
_DEVICES_BEFORE: Final = lazy(
    r"(?:use|using|detected|found|检测到|发现|使用|共|可用|on|with|across|over|,|Let's use)\s*$".encode(), IGNORECASE
)
_TRAIN_BEFORE: Final = lazy(
    r"(?:[Tt]rain(?:ing)?(?: set| data(?:set)?)?(?: on|:| with| size:?| has)?|训练集?[：:]?)\s*$".encode()
)
_VAL_BEFORE: Final = lazy(rb"(?:[Vv]alidat(?:e|ion)|[Vv]al)(?: set| data(?:set)?)?(?: on|:| with| size:?| has)?\s*$")


def setting_behind(before: bytes, behind: bytes) -> str:
    """Return the key of a number whose unit tells (`检测到 7 个逻辑设备`, `Train on 6000 samples`), "" for any other."""
    for pattern, key in _BEHIND:
        if pattern.match(behind):
            if key == "train_samples" and _VAL_BEFORE.search(before):
                return "val_samples"
            needed = _TRAIN_BEFORE if key == "train_samples" else _DEVICES_BEFORE
            return key if needed.search(before) else ""
    return ""


_STRATEGY: Final = lazy(
    rb"\b((?:Multi[Ww]orker)?Mirrored|TPU|ParameterServer|CentralStorage|OneDevice|_?DefaultDistribution)Strategy\b"
)


def strategy(shape: bytes) -> tuple[tuple[str, str], ...]:
    """Return TensorFlow's way of distributing the training as a setting, where the line names it."""
    found = _STRATEGY.search(shape) if b"Strategy" in shape else None
    return (("strategy", found[0].decode("ascii").lstrip("_")),) if found else ()
