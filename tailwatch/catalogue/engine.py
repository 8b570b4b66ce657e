"""Finding the rules for a message, and the verdict of the right one."""

from __future__ import annotations

import os
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from tailwatch.catalogue.index import AnchorIndex
from tailwatch.catalogue.reading import read_list, split_rules
from tailwatch.catalogue.rules import Rule, Verdict, rule_from_toml
from tailwatch.core.peeling import TRACEBACK, headline, may_be_message, peel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.catalogue.rules import Context
    from tailwatch.core.peeling import Peeled

DIGITS_TO_ZERO = str.maketrans("123456789", "000000000")
MAX_CANDIDATES = 12
HANDLING = "During handling of the above exception"
_ZEROED = bytes.maketrans(b"123456789", b"000000000")


def matching_form(text: str) -> str:
    """Fold every run of blanks and line breaks into one blank, and leave out source code: it says what it may.

    That is the frames of a traceback and their source lines, and the one below a warning. Of an exception that came while another
    one was handled, the last one counts.
    """
    if "\n" in text and (TRACEBACK in text or "Warning: " in text):
        text = text.rpartition(HANDLING)[2]
        text = "\n".join(line for line in text.splitlines() if not line.startswith("  "))
    return " ".join(text.split())


class _Entry(NamedTuple):
    """The TOML text of one rule's table, which is parsed when the rule is first a candidate."""

    family: str
    toml: str


def _shape(text: str) -> str:
    """The text with its digits as 0; on bytes, because that is ten times as fast for a whole file."""
    return text.encode().translate(_ZEROED).decode()


class Catalogue:
    """All rules. Their anchors are indexed at once; a rule's table is parsed when a line first holds its anchor.

    Reading every table would take longer than starting Python, and a log meets a few of the rules.
    """

    def __init__(self, families: Iterable[tuple[str, str]]) -> None:
        """Index the rules of `(family, TOML text)` pairs."""
        self._entries: list[_Entry] = []
        anchors: list[tuple[str, int]] = []
        for family, text in families:
            for toml, shape in zip(split_rules(text), split_rules(_shape(text)), strict=True):
                anchors += [(anchor, len(self._entries)) for anchor in read_list(shape, "anchors")]
                self._entries.append(_Entry(family, toml))
        self._parsed: dict[int, Rule] = {}
        self._anchors = AnchorIndex(anchors)
        self._classes: dict[str, list[int]] = {}
        for owner, entry in enumerate(self._entries):
            for name in read_list(entry.toml, "classes") if "\nclasses = [" in entry.toml else ():
                self._classes.setdefault(name, []).append(owner)

    @staticmethod
    @cache
    def load() -> Catalogue:
        """Read the catalogue that comes with the package, once in a process."""
        folder = os.path.dirname(__file__)  # noqa: PTH120  (pathlib alone would take a quarter of the start-up time)
        return Catalogue(_files(folder))

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, parsed; for tests and lists, a log needs only its candidates."""
        return tuple(self._rule(owner) for owner in range(len(self._entries)))

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id, or None."""
        line = f'\nid = "{rule_id}"\n'
        owners = (owner for owner, entry in enumerate(self._entries) if line in f"\n{entry.toml}\n")
        return next(map(self._rule, owners), None)

    def families(self) -> tuple[str, ...]:
        """The names of the families, one a TOML file."""
        return tuple(dict.fromkeys(entry.family for entry in self._entries))

    def candidates(self, text: str) -> tuple[Rule, ...]:
        """Rules that may know the message, the most specific first; the same for every text of the same shape.

        `text` may be a line or its shape (digits as 0): digits are made 0 here, on either side, so that a caller may keep the
        answer for a shape and judge every line of it anew.
        """
        shape = matching_form(text).translate(DIGITS_TO_ZERO)
        matched: dict[int, int] = {}
        for owner, length in self._anchors.matches(shape):
            matched[owner] = max(length, matched.get(owner, 0))
        if may_be_message(text):
            for owner in self._owners_of_class(peel(headline(text).translate(DIGITS_TO_ZERO))):
                matched.setdefault(owner, 0)
        rules = [(self._rule(owner), length) for owner, length in matched.items()]
        rules.sort(key=lambda pair: (-pair[0].priority, -pair[1], pair[0].id))
        return tuple(rule for rule, _ in rules[:MAX_CANDIDATES])

    @staticmethod
    def judge(candidates: tuple[Rule, ...], text: str, context: Context) -> Verdict | None:
        """The verdict of the first candidate that knows the message; None when none does, which is no verdict at all."""
        if not candidates:
            return None
        form = matching_form(text)
        wrapped = bool(peel(headline(text)).wrapper)
        for rule in candidates:
            verdict = rule.verdict(form, context, wrapped=wrapped)
            if verdict is not None:
                return verdict
        return None

    def _owners_of_class(self, head: Peeled) -> Iterator[int]:
        yield from self._classes.get(head.level, ())
        name = head.klass.rpartition(".")[2]
        if name:
            yield from self._classes.get(name, ())
            for ending in ("Warning", "Error", "Exception"):
                if name.endswith(ending):
                    yield from self._classes.get(f"*{ending}", ())

    def _rule(self, owner: int) -> Rule:
        rule = self._parsed.get(owner)
        if rule is None:
            rule = rule_from_toml(self._entries[owner].toml)
            self._parsed[owner] = rule
        return rule


def _files(folder: str) -> Iterator[tuple[str, str]]:
    for name in sorted(os.listdir(folder)):  # noqa: PTH208
        if name.endswith(".toml"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:  # noqa: PTH118, PTH123
                yield name.removesuffix(".toml"), file.read()
