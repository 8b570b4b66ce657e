"""Numbers that belong to the number before them: totals, averages, changes, second values, the epoch of the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailwatch.core.events import Field, SeriesSpec
from tailwatch.core.metrics import meaning
from tailwatch.dialects._cues import AFTER_STEP, BEST_AT, DOUBLE, OPEN_AVERAGE, OVER_EPOCHS, SPLIT_BEHIND, TWO_OF_ONE
from tailwatch.dialects._label import NO_LABEL
from tailwatch.dialects._names import Name, classify
from tailwatch.dialects._parts import Parts
from tailwatch.dialects._tokens import UnitKind, unit_kind
from tailwatch.dialects._values import Value, form_of

if TYPE_CHECKING:
    from tailwatch.core.events import Role
    from tailwatch.dialects._tokens import Token


class Followers(Parts):
    """What a number makes of the one before it."""

    def _total(self, token: Token) -> None:
        """The second number of `3/100`: how many there are, or the whole of a counted fraction (`9843/10000`)."""
        if self._last == "value":
            last = self.values[-1]
            if self._double(last, token):
                return
            between = self.scan.masked[last.field.end : token.start].strip()
            if meaning(last.name.text).goal != "max" or b"." in self._number(token) or between != b"/":
                self._last = ""  # `ntokens: 618.06/1024`, `acc: 59% / 78%`
                return
            last.field = last.field._replace(end=token.end, form="fraction")
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
        trusted: tuple[str, ...] = ("plain",)
        found = DOUBLE.fullmatch(first.name.text)
        of_one = TWO_OF_ONE.search(first.name.text) if found is None else None
        if spec is None or (found is None and of_one is None):
            return False
        if found is not None:
            names = (f"{found[1]} {found[2]}".strip(), f"{found[1]} {found[3]}".strip())
        else:
            assert of_one is not None
            trusted = ("plain", "known")
            names = (f"{of_one[1]} {of_one[3]}", f"{of_one[2]} {of_one[3]}")
        if not all(classify(n.encode()).part == "value" and classify(n.encode()).trust in trusted for n in names):
            return False
        kind = unit_kind(token.unit)
        unit = "%" if kind == "percent" else None
        own = [meaning(name) for name in names]
        specs = [SeriesSpec(n, m.metric, m.split or spec.split, u) for n, m, u in zip(names, own, (spec.unit, unit), strict=True)]
        first.field = first.field._replace(series=specs[0])
        decimal = kind == "percent" or b"." in self._number(token)
        field = Field("value", token.start, token.end, specs[1], form=form_of(self.scan.masked, token, kind))
        self.values.append(Value(field, classify(names[1].encode()), first.explicit, decimal, first.label))
        self._last = "value"
        return True

    def _same_again(self, token: Token, kind: UnitKind) -> bool:
        """`loss: 0.5 (train) 0.6 (val)`: the number is another split's, the name is that of the value before."""
        between = self.scan.masked[self._closed_at : token.start]
        if self._last != "value" or len(between) > len(token.gap) or between.strip(b" ,/|"):
            return False
        name = self.values[-1].name
        if "0" in name.text or SPLIT_BEHIND.match(self.scan.masked, token.end) is None:
            return False
        self._value(token, name, b"", self._closed_at, kind)
        return True

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
        what = "best step" if AFTER_STEP.match(self.scan.masked, token.end) else "best epoch"
        spec = SeriesSpec(what, what.replace(" ", "_"), None)
        self.values.append(
            Value(Field("value", token.start, token.end, spec), Name(what, "value", "none"), True, False, NO_LABEL)  # noqa: FBT003
        )
        self._last = ""
        return True

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
