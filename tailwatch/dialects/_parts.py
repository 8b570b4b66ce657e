"""What has been made of a line so far: the fields of its values, places and settings, and how one more is added."""

from __future__ import annotations

from tailwatch.core.events import Field, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.metrics import is_neutral, meaning, split_of
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.dialects._cues import CLOSED, ESTIMATOR_RESULT, EXPLICIT, OF_THE_BEST, SPLIT_BEHIND
from tailwatch.dialects._frames import DRAWN
from tailwatch.dialects._label import NO_LABEL, Label, first_tag, label_in, label_of_row, numbered_row, tag_before
from tailwatch.dialects._tokens import UnitKind, unit_kind
from tailwatch.dialects._values import Value, form_of

if TYPE_CHECKING:
    from tailwatch.core.events import Frame, Role, Split
    from tailwatch.dialects._names import Name
    from tailwatch.dialects._tokens import Scan, Token


SPACED: Final = lazy(rb" [KMBT](?![A-Za-z0])")
"""`Total params: 21.3 K`, as Lightning's summary says it."""
FIRST: Final = 8
"""A place that begins before this begins the line."""


class Parts:
    """The fields of one shape; what a number's name and place make of it is decided by `Pairs`."""

    def __init__(self, scan: Scan, frame: Frame) -> None:
        self.scan = scan
        self.frame = frame
        self.values: list[Value] = []
        self.names: list[Field] = []
        self.places: list[Field] = []
        self.settings: list[Field] = []
        self._folds: list[Field] = []
        self.first_place = 1 << 20
        self.used_frame = False
        self.rank: tuple[int, int] | None = None
        """Where the line names its rank behind its place: `Epoch: 0, Step: 10, Rank: 1, loss = 0.5`."""
        self.named_place = False
        self.compares = False
        """Training and validation stand side by side."""
        self.counted = False
        """The updates so far stand behind the values of an epoch."""
        self.names_tell_splits = False
        """The names of values tell splits, and nothing before them does."""
        self._named_split = self._grouped = self._within = False
        self._label = NO_LABEL
        self._split: Split | None = scan.prefix.split
        self._pending = b""
        self._pending_at = 0
        self._last = ""
        self._done = -1
        """Where the last number stands that was read together with one before it: `train/val/test: 0.31/0.35/0.36`."""
        self._sides: list[str] = []
        """The splits of the numbers that stood in a row last."""
        self._row: Field | None = None
        """What the line's values are of, where a number tells it: `class [4]`."""
        self._closed_at = 0
        """Where the split ends that stands behind the value before: `loss 0.5 (val)`."""
        self._taken: dict[tuple[str, Split | None], int] = {}

    @property
    def evaluates(self) -> bool:
        """Whether the words before the first number say that the line is of an evaluation: `Epoch(val) [1][50/312]`."""
        head = self.scan.masked[: self.scan.tokens[0].start] if self.scan.tokens else b""
        return split_of(head.decode("utf-8", "replace")) in ("val", "test")

    def placed(self, role: Role) -> Field | None:
        """Return the field that names the line's epoch, step or how many there are."""
        return next((f for f in self.places if f.role == role), None)

    def _place(self, role: Role, token: Token) -> None:
        if self.scan.masked[token.end - 1 : token.end].isalpha():
            self._last = ""  # `Number of nan iterations: 0`
            self._done = next((t.start for t in self.scan.tokens if t.start > token.start), self._done)
            return
        known = self.placed(role)
        if known is not None and role == "step" and b"." in self.scan.masked[known.start : known.end]:
            self.places.remove(known)  # `"update": 0.09` is a share of the epoch, `"num_updates": 100` the step
            known = None
        if known is None:
            kind = unit_kind(token.unit)
            end = token.end + (kind == "magnitude")
            self.places.append(Field(role, token.start, end, form=form_of(self.scan, token, kind)))
            self.first_place = min(self.first_place, token.start - len(token.gap.lstrip(b" \t~[]:-|#*=>(")))
            self._last = role
        else:
            self._last = ""

    def _setting(self, token: Token, key: str, kind: UnitKind) -> None:
        self._last = ""
        if kind == "percent":
            return  # `Trainable parameters: 0.024% (1.704M/7241.732M)`
        if self.frame.split in ("val", "test"):
            if key != "train_samples":
                return
            key = "train_samples" if b"rain" in token.gap else "val_samples"
        if not any(f.key == key for f in self.settings):
            form = form_of(self.scan, token, kind)
            apart = SPACED.match(self.scan.masked, token.end) if key == "parameters" and kind == "none" else None
            end, form = (apart.end(), "magnitude") if apart else (token.end + (kind == "magnitude"), form)
            self.settings.append(Field("setting", token.start, end, key=key, form=form))

    def _value(self, token: Token, name: Name, raw: bytes, at: int, kind: UnitKind, *, name_at: int = -1) -> None:
        """Add a value; what stands before `at` qualifies it, its name begins there, or at `name_at`."""
        start = max(token.start - len(token.gap), self._closed_at)
        head = self.scan.masked[max(0, start) : at]
        label = label_in(head) if at > start else NO_LABEL
        if label == NO_LABEL and head.rstrip(b" ").endswith(b"]"):
            label = tag_before(head, self.scan.masked)
        if label != NO_LABEL:
            self._label = label
            self._split, self._named_split = label.split or self._split, False
            self._grouped = self.scan.masked[at - 1 : at] == b"["
        elif self._grouped and b"]" in self.scan.masked[start:at]:
            self._label, self._grouped = NO_LABEL, False
        elif not self.values and self._label == NO_LABEL:
            self._head_label(at)
        if self._label == NO_LABEL and name.part == "value" and OF_THE_BEST.match(self.scan.masked[:at].lstrip(b" ~\t")):
            self._label = Label(None, "best")
        split = self._split_behind(token, name) or self._split_for(name.text)
        inherited = split is not None and self._split is None and self._closed_at < token.end
        text = (
            f"{self._label.text} {name.text}"
            if self._label.text
            and not name.text.startswith((self._label.text + " ", self._label.text + "_"))
            and not (b"0" in raw and "0" in self._label.text)
            else name.text
        )
        unit = "%" if kind == "percent" else token.unit.strip().decode("ascii", "replace") if kind == "other" else None
        self._append(token, text, split, unit, kind, name, raw, at if name_at < 0 else name_at)
        self.values[-1].inherited = inherited
        self._last = "value"

    def _take_row(self) -> None:
        """`* class [4] IoU 19.23`: the values of the row are those of class 4."""
        row = numbered_row(self.scan.masked, self.scan.prefix.end)
        if row is None:
            return
        span, stepped = row
        self._row = Field("name", *span)
        self._label = Label(None, self.scan.masked[slice(*span)].decode("utf-8", "replace"))
        step = next((t for t in self.scan.tokens if t.start > span[1]), None) if stepped else None
        if step is not None:
            self._split = "val"  # a set of its own is measured on
            self._place("step", step)
            self.named_place = True
        self._done = max((t.start for t in self.scan.tokens if t.start < span[1] or t is step), default=self._done)

    def _head_label(self, at: int) -> None:
        """The split may stand anywhere in the text before the first name: `=> Validating at epoch 3: acc`."""
        head = self.scan.masked[:at].strip(b" ~\t")
        if head.endswith(b"valuation metric '"):
            return  # GluonTS calls so whatever it measured
        before = self.scan.masked[:at].lstrip(b" ~")
        if not self.places and (head.endswith(b"|") or before.rstrip(b" ").endswith(b"\t")):
            self._label = label_of_row(before.rstrip(b" "))
            if self._label != NO_LABEL:
                return
        self._label = first_tag(self.scan.masked) if head.startswith(b"[") or b"~ [" in self.scan.masked[:at] else NO_LABEL
        self._split = self._split or (
            "val" if head == b"*" or ESTIMATOR_RESULT in head else split_of(head.decode("utf-8", "replace"))
        )

    def _append(
        self, token: Token, text: str, split: Split | None, unit: str | None, kind: UnitKind, name: Name, raw: bytes, at: int
    ) -> None:
        name_field = self._name_field(raw, at, text)
        count = self._taken[text, split] = self._taken.get((text, split), 0) + 1
        shown = text if count == 1 or name_field >= 0 else f"{text} #{count}"
        spec = SeriesSpec(shown, meaning(text).metric, split, unit)
        end = token.end + (kind == "magnitude")
        form = form_of(self.scan, token, kind)
        field = Field("value", token.start, end, spec, key=name.key, form=form, name_field=name_field)
        number = self.scan.masked[token.start : token.end]
        decimal = kind == "percent" or b"." in number or b"e" in number.lower() or b"n" in number.lower()
        gap = token.gap if not token.gap.endswith(b"   ") else token.gap.rstrip() + b" "  # a column of numbers
        tail = gap[-12:] if decimal else gap[-12:].replace(b"|", b" ")
        explicit = b":" in tail or b"=" in tail or EXPLICIT.search(tail) is not None
        self.values.append(Value(field, name, explicit, decimal, self._label))

    def _name_field(self, raw: bytes, at: int, text: str) -> int:
        """Return the index of the field that holds the digits of a value's name, -1 without any."""
        if b"0" in raw:
            self.names.append(Field("name", at, at + len(raw)))
            return len(self.names) - 1
        if self._row is None or "0" not in self._label.text or not text.startswith(self._label.text + " "):
            return -1
        if self._row not in self.names:
            self.names.append(self._row)
        return self.names.index(self._row)

    def _average(self, token: Token) -> None:
        value = self.values[-1]
        first = value.field.series
        self._last = ""
        if first is None or (b"0" in value.name.text.encode() and not value.decimal):
            return
        spec = SeriesSpec(f"{first.name} (avg)", first.metric, first.split, first.unit)
        form = form_of(self.scan, token, "none")
        field = Field("value", token.start, token.end, spec, form=form, name_field=value.field.name_field)
        self.values.append(Value(field, value.name, value.explicit, value.decimal, value.label, value.inherited))

    def _replace_last(self, token: Token, kind: UnitKind) -> None:
        """`Accuracy: 9843/10000 (98.4%)`, `HellaSwag: 2515/10042 = 0.25`: the share is the value, not the count."""
        last = self.values[-1]
        self._last = ""
        if last.field.series is None or b"." not in self.scan.masked[token.start : token.end]:
            return  # `9843/10000 (98%)`: the fraction says more than the rounded share
        spec = last.field.series._replace(unit="%" if kind == "percent" else None)
        last.field = last.field._replace(start=token.start, end=token.end, form="float", series=spec)

    def _split_behind(self, token: Token, name: Name) -> Split | None:
        """`loss 0.5 (train), loss 0.6 (val)`, but not `[Train] loss 0.5 [Val] loss 0.6`: what stands before a value comes first."""
        if self._split is not None or self.scan.masked[token.end : token.end + 1] not in (b" ", b"%", b"(", b"["):
            return None
        found = SPLIT_BEHIND.match(self.scan.masked, token.end)
        if found is None or meaning(name.text).split is not None:
            return None
        split = split_of((found[1] or found[2]).decode("utf-8", "replace"))
        if split != "train" and not self._closed_at and CLOSED.match(self.scan.masked, found.end()) is None:
            return None
        self._closed_at = found.end()
        return split

    def _split_for(self, text: str) -> Split | None:
        own = meaning(text).split
        if own is not None:
            self.names_tell_splits = self.names_tell_splits or (self._split is None and self.frame.split is None)
            self._split, self._named_split = own, True
            return own
        if is_neutral(text) or (self._named_split and "/" in text):
            return None  # `val/acc: 0.9 - actor/loss: 0.1`: names with a room of their own take no other's
        if self.frame.section == DRAWN and self.frame.split == "train" and self._says_its_step():
            return self._split
        if self._split is None and self.frame.split is not None:
            self.used_frame = True
        return self._split or self.frame.split

    def _says_its_step(self) -> bool:
        """Whether the line names its own step before its values: `step:3 - actor/entropy:0.4` is not under the bar drawn before."""
        return self.named_place and self.placed("step") is not None and self.first_place < FIRST + self.scan.prefix.end
