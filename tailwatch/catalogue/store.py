"""Where the catalogue's tables come from: the TOML files of the package, or what was made of them the last time.

Cutting half a megabyte of TOML into tables, and filing their anchors, takes as long as starting Python. So what was made of the
files is kept (see `kept.py`).
"""

from __future__ import annotations

import os

from tailwatch.catalogue.index import filed
from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.typed import TYPE_CHECKING, Any
from tailwatch.kept import file_of, keep, key_of, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.catalogue.index import Filed
    from tailwatch.kept import Key

    Classes = dict[str, tuple[int, ...]]
    Rules = tuple[tuple[str, ...], tuple[str, ...]]

FOLDER = os.path.dirname(__file__)  # noqa: PTH120  (pathlib alone would take a quarter of the start-up time)
FORMAT = 4
"""What is kept has this form."""


class Tables:
    """All rules, unparsed, in one order.

    Args:
        anchors: pairs of an anchor (a shape already) and the number of its rule, filed by `index.filed`.
        classes: the rules for each class, by their numbers.
        rules: the family of each rule, and its TOML text; None where they are kept under the key.
        key: what the rules are kept under. They are ten times as large as the rest, and few logs hold a message.
    """

    def __init__(self, anchors: Filed, classes: Classes, rules: Rules | None, key: Key = ()) -> None:
        self.anchors = anchors
        self.classes = classes
        self._rules = rules
        self._key = key

    def load(self) -> bool:
        """Have the rules at hand; returns whether the index was made anew with them, for the package has changed meanwhile."""
        if self._rules is not None:
            return False
        self._rules = read(file_of("rules"), self._key)  # as `package_tables` kept them
        if self._rules is None:
            self.anchors, self.classes, self._rules = tables_of(_files())
            return True
        return False

    @property
    def families(self) -> tuple[str, ...]:
        """The family of each rule."""
        return self._loaded()[0]

    @property
    def tables(self) -> tuple[str, ...]:
        """The TOML text of each rule."""
        return self._loaded()[1]

    def _loaded(self) -> Rules:
        self.load()
        assert self._rules is not None
        return self._rules


def tables_of(families: Iterable[tuple[str, str]]) -> tuple[Filed, Classes, Rules]:
    """Cut the rules out of `(family, TOML text)` pairs; returns what `Tables` takes."""
    from tailwatch.catalogue.reading import read_list, split_rules  # noqa: PLC0415 - once after each change

    names: list[str] = []
    tables: list[str] = []
    anchors: list[tuple[str, int]] = []
    classes: Classes = {}
    for family, text in families:
        for toml, shape in zip(split_rules(text), split_rules(_shape(text)), strict=True):
            owner = len(tables)
            anchors += [(anchor, owner) for anchor in read_list(shape, "anchors")]
            for name in read_list(toml, "classes") if "\nclasses = [" in toml else ():
                classes[name] = (*classes.get(name, ()), owner)
            names.append(family)
            tables.append(toml)
    return filed(anchors), classes, (tuple(names), tuple(tables))


def package_tables() -> Tables:
    """Return the tables of the catalogue that comes with the package."""
    key = key_of(FOLDER, ".toml", FORMAT)
    index: Any = read(file_of("catalogue"), key)
    if index is not None:
        return Tables(index[0], index[1], None, key)
    anchors, classes, rules = tables_of(_files())
    keep(file_of("rules"), key, rules)
    keep(file_of("catalogue"), key, (anchors, classes))
    return Tables(anchors, classes, rules)


def _shape(text: str) -> str:
    """The text with its digits as 0; on bytes, because that is ten times as fast for a whole file."""
    return text.encode().translate(DIGITS_TO_ZERO).decode()


def _files() -> Iterator[tuple[str, str]]:
    for name in sorted(os.listdir(FOLDER)):  # noqa: PTH208
        if name.endswith(".toml"):
            with open(os.path.join(FOLDER, name), encoding="utf-8") as file:  # noqa: PTH118, PTH123
                yield name.removesuffix(".toml"), file.read()
