"""Numbers that belong to the number before them: totals, averages, changes, second values, the epoch of the best."""

from __future__ import annotations

from tailwatch.core.events import Field, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning
from tailwatch.core.naming import in_a_list
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._cues import (
    AFTER_STEP,
    BEST_AT,
    EACH,
    EACH_OF_ONE,
    EQUALS_NAME,
    NAME_BEHIND,
    ON_SO_MANY,
    ONLY_SIGNS,
    OPEN_AVERAGE,
    OPENS_VALUE,
    OVER_EPOCHS,
    SPLIT_BEHIND,
    THEN_TIME,
)
from tailwatch.dialects._label import NO_LABEL
from tailwatch.dialects._names import Name, classify
from tailwatch.dialects._parts import Parts
from tailwatch.dialects._tokens import UnitKind, unit_kind
from tailwatch.dialects._values import Value, form_of

if TYPE_CHECKING:
    import re

    from tailwatch.core.events import Role
    from tailwatch.dialects._tokens import Token


_BETWEEN: Final = lazy(r" ?[/|] ?")
_IN_A_LIST: Final = lazy(rb"\)?,? {0,3}(?:(?:np\.float0+|tensor)\()?")
_LONGEST_LIST: Final = 40
_LONGEST_PLACE: Final = 24
UNNAMED: Final = Name("value", "value", "known")
"""A number that a line says of a step, without a word what it is."""


class Followers(Parts):
    """What a number makes of the one before it."""

    def _place_with_name(self, role: Role, token: Token, raw: bytes, name: Name, at: int) -> None:
        """`Loss after 3 epochs: 0.5`: the number is a place, the name belongs to the next one; in `over 3 batches` it is none."""
        self._pending, self._pending_at = raw if name.part == "value" else b"", at
        if role == "step" and ON_SO_MANY.search(token.gap):
            self._last = "images"
            return
        self.named_place = True
        self._place(role, token)

    def _total(self, token: Token) -> None:
        """The second number of `3/100`: how many there are, or the whole of a counted fraction (`9843/10000`)."""
        if self._last == "value":
            last = self.values[-1]
            if self._each(last, token):
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
        self.places.append(Field(role, token.start, token.end, form=form_of(self.scan, token, "none")))
        self._last = "total"

    def _each(self, first: Value, token: Token) -> bool:
        """Values behind as many names, or splits of one: `train loss/acc = 0.41/81.2%`, `loss (train/val/test): 0.4/0.5/0.5`."""
        spec = first.field.series
        rest = self._in_a_row(token)
        names = self._names_of_each(first, 1 + len(rest))
        if spec is None or not names:
            return False
        whole = first.field.name_field
        units = [spec.unit, *("%" if unit_kind(number.unit) == "percent" else None for number in rest)]
        for i, (name, unit) in enumerate(zip(names, units, strict=True)):
            own = meaning(name)
            each = SeriesSpec(name, own.metric, own.split or spec.split, unit)
            if i == 0:
                first.field = first.field._replace(series=each, name_field=self._name_of_part(name, first.field.start, whole))
                continue
            number, kind = rest[i - 1], unit_kind(rest[i - 1].unit)
            form = form_of(self.scan, number, kind)
            field = Field(
                "value", number.start, number.end, each, form=form, name_field=self._name_of_part(name, first.field.start, whole)
            )
            decimal = kind == "percent" or b"." in self._number(number)
            self.values.append(Value(field, classify(name.encode()), first.explicit, decimal, first.label))
            self._done = number.start
        sides = [meaning(name).split for name in names]
        self._sides = [] if None in sides else [str(side) for side in sides]
        self._last = "value"
        return True

    def _names_of_each(self, first: Value, count: int) -> list[str]:
        """Return the names of so many numbers in a row, the first of which has the name of all; none where it is not."""
        text = first.name.text
        found = EACH.fullmatch(text)
        of_one = EACH_OF_ONE.search(text) if found is None else None
        trusted: tuple[str, ...] = ("plain", "known")
        if found is not None:
            names = [f"{found[1]} {part}".strip() for part in _BETWEEN.split(found[2])]
            trusted = ("plain",) if count == 2 else trusted  # `618.06/1024` is a share
        elif of_one is not None:
            names = [f"{part} {of_one[2]}" for part in of_one[1].split("/")]
        else:
            names = [f"{side} {text}" for side in self._sides]  # `train/val loss: 0.4/0.5, acc: 0.8/0.7`
        own = [classify(name.encode()) for name in names]
        splits = all(n.part == "split" for n in own)  # `train/val/test: 0.31/0.35/0.36`
        fit = len(names) == count and (splits or all(n.part == "value" and n.trust in trusted for n in own))
        return names if fit else []

    def _name_of_part(self, name: str, before: int, whole: int) -> int:
        """Return the index of a field with the part of the `whole` name that holds a digit, -1 without any."""
        part = next((word for word in name.encode().split() if b"0" in word), b"")
        at = self.scan.masked.rfind(part, 0, before) if part else -1
        if at < 0:
            return -1
        if whole >= 0 and self.names[whole].end - self.names[whole].start > len(part):
            self.names[whole] = Field("name", at, at + len(part))  # no field may lie within another
            return whole
        self.names.append(Field("name", at, at + len(part)))
        return len(self.names) - 1

    def _in_a_row(self, token: Token) -> list[Token]:
        """Return the numbers that follow each other from `token` on, with a slash before each."""
        at = self.scan.tokens.index(token)
        row = [token]
        for other in self.scan.tokens[at + 1 :]:
            if not other.after_fraction:
                break
            row.append(other)
        return row

    def _listed(self, token: Token) -> None:
        """`dice: [0.91, 0.81, 0.71]`: each number of a list is a value of its own, named by its place."""
        value, row = self.values[-1], [token]
        spec = value.field.series
        for other in self.scan.tokens[self.scan.tokens.index(token) + 1 :]:
            if _IN_A_LIST.fullmatch(other.gap) is None:
                break
            row.append(other)
        closed = self.scan.masked[row[-1].end : row[-1].end + 1] in (b"]", b")")
        if spec is None or is_neutral(spec.name) or not closed or not 2 <= len(row) <= _LONGEST_LIST:
            return
        if not all(b"." in self._number(number) for number in row):
            return
        value.field = value.field._replace(series=in_a_list(spec, 0))
        for place, number in enumerate(row[1:], 1):
            field = value.field._replace(start=number.start, end=number.end, series=in_a_list(spec, place))
            self.values.append(Value(field, value.name, value.explicit, value.decimal, value.label, value.inherited))
        self._done = row[-1].start

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

    def _like_the_last(self, name: Name) -> Name:
        """`loss train: 0.41, val: 0.52`: a split alone has the name that the value before it had."""
        last = self.values[-1].name.text if self.values and self._last == "value" else ""
        base, _, side = last.rpartition(" ")
        if not base or meaning(side).split is None or meaning(base).split is not None or not meaning(base).plain:
            return name
        return classify(f"{base} {name.text}".encode())

    def _second_place(self, token: Token, name: Name) -> bool:
        """`Loss at epoch 1, step 100: 0.5`: take what else places the value whose name stands before it."""
        if name.part not in ("epoch", "step") or not token.gap.lstrip().startswith(b","):
            return False
        if self._last in ("epoch", "step") and b"." not in self._number(token):
            self._place("epoch" if name.part == "epoch" else "step", token)
        else:
            self._last = ""
        return True

    def _number(self, token: Token) -> bytes:
        return self.scan.masked[token.start : token.end]

    def _is_alone(self, token: Token, kind: UnitKind) -> bool:
        """Whether a place and this number are all that the line says: `step 100: 2.12`, `100/200000: 3.3221`."""
        if self._last not in ("epoch", "step", "total") or kind != "none":
            return False
        if b"." not in self._number(token) or self.scan.bar or ONLY_SIGNS.fullmatch(token.gap) is None:
            return False
        before = self.scan.masked[self.scan.prefix.end : self.places[0].start]
        behind = self.scan.masked[token.end :].strip()
        return (not behind or THEN_TIME.fullmatch(behind) is not None) and len(before) < _LONGEST_PLACE

    def _named_behind(self, token: Token, kind: UnitKind, form: re.Pattern[bytes] = NAME_BEHIND) -> bool:
        """`Epoch 1: 0.9121 train loss, 75.2% accuracy`: the name stands behind the number."""
        if not (form is EQUALS_NAME or OPENS_VALUE.search(token.gap)) or not (kind == "percent" or b"." in self._number(token)):
            return False
        found = form.match(self.scan.masked, token.end)
        name = classify(found[1]) if found is not None else None
        if found is None or name is None or name.part != "value" or name.trust != "plain":
            return False
        self._value(token, name, found[1], token.start - len(token.gap), kind)
        return True

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
