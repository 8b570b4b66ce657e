"""Turning the numbers of a line into fields: each gets its name, its part, its split and its unit."""

from __future__ import annotations

from tailwatch.core.events import Field
from tailwatch.core.metrics import meaning, split_of
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._cues import (
    AFTER_EPOCH,
    AFTER_STEP,
    AT_PLACE,
    COMPARES,
    COPULAS,
    DEVIATION,
    DIGITS_OF_EPOCHS,
    EPOCH_AGAIN,
    EPOCH_NEXT,
    EQUALS_NAME,
    EXPLICIT,
    FOR,
    FRACTION_OF,
    GLUED_EPOCHS,
    IMAGES,
    LINE_START,
    NAMED_IN_BRACKET,
    NEXT_BRACKET,
    NEXT_NAME,
    OF_EPOCHS,
    OF_IMAGES,
    OF_PAIR,
    OF_ROUNDS,
    OVER_EPISODES,
    PLACE_TAIL,
    THEN_METRIC,
    THEN_NAMES,
    THEN_STEPS,
    THEN_VALUE,
)
from tailwatch.dialects._follow import UNNAMED, Followers
from tailwatch.dialects._label import NO_LABEL, tag_before
from tailwatch.dialects._names import Name, classify, may_be_a_step, named_before
from tailwatch.dialects._settings import setting_behind
from tailwatch.dialects._tokens import UnitKind, unit_kind
from tailwatch.dialects._vocabulary import RANKS

if TYPE_CHECKING:
    from tailwatch.core.events import Role
    from tailwatch.dialects._tokens import Token

_MAY_TELL_MORE: Final = frozenset(bytes((byte,)) for byte in (*b"/esiubGTgLlrdat", *range(0x80, 0x100)))
"""With one of these begins what may stand behind a number and tell its part: `epochs`, `steps`, `GPUs`, `/ 30 轮`."""
_ENDS_OF_PLACES: Final = frozenset(b"pPrRnNhHeEdD#")
"""With these end the names of places: step, iter, iteration, epoch, batch, update, round."""
_SLASH: Final = 3


def _may_stand_before(raw: bytes) -> bool:
    """Whether a place may stand behind such a text: a metric (`loss at epoch 3: 0.5`), a split (`eval at epoch=3`)."""
    name = classify(raw)
    return raw.split()[-1] == b"metrics" or name.trust != "none" or name.part == "split" or meaning(name.text).split is not None


class Pairs(Followers):
    """The named numbers of one shape."""

    def read(self) -> None:
        """Give every number its part."""
        if self.scan.by_letters is not None:
            epoch, step = self.scan.by_letters
            self.places += [Field("epoch", *epoch), Field("step", *step)]
            self.named_place, self.first_place = True, epoch[0]
        self._take_row()
        for index, token in enumerate(self.scan.tokens):
            if token.start > self._done:
                self._take(token, first=index == 0)
        sides = {v.field.series.split for v in self.values if v.field.series is not None}
        self.compares = {"train", "val"} <= sides or {"train", "test"} <= sides
        counter = self.placed("step")
        if self.compares and counter is not None and not self.named_place and self.placed("epoch") is None:
            self._count_epochs()
        fold = next((f for f in self.places if f.role == "step" and f in self._folds), None)
        if fold is not None and self.placed("epoch") is not None:
            of_many = [f for f in self.places if f.role == "steps" and f.start - fold.end <= _SLASH]
            self.places = [f for f in self.places if f is not fold and f not in of_many]  # `Fold 1/5 Epoch 2`

    def _take(self, token: Token, *, first: bool) -> None:
        """Give a number its part."""
        kind = unit_kind(token.unit)
        if kind == "glued":
            self._last = ""
        elif self._closed_at and self._same_again(token, kind):
            return
        elif token.gap.endswith(COMPARES):
            self._last = ""
        elif token.after_fraction:
            self._total(token)
        else:
            raw, at = named_before(token.gap, after_number=not first)
            if raw and not (self._pending and raw in COPULAS):
                self._named(token, raw, token.start - len(token.gap) + at, kind)
                if self._last == "value" and token.gap.endswith((b"[", b"(")):
                    self._listed(token)
            else:
                self._unnamed(token, kind)

    def _count_epochs(self) -> None:
        """`(1/30) train: loss=0.5 | val: loss=0.6`: what is counted are epochs, for each has a validation."""
        if any(f.role == "steps" and f.end - f.start > DIGITS_OF_EPOCHS for f in self.places):
            return
        other: dict[Role, Role] = {"step": "epoch", "steps": "epochs"}
        self.places = [f._replace(role=other.get(f.role, f.role)) for f in self.places]

    def _named(self, token: Token, raw: bytes, at: int, kind: UnitKind) -> None:  # noqa: C901, PLR0912
        if (self._last == "value" and self._best_epoch(token)) or self._names_the_next(token, raw, at):
            return
        name = classify(raw)
        if self._last == "value" and name.text.lower() == "best" and "0" not in self.values[-1].name.text:
            name = classify(b"best " + self.values[-1].name.text.encode())  # `psnr: 28.12  Best: 28.31 @ 5000 iter`
        placed = self._last in ("epoch", "step") and name.part in ("epochs", "epoch", "step")
        if self._pending and self._second_place(token, name):
            return
        if self._pending and (placed or self._last == "images"):  # `Loss after 3 epochs: 0.5`
            self._value_of_pending(token, kind)
            return
        behind = self.scan.masked[token.end : token.end + 24]
        before = token.gap
        told = behind.lstrip()[:1] in _MAY_TELL_MORE  # else nothing behind the number says what it is
        unit = b"" if not told or (NEXT_NAME.match(behind) and not raw.endswith(b"after")) else behind
        if raw == b"i" and self.placed("epoch") and not self.placed("step") and b"." not in self._number(token):
            name = name._replace(part="step")
        key = (
            setting_behind(before, behind) if told and name.part in ("value", "nothing", "split") and name.trust == "none" else ""
        )
        if key:
            self._setting(token, key, kind)
        elif self._last == "value" and self._is_average(token):
            self._average(token)
        elif before.endswith(b" (") and not before.endswith((b": (", b"= (")) and self._last != "value" and name.part == "value":
            self._last = ""  # `UNKNOWN ERROR (303)` says no value
        elif told and name.part != "setting" and behind.lstrip().startswith(b"epoch") and FOR.search(before):
            if behind.lstrip().startswith(b"epochs"):
                self._setting(token, "epochs", kind)
        elif told and name.part != "setting" and AFTER_EPOCH.match(unit):
            self._place_with_name("epoch", token, raw, name, at)
        elif (
            told
            and (name.part in ("value", "nothing") or raw.endswith("第".encode()))
            and AFTER_STEP.match(unit)
            and not (b"." in self._number(token) or before.endswith((b" has ", b" had ")))
        ):
            self._place_with_name("step", token, raw, name, at)
        elif name.part in ("epoch", "step"):
            self._named_place(name, token, raw, at)
        elif name.key == "epochs" and FRACTION_OF.match(behind):
            self._named_place(name._replace(part="epoch"), token, raw, at)  # `训练轮次 [1/50]`
        elif name.part == "setting":
            self._setting(token, name.key, kind)
        elif name.part == "split":
            self._split_alone(token, name, raw, at, kind)
        elif name.part == "value" or (self._last == "value" and name.part == "epochs"):
            self._value(token, name, raw, at, kind)
        elif name.part == "epochs" and self.scan.bar:
            self._place("epoch", token)
        elif name.part == "epochs":
            self._setting(token, "epochs", kind)
        else:
            self._last = ""
            if self.named_place and raw.lower() in RANKS and b"." not in self._number(token):
                self.rank = (token.start, token.end)

    def _names_the_next(self, token: Token, raw: bytes, at: int) -> bool:
        """`loss at epoch 3: 0.5`, `Accuracy on the 10000 images: 81 %`: the name before this number is the next one's."""
        at_place = AT_PLACE.match(raw) if raw[-1] in _ENDS_OF_PLACES else None
        if at_place is not None and _may_stand_before(at_place[1]):
            no_value = at_place[1].endswith(b"metrics") or classify(at_place[1]).part != "value"
            self._pending, self._pending_at = b"" if no_value else at_place[1], at  # `eval metrics after step: 11, loss=0.4`
            self.named_place = True
            self._place("epoch" if at_place[2].lower() == b"epoch" else "step", token)
            return True
        if not self.places and token.gap[-2:-1].isalpha() and THEN_VALUE.match(self.scan.masked, token.end):
            name = classify(raw)
            if name.trust == "plain" and meaning(name.text).goal == "min":
                self._place_with_name("step", token, raw, name, at)  # Tacotron's `Train loss 100 0.812 Grad Norm 1.21`
                return True
        if raw[-1] not in _ENDS_OF_PLACES:
            return False  # neither `over` nor `on` nor `on the`
        if raw.lower().endswith(b"evaluation over") and OVER_EPISODES.match(self.scan.masked, token.end):
            self._pending, self._pending_at = b"Evaluation reward", at
            self._last = "images"
            return True
        of_images = OF_IMAGES.match(raw) if IMAGES.match(self.scan.masked, token.end) else None
        if of_images is not None and classify(of_images[1]).trust == "plain":
            self._pending, self._pending_at = of_images[1], at
            self._split = split_of(self.scan.masked[token.end : token.end + 24].decode("utf-8", "replace")) or self._split
            self._last = "images"
            return True
        return False

    def _split_alone(self, token: Token, name: Name, raw: bytes, at: int, kind: UnitKind) -> None:
        """`Train: 0 [3/15]`, `Test: [10/547]`, `train: 0.5, val: 0.6`: the name tells the split alone."""
        self._split = meaning(name.text).split
        number = self.scan.masked[token.start : token.end]
        if OF_EPOCHS.match(self.scan.masked, token.end) and token.gap.endswith(b" ("):
            self._place("epoch", token)  # Catalyst's `train (1/10) loss: 0.5`
        elif AFTER_STEP.match(self.scan.masked, token.end):
            self._place("step", token)  # `1epoch:train:1-100batch:`
        elif b"." in number or b"n" in number.lower():
            self._value(token, self._like_the_last(name), raw, at, kind)
        elif THEN_STEPS.match(self.scan.masked, token.end):
            self._place("epoch", token)
        else:
            self._last = "unnamed"

    def _named_place(self, name: Name, token: Token, raw: bytes, at: int) -> None:
        if unit_kind(token.unit) in ("other", "percent") and not AFTER_EPOCH.match(token.unit):
            self._last = ""  # `Time taken for 1 epoch 30.5 sec`, `this epoch [###...] 31.21%`
            return
        if name.part == "step" and not may_be_a_step(self._number(token), name.text, self.scan.masked):
            self._last, self._within = "", True  # `optimizer_step: 337.85` is a time, `"update": 0.288` a part of an epoch
            return
        if name.text == "num_updates" and self.values and self.placed("epoch") and not (self.placed("step") or self._within):
            self.counted = True  # fairseq's last line of an epoch
        held = PLACE_TAIL.match(raw)
        of = classify(held[1]) if held else None
        self._pending = held[1] if held and of and of.part == "value" and of.trust in ("plain", "known") else b""
        self._pending_at = at
        self.named_place = True
        self._place("epoch" if name.part == "epoch" else "step", token)
        if name.text.lower() == "fold" and self.places:
            self._folds.append(self.places[-1])

    def _value_of_pending(self, token: Token, kind: UnitKind) -> None:
        """The name of this number stood before the place."""
        self._value(token, classify(self._pending), self._pending, token.start - len(token.gap), kind, name_at=self._pending_at)
        self._pending = b""

    def _unnamed(self, token: Token, kind: UnitKind) -> None:  # noqa: C901, PLR0912
        gap = token.gap
        follows = self.scan.masked[token.end : token.end + 2]
        if self._is_average(token):
            self._average(token)
        elif self._last == "value" and DEVIATION.match(gap):
            pass  # how far it scatters; what comes next may tell more of the value
        elif self._last == "value" and self._is_change(token):
            self._last = ""
        elif self._last == "value" and gap.strip() == b"(" and follows[:1] == b"/":
            self._last = ""  # `Acc: 45.2% (22620/50000)`
        elif self._last == "fraction" and gap.strip() in (b"(", b"=", b"->", b":", b"["):
            self._replace_last(token, kind)
        elif self._best_epoch(token):
            pass
        elif gap.endswith(b"] ") and b"." in self._number(token) and tag_before(gap, b"") != NO_LABEL:
            self._value(token, UNNAMED, b"", token.start, kind)  # `[knn] 51.21`
        elif self._last in ("epoch", "step") and b"percent" in self.scan.masked[token.end : token.end + 12]:
            self._last = ""  # `Epoch 1 is 0.004 percent complete`
        elif self._pending and (gap == b" " or gap.strip() in COPULAS or EXPLICIT.search(gap)):
            self._value_of_pending(token, kind)
        elif self._last in ("epoch", "total") and self.placed("step") is None and NEXT_BRACKET.match(gap):
            if kind == "percent":
                pass  # `Epoch 1 [54%]`, `Train: 1/80 (1%) [50/1856]`
            elif b"." in self._number(token) or kind == "other" or EPOCH_AGAIN.match(self.scan.masked, token.end):
                self._last = ""  # `Epoch 1 [12.1s]`, `Epoch 1 (1/200):`
            elif self.evaluates and follows[:1] != b"/":
                self._last = ""  # mmdet's `Epoch(val) [1][120]`: how many batches were evaluated
            else:
                self._place("step", token)
        elif not self.values and self._is_alone(token, kind):
            self._value(token, UNNAMED, b"", token.start - len(gap), kind)
        elif not self.places and not self.values and LINE_START.match(gap) and len(gap) == token.start - self._body():
            if not self._named_behind(token, kind, EQUALS_NAME):
                self._opening(token, gap, follows)
        elif not self._named_behind(token, kind):
            self._last = "unnamed"

    def _body(self) -> int:
        return max(0, self.scan.tokens[0].start - len(self.scan.tokens[0].gap))

    def _opening(self, token: Token, gap: bytes, follows: bytes) -> None:
        """A number that opens the line: `[10]` and `30:` are rounds, `[109, 1900/2562]` and `[0/25][3/100]` an epoch."""
        behind = self.scan.masked[token.end : token.end + 24]
        if GLUED_EPOCHS.match(behind) or (
            gap.endswith((b"[", b"(")) and (OF_PAIR.match(self.scan.masked, token.start) or OF_ROUNDS.match(behind))
        ):
            self._place("epoch", token)
        elif THEN_NAMES.match(behind):
            self._place("step", token)  # `100 | loss 3.1 | lr 1.0e-04`
        elif gap.endswith(b"[") and (EPOCH_NEXT.match(behind) or behind.startswith(b'] "')):
            self._last = "unnamed"  # `[1] Epoch 3`: which of the writers it was, `[1] "Epoch 3"`: what R prints
        elif (gap.endswith(b"[") and follows[:1] == b"]") or follows in (b":\t", b": "):
            self._place("step", token)
        elif AFTER_EPOCH.match(behind):
            self._place("epoch", token)
        elif AFTER_STEP.match(behind) and b"." not in self._number(token):
            self._place("step", token)  # `| 12000 steps | 121.2 reward |`
        elif (named := THEN_METRIC.match(self.scan.masked, token.end)) is not None and classify(named[1]).trust == "plain":
            self._place("step", token)  # `   3 train loss:  0.4121 test acc: 85.21%`
        elif b"." not in self._number(token) and NAMED_IN_BRACKET.match(self.scan.masked, token.end):
            self._place("step", token)  # `12 [D loss: 0.51, acc.: 71.9%] [G loss: 0.83]`
        else:
            self._last = "unnamed"
