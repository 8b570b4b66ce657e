"""Turning the numbers of a line into fields: each gets its name, its part, its split and its unit."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tailwatch.core.events import Field, SeriesSpec
from tailwatch.core.metrics import meaning, split_of
from tailwatch.dialects._cues import (
    AFTER_EPOCH,
    AFTER_STEP,
    AT_PLACE,
    BEST_AT,
    DEVIATION,
    DOUBLE,
    EPOCH_NEXT,
    EXPLICIT,
    FOR,
    FRACTION_OF,
    IMAGES,
    LINE_START,
    NEXT_BRACKET,
    OF_EPOCHS,
    OF_IMAGES,
    OPEN_AVERAGE,
    OVER_EPOCHS,
    PLACE_TAIL,
)
from tailwatch.dialects._label import NO_LABEL
from tailwatch.dialects._names import Name, classify, has_word, name_before
from tailwatch.dialects._parts import Parts
from tailwatch.dialects._settings import setting_behind
from tailwatch.dialects._tokens import UnitKind, unit_kind
from tailwatch.dialects._values import Value, form_of

if TYPE_CHECKING:
    from tailwatch.core.events import Role
    from tailwatch.dialects._tokens import Token

_THEN_STEPS: Final = re.compile(rb"(?:\s{0,2}|/0{1,9}\]\s?)[\[(]\s{0,6}0{1,9}\s?/")
"""Behind an epoch: `Train: 0 [3/15]`, `Train: [0/300][3/15]`."""


COUNTERS: Final = ("step", "global_step", "global step", "iter", "iteration", "train/global_step", "trainer/global_step")
"""Steps that may be printed as 100.0; with another name a number with decimals is none."""


class Pairs(Parts):
    """The named numbers of one shape."""

    def read(self) -> None:
        """Give every number its part."""
        for index, token in enumerate(self.scan.tokens):
            kind = unit_kind(token.unit)
            if kind == "glued":
                self._last = ""
            elif token.after_fraction:
                self._total(token)
            else:
                raw, at = name_before(token.gap, after_number=index > 0)
                if raw and has_word(raw) and b"~" not in raw:
                    self._named(token, raw, token.start - len(token.gap) + at, kind)
                else:
                    self._unnamed(token, kind)

    def _total(self, token: Token) -> None:
        """The second number of `3/100`: how many there are, or the whole of a counted fraction (`9843/10000`)."""
        if self._last == "value":
            last = self.values[-1]
            if self._double(last, token):
                return
            if meaning(last.name.text).goal != "max":
                self._last = ""  # `ntokens: 618.06/1024`
                return
            last.field = replace(last.field, end=token.end, form="fraction")
            last.decimal = True
            self._last = "fraction"
            return
        if self._last == "unnamed" and not self.placed("step"):
            before = self.scan.tokens[self.scan.tokens.index(token) - 1]
            over_epochs = (
                self.scan.bar
                and not self.placed("epoch")
                and (self.scan.over_epochs or OVER_EPOCHS.search(self.scan.masked) is not None)
            )
            self._place("epoch" if over_epochs else "step", before)
        role: Role | None = "epochs" if self._last == "epoch" else "steps" if self._last == "step" else None
        if role is None or self.placed(role) is not None:
            self._last = ""
            return
        self.places.append(Field(role, token.start, token.end, form=form_of(self.scan.masked, token, "none")))
        self._last = "total"

    def _double(self, first: Value, token: Token) -> bool:
        """Two values behind two names, or two splits: `train loss/acc = 0.41/81.2%`, `loss (train/val): 0.41 / 0.52`."""
        spec = first.field.series
        found = DOUBLE.fullmatch(first.name.text)
        if found is None or spec is None:
            return False
        names = (f"{found[1]} {found[2]}".strip(), f"{found[1]} {found[3]}".strip())
        if not all(classify(n.encode()).part == "value" and classify(n.encode()).trust == "plain" for n in names):
            return False
        kind = unit_kind(token.unit)
        unit = "%" if kind == "percent" else None
        own = [meaning(name) for name in names]
        specs = [SeriesSpec(n, m.metric, m.split or spec.split, u) for n, m, u in zip(names, own, (spec.unit, unit), strict=True)]
        first.field = replace(first.field, series=specs[0])
        decimal = kind == "percent" or b"." in self._number(token)
        field = Field("value", token.start, token.end, specs[1], form=form_of(self.scan.masked, token, kind))
        self.values.append(Value(field, classify(names[1].encode()), first.explicit, decimal, first.label))
        self._last = "value"
        return True

    def _named(self, token: Token, raw: bytes, at: int, kind: UnitKind) -> None:  # noqa: C901, PLR0912
        if self._best_epoch(token):
            return
        at_place = AT_PLACE.match(raw)
        if at_place is not None and classify(at_place[1]).trust in ("plain", "known"):
            self._pending, self.named_place = at_place[1], True
            self._place("epoch" if at_place[2].lower() == b"epoch" else "step", token)
            return
        of_images = OF_IMAGES.match(raw) if IMAGES.match(self.scan.masked, token.end) else None
        if of_images is not None and classify(of_images[1]).trust == "plain":
            self._pending = of_images[1]
            self._split = split_of(self.scan.masked[token.end : token.end + 24].decode("utf-8", "replace")) or self._split
            self._last = "images"
            return
        name = classify(raw)
        if self._pending and self._last == "images":
            self._value(token, classify(self._pending), self._pending, token.start - len(token.gap), kind)
            self._pending = b""
            return
        if self._pending and self._last in ("epoch", "step") and name.part in ("epochs", "epoch", "step"):
            self._value(
                token, classify(self._pending), self._pending, token.start - len(token.gap), kind
            )  # `Loss after 3 epochs: 0.5`
            self._pending = b""
            return
        behind = self.scan.masked[token.end : token.end + 24]
        before = token.gap
        key = setting_behind(before, behind) if name.part in ("value", "nothing", "split") and name.trust == "none" else ""
        if key:
            self._setting(token, key, kind)
        elif self._is_average(token):
            self._average(token)
        elif before.endswith(b" (") and not before.endswith((b": (", b"= (")) and self._last != "value" and name.part == "value":
            self._last = ""  # `UNKNOWN ERROR (303)` says no value
        elif name.part != "setting" and FOR.search(before) and behind.lstrip().startswith(b"epoch"):
            if behind.lstrip().startswith(b"epochs"):
                self._setting(token, "epochs", kind)
        elif name.part != "setting" and AFTER_EPOCH.match(behind):
            self._place_with_name("epoch", token, raw, name)
        elif (
            (name.part in ("value", "nothing") or raw.endswith("第".encode()))
            and AFTER_STEP.match(behind)
            and b"." not in self._number(token)
        ):
            self._place_with_name("step", token, raw, name)
        elif name.part in ("epoch", "step"):
            self._named_place(name, token, raw)
        elif name.key == "epochs" and FRACTION_OF.match(behind):
            self._named_place(name._replace(part="epoch"), token, raw)  # `训练轮次 [1/50]`
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

    def _split_alone(self, token: Token, name: Name, raw: bytes, at: int, kind: UnitKind) -> None:
        """`Train: 0 [3/15]`, `Test: [10/547]`, `train: 0.5, val: 0.6`: the name tells the split alone."""
        self._split = meaning(name.text).split
        number = self.scan.masked[token.start : token.end]
        if OF_EPOCHS.match(self.scan.masked, token.end) and token.gap.endswith(b" ("):
            self._place("epoch", token)  # Catalyst's `train (1/10) loss: 0.5`
        elif AFTER_STEP.match(self.scan.masked, token.end):
            self._place("step", token)  # `1epoch:train:1-100batch:`
        elif b"." in number or b"n" in number.lower():
            self._value(token, name, raw, at, kind)
        elif _THEN_STEPS.match(self.scan.masked, token.end):
            self._place("epoch", token)
        else:
            self._last = "unnamed"

    def _named_place(self, name: Name, token: Token, raw: bytes) -> None:
        if unit_kind(token.unit) == "other" and not AFTER_EPOCH.match(token.unit):
            self._last = ""  # `Time taken for 1 epoch 30.5 sec`
            return
        if name.part == "step" and b"." in self._number(token) and name.text.lower() not in COUNTERS:
            self._last, self._within = "", True  # `optimizer_step: 337.85` is a time, `"update": 0.288` a part of an epoch
            return
        if name.text == "num_updates" and self.values and self.placed("epoch") and not (self.placed("step") or self._within):
            self.counted = True  # fairseq's last line of an epoch
        held = PLACE_TAIL.match(raw)
        of = classify(held[1]) if held else None
        self._pending = held[1] if held and of and of.part == "value" and of.trust in ("plain", "known") else b""
        self.named_place = True
        self._place("epoch" if name.part == "epoch" else "step", token)

    def _place_with_name(self, role: Role, token: Token, raw: bytes, name: Name) -> None:
        """`Loss after 3 epochs: 0.5`: the number is a place, the name belongs to the next one."""
        self._pending = raw if name.part == "value" else b""
        self.named_place = True
        self._place(role, token)

    def _number(self, token: Token) -> bytes:
        return self.scan.masked[token.start : token.end]

    def _best_epoch(self, token: Token) -> bool:
        """`best_reward: 0.67 in #11`, `Best val loss 0.35 at epoch 3`: the epoch of the best is a value of its own."""
        last = self.values[-1] if self.values else None
        if (
            last is None
            or self._last != "value"
            or not last.name.text.lower().startswith("best")
            or BEST_AT.match(token.gap) is None
        ):
            return False
        spec = SeriesSpec("best epoch", "best_epoch", None)
        self.values.append(
            Value(Field("value", token.start, token.end, spec), Name("best epoch", "value", "none"), True, False, NO_LABEL)  # noqa: FBT003
        )
        self._last = ""
        return True

    def _unnamed(self, token: Token, kind: UnitKind) -> None:  # noqa: C901
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
        elif self._last in ("epoch", "step") and b"percent" in self.scan.masked[token.end : token.end + 12]:
            self._last = ""  # `Epoch 1 is 0.004 percent complete`
        elif self._pending and EXPLICIT.search(gap):
            self._value(token, classify(self._pending), self._pending, token.start - len(token.gap), kind)
            self._pending = b""
        elif self._last in ("epoch", "total") and self.placed("step") is None and NEXT_BRACKET.match(gap):
            self._place("step", token)
        elif not self.places and not self.values and LINE_START.match(gap) and len(gap) == token.start - self._body():
            self._opening(token, gap, follows)
        else:
            self._last = "unnamed"

    def _body(self) -> int:
        return max(0, self.scan.tokens[0].start - len(self.scan.tokens[0].gap))

    def _opening(self, token: Token, gap: bytes, follows: bytes) -> None:
        """A number that opens the line: `[10]` and `30:` are rounds, `[109, 1900/2562]` and `[0/25][3/100]` an epoch."""
        behind = self.scan.masked[token.end : token.end + 24]
        if gap.endswith((b"[", b"(")) and (follows[:1] == b"," or re.match(rb"\s{0,3}/\s{0,3}0+[\])] ?[\[(] {0,4}0", behind)):
            self._place("epoch", token)
        elif gap.endswith(b"[") and EPOCH_NEXT.match(behind):
            self._last = "unnamed"  # `[1] Epoch 3`: which of the writers it was
        elif (gap.endswith(b"[") and follows[:1] == b"]") or follows in (b":\t", b": "):
            self._place("step", token)
        elif AFTER_EPOCH.match(behind):
            self._place("epoch", token)
        else:
            self._last = "unnamed"

    def _is_change(self, token: Token) -> bool:
        """Whether the number is what changed since the last time: `loss: 0.31 (-0.02)`, `acc: 81.2 (+1.3)`."""
        sign = self.scan.masked[token.start : token.start + 1]
        value = self.values[-1].field if self.values else None
        if sign not in (b"+", b"-") or value is None or not token.gap.endswith((b"(", b"[")):
            return False
        return sign == b"+" or self.scan.masked[value.start : value.start + 1] != b"-"

    def _is_average(self, token: Token) -> bool:
        """Whether the number is the average in `0.31 (0.29)`."""
        behind = self.scan.masked[token.end : token.end + 3].lstrip()
        if self._last != "value" or self._is_change(token) or OPEN_AVERAGE.match(token.gap) is None:
            return False
        spec = self.values[-1].field.series
        if behind[:1] == b"%" and spec is not None and spec.unit != "%":
            return False  # `memory: 46.25GiB(48.65%)`: a share of something else
        return behind.lstrip(b" %")[:1] in (b")", b"]", b"")
