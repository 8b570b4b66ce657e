"""The words and signs around a number that tell which part it plays. They read shapes (digits as 0) and are linear."""

from __future__ import annotations

from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.typed import Final

AFTER_EPOCH: Final = lazy(
    rb"(?:\s?/\s?0{1,9}(?=\s?[\xe8\xe4]))?\s{0,2}(?:epochs?\b|\xe8\xbd\xae|\xe4\xb8\xaa\s?epoch|\xe4\xb8\xaa\xe5\x91\xa8\xe6\x9c\x9f)"
)
FRACTION_OF: Final = lazy(rb"\s?/\s?0")
FOR: Final = lazy(rb"\b(?:for|total|of|max|maximum|\xe5\x85\xb1)(?:: ?| )$")
AFTER_STEP: Final = lazy(
    rb"(?:\s?/\s?0{1,9}(?=\s?\xe6))?\s{0,2}(?:steps?\b|iterations?\b|updates\b|batch(?:es)?\b|iter\b(?! ?[:=])|\xe4\xb8\xaa ?(?:batch|step|iter|\xe6\x89\xb9)|\xe6\xad\xa5)|batch:"
)
ON_SO_MANY: Final = lazy(rb"\b(?:on|over|with) $")
"""What makes steps the number of them that something was measured on: `Start inference on 5000 batches`."""
PLACE_TAIL: Final = lazy(
    rb"^(.{3,40}?)[\s,]+(?:(?:at|after|for|in|of|on)\s+)?(?:global |the )?(?:step|iter|iteration|epoch|batch|update|episode)\s*#?$"
)
OVER_EPOCHS: Final = lazy(rb"^[~\s]*(?:(?![Ee]val|[Vv]al|[Tt]est)[A-Za-z]{1,20} )?(?:[Ee]pochs?|EPOCHS?)\W{0,12}\|")
AT_PLACE: Final = lazy(
    rb"^(.{3,40}?)[\s,]+(?:at|after|for|in|of|on|@)\s+(?:global |the )?(step|iter|iteration|epoch|batch|update|round|episode)\s*#?$",
    IGNORECASE,
)
GLUED_EPOCHS: Final = lazy(rb"/0{1,6}epochs?(?![A-Z_])")
"""Behind an epoch: ESPnet's `1/30epoch started.`"""
OF_EPOCHS: Final = lazy(rb"/0{1,6}\) [A-Za-z]")
OVER_EPISODES: Final = lazy(rb" (?:episodes|trajectories|runs)(?: is)? ?[:=]? ?-?0{1,9}\.")
OF_IMAGES: Final = lazy(rb"^(.{3,30}?) of the .{2,40} on(?: the)?$")
IMAGES: Final = lazy(rb"\s\w{0,12}\s?(?:images|samples|examples|data|inputs)\b")
OPEN_AVERAGE: Final = lazy(
    rb"^ {0,4}[(\[] {0,4}(?:(?:avg|average|mean|smoothed|ema)[ .:=]{0,3})?$|^ {1,3}/ {1,3}(?:avg|average)[ :=]{1,2}$"
)
DEVIATION: Final = lazy(rb"^ ?[\[(]? ?(?:\xc2\xb1|\+/-|\+-) ?$")
"""`0.912 ± 0.012`, `21.2 +/- 1.2`"""
EACH: Final = lazy(r"(.{0,30}?)[ (\[]*((?:[A-Za-z]\w{1,11} ?[/|] ?){1,3}[A-Za-z]\w{1,11})[)\]]?")
"""Names, or splits of one: `train loss/acc`, `loss (train/val/test)`"""
EACH_OF_ONE: Final = lazy(r"\b((?:[A-Za-z]{3,10}/){1,3}[A-Za-z]{3,10}) ([A-Za-z]\w{1,11})$")
"""`mean/median reward 21.2/21.0`, `train/val/test acc: 0.41/0.45/0.46`"""
EPOCH_AGAIN: Final = lazy(rb"/0{1,6}\):\s*$")
EPOCH_NEXT: Final = lazy(rb"\] ?(?:[Ee]poch|[Ss]tep|[Ii]ter(?:ation)?)\b")
COPULAS: Final = frozenset((b"is", b"was", b"equals", b"of", b"reached", b"now", b"is now"))
"""Between a place and the value whose name stood before it: `the average loss for epoch 5 is 0.123`."""
COMPARES: Final = (b" < ", b" > ", b"<= ", b">= ")
"""A number behind one of these is a bound, nothing that was measured: `WHERE loss < 0.5`."""
EXPLICIT: Final = lazy(rb"[:=]|\b(?:is|was|equals)\s+$|\xef\xbc[\x9a\x9d]|->|[\"']\s*$|\|")
ESTIMATOR_RESULT: Final = b"Saving dict for global step "
"""TensorFlow's estimators end an evaluation so, and say nowhere else on what they measured."""
NAMED_IN_BRACKET: Final = lazy(rb" ?\[[A-Za-z][A-Za-z _.-]{1,30}[:=] ?-?0{1,9}\.0")
LINE_START: Final = lazy(rb"^[\s~\]:|,-]*\[?\(?$")
NAME_BEHIND: Final = lazy(rb"%?\s?([A-Za-z\x80-\xff][\w /-]{1,24}?)(?=\s{0,4}(?:[,;|)]|$|\. |and ))")
EQUALS_NAME: Final = lazy(rb"\s{1,4}= {1,2}([A-Za-z][\w-]{1,20}(?: [A-Za-z][\w-]{0,20})?)(?=\s*\(|\s*$|\s*\|\|)")
"""AutoGluon's `0.8121  = Validation score   (accuracy)`"""
OPENS_VALUE: Final = lazy(rb"(?:[:,;|\]-]|\band)\s{0,4}$")
ONLY_SIGNS: Final = lazy(rb"[\s:=|,>\])-]{1,8}|\xef\xbc\x9a")
NEXT_NAME: Final = lazy(rb"\s{1,2}(?:epochs?|steps?|iter)(?: ?[:=]| {1,2}0{1,6}\s*$)")
"""`val_loss: 0.5 epoch: 3`, `val loss 0.5 epoch 3`: the word behind the number is the next one's name."""
THEN_METRIC: Final = lazy(rb" {1,3}([A-Za-z][A-Za-z_]{1,12}(?: [A-Za-z_]{2,12}){0,2}) ?[:=] {0,8}-?0{1,9}\.0")
THEN_NAMES: Final = lazy(rb" {1,2}\| {1,2}(?:[A-Za-z]|0{1,9}\.00?\] [A-Za-z])")
"""Also behind the seconds of `[100 | 212.12] loss=3.21 avg=3.31`, as GPT-2's finetuning prints them."""
THEN_TIME: Final = lazy(rb"[,;|]? {0,2}(?:[Tt]ime|[Tt]ook|[Ee]lapsed|[Cc]ost)\b[^,;|]{0,24}")
"""`Epoch 11: 54602.61, Time is 374.20s`"""
THEN_VALUE: Final = lazy(rb":? -?0{1,9}\.0")
NEXT_BRACKET: Final = lazy(rb"^[\s\])]{0,3}[\[(,/-]\s{0,3}$|^\]?\s?\[$")
BEST_AT: Final = lazy(
    rb"^(?!\s*(?:\xc2\xb1|\+/?-))[^,;|0A-Za-z]{0,4}(?:\(|in|at|@|from)? ?(?:[Ee]poch|[Ee]p|[Ii]teration|[Ss]tep|[Rr]ound)? ?[#:=]? ?$"
)
_ON: Final = (
    rb"(train(?:ing)?|val(?:id(?:ation)?)?|dev|eval(?:uation)?|test(?:ing)?"
    rb"|(?:\xe8\xae\xad\xe7\xbb\x83|\xe9\xaa\x8c\xe8\xaf\x81|\xe6\xb5\x8b\xe8\xaf\x95)(?:\xe9\x9b\x86)?)"
)
SPLIT_BEHIND: Final = lazy(
    rb"%?\s{0,2}(?:[\[(]\s?"
    + _ON
    + rb"(?:[ _]set)?\s?[\])]|(?:on|for|in) (?:the )?"
    + _ON
    + rb"(?:[ _-]?set| data| split)?(?!\w|\s?[:=]))",
    IGNORECASE,
)
"""`loss 0.5 (val)`, `loss=0.5 [val]`, `loss 0.5 on validation`"""
CLOSED: Final = lazy(rb"\s*(?:[,;|/.0(-]|and\b|$)")
OF_THE_BEST: Final = lazy(
    rb"(?:the )?best (?:metric,|(?:(?:model|checkpoint|result)s? )?(?:is |was )?(?:from |at |in |of )?epoch\b)", IGNORECASE
)
"""What is said behind it is of the best epoch, not of the last: `Best epoch: 3, val_loss=0.78`."""
THEN_STEPS: Final = lazy(
    rb"(?:\]?\s{0,2}|/0{1,9}\]\s?)[\[(]\s{0,6}0{1,9}\s?/|, [A-Za-z][A-Za-z _]{1,20}[:=] ?-?0{1,9}\.0"
    rb"|/0{1,9} \(\s{0,3}0{1,3}%\) \[\s{0,6}0{1,9}/"
)
"""Behind an epoch: `Train: 0 [3/15]`, `train: [0][3/15]`, `Train: [0/300][3/15]`, `Train 3, loss: 1.2`, `Train: 1/80 (1%) [50/1856 (3%)]`."""
DIGITS_OF_EPOCHS: Final = 4
"""Nobody trains 10,000 epochs and prints each; `[2000/300000] Train loss: 0.5, Valid loss: 0.6` counts steps."""
OF_PAIR: Final = lazy(rb"0{1,9},\s{0,8}0{1,9}(?:\s{0,4}/\s{0,4}0{1,9})?\s?[\])][\s:]{0,4}[^\s:]")
"""Epoch and step in a bracket, and something behind: `[1,  2000] loss: 2.21`, `[109,  1900/ 2562] - ...`; not a list: `[448, 384, 320]`."""
OF_ROUNDS: Final = lazy(rb"\s{0,3}/\s{0,3}0+[\])] ?[\[(] {0,4}0|: {0,3}0+/0+\]")
"""Behind a number that opens the line in a bracket: of how many, and a second count."""
