"""Turning the numbers of a line into fields: each gets its name, its part, its split and its unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tailwatch.core.events import Field, NumberForm, SeriesSpec
from tailwatch.core.metrics import meaning, split_of
from tailwatch.dialects._names import Name, classify, inherits_split, name_before
from tailwatch.dialects._tokens import unit_kind

if TYPE_CHECKING:
    from tailwatch.core.events import Frame, Role, Split
    from tailwatch.dialects._tokens import Scan, Token

_AFTER_EPOCH: Final = re.compile(rb"\s{0,2}(?:epochs?\b|\xe8\xbd\xae|\xe4\xb8\xaa\s?epoch|\xe4\xb8\xaa\xe5\x91\xa8\xe6\x9c\x9f)")
_AFTER_STEP: Final = re.compile(rb"\s{0,2}(?:steps?\b|iterations?\b|updates\b|\xe6\xad\xa5)")
_PLACE_TAIL: Final = re.compile(
    rb"^(.{3,40}?)[\s,]+(?:(?:at|after|for|in|of|on)\s+)?(?:global |the )?(?:step|iter|iteration|epoch|batch|update)\s*#?$"
)
_OPEN_AVERAGE: Final = frozenset((b" (", b"(", b"  (", b" [", b"   ("))
_EXPLICIT: Final = re.compile(rb"[:=]|\xef\xbc\x9a|->")
_LINE_START: Final = re.compile(rb"^[\s~\]:-]{0,24}\[?$")


class Pairs:
    """The named numbers of one shape."""

    def __init__(self, scan: Scan, frame: Frame) -> None:
        self.scan = scan
        self.frame = frame
        self.values: list[Field] = []
        self.names: list[Field] = []
        self.places: list[Field] = []
        self.settings: list[Field] = []
        self.first_place = 1 << 20
        self.used_frame = False
        self._sure: list[bool] = []
        self._explicit: list[bool] = []
        self._keys: list[str] = []
        self._split: Split | None = None
        self._head: Split | None = None
        self._pending: bytes = b""
        self._last: str = ""
        self._taken: dict[tuple[str, Split | None], int] = {}

    @property
    def epoch_field(self) -> Field | None:
        """The field that names the line's epoch."""
        return self._placed("epoch")

    @property
    def step_field(self) -> Field | None:
        """The field that names the line's step."""
        return self._placed("step")

    @property
    def steps_field(self) -> Field | None:
        """The field that names how many steps there are."""
        return self._placed("steps")

    def _placed(self, role: Role) -> Field | None:
        return next((f for f in self.places if f.role == role), None)

    def read(self) -> None:
        """Give every number its part."""
        for token in self.scan.tokens:
            kind = unit_kind(token.unit)
            if kind == "glued":
                self._last = ""
                continue
            if token.after_fraction and self._total(token):
                continue
            raw, at = name_before(token.gap)
            if raw and re.search(rb"[A-Za-z\x80-\xff]", raw) and b"~" not in raw:
                self._named(token, raw, token.start - len(token.gap) + at, kind)
            else:
                self._unnamed(token, kind)

    def keep_values(self) -> None:
        """Drop numbers whose names mean nothing, unless the line is about training for other reasons."""
        anchored = any(self._sure) or (
            bool(self.places) and (self.scan.bar or self.epoch_field is not None or self.step_field is not None)
        )
        kept = [(v, s) for v, s, e in zip(self.values, self._sure, self._explicit, strict=True) if s or (anchored and e)]
        self.values = [v for v, _ in kept]
        self._keys = [k for k, s, e in zip(self._keys, self._sure, self._explicit, strict=True) if s or (anchored and e)]
        if not any(s for _, s in kept) and not self.places:
            self.values, self._keys = [], []

    def all_settings(self) -> list[Field]:
        """Return the settings of a configuration line, the learning rate among them."""
        extra = [Field("setting", v.start, v.end, key=k, form=v.form) for v, k in zip(self.values, self._keys, strict=True) if k]
        unique: dict[str, Field] = {}
        for found in (*self.settings, *extra):
            unique.setdefault(found.key, found)
        return sorted(unique.values(), key=lambda f: f.start)

    def _total(self, token: Token) -> bool:
        """The second number of `3/100`: how many there are."""
        role: Role | None = {"epoch": "epochs", "step": "steps"}.get(self._last)  # type: ignore[assignment]
        if role is None and self._last == "unnamed":
            before = self.scan.tokens[self.scan.tokens.index(token) - 1]
            self._place("step", before)
            role = "steps"
        if role is None or self._placed(role) is not None:
            self._last = ""
            return False
        self.places.append(Field(role, token.start, token.end, form=_form(self.scan.masked, token, "none")))
        self._last = "total"
        return True

    def _place(self, role: Role, token: Token) -> None:
        if self._placed(role) is None:
            self.places.append(Field(role, token.start, token.end, form=_form(self.scan.masked, token, unit_kind(token.unit))))
            self.first_place = min(self.first_place, token.start - len(token.gap.lstrip(b" \t~[]:-|#*")))
            self._last = role
        else:
            self._last = ""

    def _named(self, token: Token, raw: bytes, at: int, kind: str) -> None:
        name = classify(raw)
        if token.gap.endswith(b" (") and self._last != "value":
            name = Name(name.text, "nothing", sure=False)  # `UNKNOWN ERROR (303)` says no value
        behind = self.scan.masked[token.end : token.end + 12]
        if _AFTER_EPOCH.match(behind) and name.part != "setting":
            self._pending = raw if name.part == "value" else b""
            self._place("epoch", token)
        elif _AFTER_STEP.match(behind) and name.part not in ("setting", "epoch", "step"):
            self._pending = raw if name.part == "value" else b""
            self._place("step", token)
        elif name.part in ("epoch", "step"):
            held = _PLACE_TAIL.match(raw)
            self._pending = held[1] if held and classify(held[1]).sure else b""
            self._place("epoch" if name.part == "epoch" else "step", token)
        elif name.part == "setting":
            self._setting(token, name, kind)
        elif name.part == "value":
            self._value(token, name, raw, at, kind)
        else:
            self._last = ""

    def _unnamed(self, token: Token, kind: str) -> None:
        gap = token.gap
        follows = self.scan.masked[token.end : token.end + 2]
        if self._last == "value" and gap in _OPEN_AVERAGE and follows[:1] in (b")", b"]", b"%"):
            self._average(token)
        elif self._pending and _EXPLICIT.search(gap):
            name = classify(self._pending)
            self._value(token, name, self._pending, token.start, kind)
            self._pending = b""
        elif (
            self._last in ("epoch", "total")
            and self.step_field is None
            and gap.strip() in (b"][", b"] [", b",", b"[", b"/", b"-")
        ):
            self._place("step", token)
        elif not self.places and not self.values and _LINE_START.match(gap) and len(gap) == token.start - 0:
            self._opening(token, gap, follows)
        else:
            self._last = "unnamed"

    def _opening(self, token: Token, gap: bytes, follows: bytes) -> None:
        """A number that opens the line: `[10]` and `30:` are rounds, `[109, 1900/2562]` an epoch."""
        if gap.endswith(b"[") and follows[:1] == b",":
            self._place("epoch", token)
        elif (gap.endswith(b"[") and follows[:1] == b"]") or follows in (b":\t", b": "):
            self._place("step", token)
        else:
            self._last = "unnamed"

    def _setting(self, token: Token, name: Name, kind: str) -> None:
        key = name.key
        self._last = ""
        if self.frame.split in ("val", "test"):
            if key != "train_samples":
                return
            key = "val_samples"
        if not any(f.key == key for f in self.settings):
            self.settings.append(Field("setting", token.start, token.end, key=key, form=_form(self.scan.masked, token, kind)))

    def _value(self, token: Token, name: Name, raw: bytes, at: int, kind: str) -> None:
        split = self._split_for(name.text, at)
        unit = "%" if kind == "percent" else token.unit.strip().decode("ascii", "replace") if kind == "other" else None
        self._append(token, name.text, split, unit, kind, name, raw, at)
        self._last = "value"

    def _average(self, token: Token) -> None:
        value = self.values[-1]
        first = value.series
        if first is None:
            return
        spec = SeriesSpec(f"{first.name} (avg)", first.metric, first.split, first.unit)
        form = _form(self.scan.masked, token, "none")
        self.values.append(Field("value", token.start, token.end, spec, form=form, name_field=value.name_field))
        self._sure.append(self._sure[-1])
        self._explicit.append(self._explicit[-1])
        self._keys.append("")
        self._last = ""

    def _append(
        self, token: Token, text: str, split: Split | None, unit: str | None, kind: str, name: Name, raw: bytes, at: int
    ) -> None:
        name_field = -1
        if b"0" in raw:
            self.names.append(Field("name", at, at + len(raw)))
            name_field = len(self.names) - 1
        count = self._taken[text, split] = self._taken.get((text, split), 0) + 1
        shown = text if count == 1 else f"{text} #{count}"
        spec = SeriesSpec(shown, meaning(text).metric, split, unit)
        form = _form(self.scan.masked, token, kind)
        self.values.append(Field("value", token.start, token.end, spec, key=name.key, form=form, name_field=name_field))
        self._sure.append(name.sure)
        self._explicit.append(_EXPLICIT.search(token.gap[-12:]) is not None or b"'" in token.gap)
        self._keys.append(name.key)

    def _split_for(self, text: str, at: int) -> Split | None:
        own = meaning(text).split
        if own is not None:
            self._split = own
            return own
        if not inherits_split(text):
            return None
        if self._split is not None:
            return self._split
        if not self.values:
            head = self.scan.masked[:at].strip(b" ~")
            self._head = "val" if head == b"*" else split_of(head.decode("utf-8", "replace"))
        if self._head is None and self.frame.split is not None:
            self.used_frame = True
        return self._head or self.frame.split


def _form(masked: bytes, token: Token, kind: str) -> NumberForm:
    if kind == "magnitude":
        return "magnitude"
    return "grouped" if b"," in masked[token.start : token.end] else "float"
