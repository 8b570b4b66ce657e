"""Where the catalogue's tables come from: the TOML files of the package, or what was made of them the last time.

Cutting half a megabyte of TOML into tables, and filing their anchors, takes as long as starting Python. So what was made of the
files is kept (see `kept.py`).
"""

from __future__ import annotations

import marshal
import os
from functools import cached_property

from tailwatch.catalogue.index import filed
from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.typed import TYPE_CHECKING
from tailwatch.kept import kept, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.catalogue.index import Filed

FOLDER = os.path.dirname(__file__)  # noqa: PTH120  (pathlib alone would take a quarter of the start-up time)
FORMAT = 3
"""What is kept has this form."""


class Tables:
    """All rules, unparsed, in one order.

    Args:
        anchors: pairs of an anchor (a shape already) and the number of its rule, filed by `index.filed`.
        classes: the rules for each class, by their numbers.
        rules: families and TOML texts, marshalled: few logs hold a message, and only then they are taken apart.
    """

    def __init__(self, anchors: Filed, classes: dict[str, tuple[int, ...]], rules: bytes) -> None:
        self.anchors = anchors
        self.classes = classes
        self._rules = rules

    @cached_property
    def _parts(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        families, tables = marshal.loads(self._rules)  # noqa: S302 - as `tables_of` wrote it
        self._rules = b""
        return families, tables

    @property
    def families(self) -> tuple[str, ...]:
        """The family of each rule."""
        return self._parts[0]

    @property
    def tables(self) -> tuple[str, ...]:
        """The TOML text of each rule."""
        return self._parts[1]


def tables_of(families: Iterable[tuple[str, str]]) -> tuple[Filed, dict[str, tuple[int, ...]], bytes]:
    """Cut the rules out of `(family, TOML text)` pairs; returns what `Tables` takes."""
    from tailwatch.catalogue.reading import read_list, split_rules  # noqa: PLC0415 - once after each change

    names: list[str] = []
    tables: list[str] = []
    anchors: list[tuple[str, int]] = []
    classes: dict[str, tuple[int, ...]] = {}
    for family, text in families:
        for toml, shape in zip(split_rules(text), split_rules(_shape(text)), strict=True):
            owner = len(tables)
            anchors += [(anchor, owner) for anchor in read_list(shape, "anchors")]
            for name in read_list(toml, "classes") if "\nclasses = [" in toml else ():
                classes[name] = (*classes.get(name, ()), owner)
            names.append(family)
            tables.append(toml)
    return filed(anchors), classes, marshal.dumps((tuple(names), tuple(tables)))


def package_tables() -> Tables:
    """Return the tables of the catalogue that comes with the package."""
    return Tables(*kept("catalogue", key_of(FOLDER, ".toml", FORMAT), lambda: tables_of(_files())))


def _shape(text: str) -> str:
    """The text with its digits as 0; on bytes, because that is ten times as fast for a whole file."""
    return text.encode().translate(DIGITS_TO_ZERO).decode()


def _files() -> Iterator[tuple[str, str]]:
    for name in sorted(os.listdir(FOLDER)):  # noqa: PTH208
        if name.endswith(".toml"):
            with open(os.path.join(FOLDER, name), encoding="utf-8") as file:  # noqa: PTH118, PTH123
                yield name.removesuffix(".toml"), file.read()
