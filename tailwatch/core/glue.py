r"""Lines that two writers wrote into one: where a shape has to be cut before it is read.

A print lands behind a progress bar (`..., 27.06it/s]{'eval_loss': ...}`), two ranks share a line (`0.5350[rank1] Epoch 1`),
a C++ message starts in the middle (`accuracy: 0.9048W0000 00:00:1795489734.3`).
"""

from __future__ import annotations

from tailwatch.core.lazily import lazy
from tailwatch.core.typed import Final

MAX_PIECES: Final = 16

_BORDER: Final = lazy(
    rb"\[0{1,3}:0[0:]{1,8}(?:<[^\[\]]{0,400}|, [^\[\]]{0,400})\](?=\s*[^\s\]])"  # a tqdm clock with text behind it
    rb"|(?<=\S)(?=\[rank0{1,4}\])"
    rb"|(?<=\S)(?=[IWEF]0000 00:00:0{2,10}\.0{1,6} )"
    rb"|(?<=[0\])])(?=\[0{1,4}\] ?(?:[Ee]poch|[Ii]ter|[Ss]tep)\b)"  # the next writer's number
    rb"|(?<=\})(?=\{['\"])"
    rb"|(?<=[.0]0)(?=(?:[Ee]poch|[Ss]tep|[Ii]ter(?:ation)?)[ :\[]{1,2}0)"  # `loss 0.5350Epoch 1 loss ...`
    rb"|(?<=[a-z)]\.)(?=(?:Epoch|Step|Iter(?:ation)?)[ :\[]{1,2}0|(?:iter|step) 0{1,9}[:,] )"  # `Saved.Epoch 3 loss ...`
    rb"|(?<=[a-z)]\.)(?=\{['\"])"
    rb"|(?<=[%)\]}])(?=0000-00-00[ T]00:00:00[.,]?0{0,9}[ ,Z+|\]])"  # the next writer's logger
    rb"|(?<=[0%)\]])(?=/[\w./+-]{1,200}\.py:0{1,6}: [A-Z]\w{2,40}Warning: )"
    rb"|(?<=[0%)\]])(?=[A-Za-z][\w.-]{0,60}:0{1,8}:0{1,8} \[0{1,3}\] NCCL (?:INFO|WARN) )"
    rb"|(?<=[\w.\]])(?=Epoch 0{1,5}/0{1,5}\s*$)"  # another process announced its epoch
)
_MAY_HOLD_BORDER: Final = lazy(
    rb"\[(?:0{1,3}:0|0{1,4}\] ?[EeIiSs]|rank0)|\}\{|:00(?<=[IWEF]0000 00:00)|0[EeIiSs](?=poch|tep|ter)"
    rb"|\.(?=[EeIiSs](?:poch|tep|ter)[a ]|\{['\"])"
    rb"|0000-00-00[ T]00(?<=[%)\]}]0000-00-00[ T]00)|\.py:0{1,6}: [A-Z]|\] NCCL |Epoch 0(?<=[\w.\]]Epoch 0)"
)
"""Each of the borders holds one of these; they begin with what is found fast, borders do not."""


def pieces(shape: bytes) -> list[tuple[int, int]]:
    """Return where the pieces of a shape begin and end; one piece for nearly every line."""
    if _MAY_HOLD_BORDER.search(shape) is None:
        return [(0, len(shape))]
    cuts = [found.end() for found in _BORDER.finditer(shape)][: MAX_PIECES - 1]
    if not cuts:
        return [(0, len(shape))]
    return [(a, b) for a, b in zip([0, *cuts], [*cuts, len(shape)], strict=True) if shape[a:b].strip()]
