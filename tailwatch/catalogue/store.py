"""Where the catalogue's tables come from: the TOML files of the package, or what was made of them the last time.

Cutting half a megabyte of TOML into tables, and filing their anchors, takes as long as starting Python. So what was made of the
files is kept (see `kept.py`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tailwatch.catalogue.index import filed
from tailwatch.catalogue.reading import read_list, split_rules
from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.named import NamedTuple
from tailwatch.kept import kept, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.catalogue.index import Filed

FOLDER = os.path.dirname(__file__)  # noqa: PTH120  (pathlib alone would take a quarter of the start-up time)
FORMAT = 2
"""What is kept has this form."""


class Tables(NamedTuple):
    """All rules, unparsed, in one order: rule `n` is of `families[n]`, and `tables[n]` is its TOML text.

    `anchors` are pairs of an anchor (a shape already) and the number of its rule, filed by `index.filed`; `classes` names the
    rules for each class.
    """

    families: tuple[str, ...]
    tables: tuple[str, ...]
    anchors: Filed
    classes: dict[str, tuple[int, ...]]


def tables_of(families: Iterable[tuple[str, str]]) -> Tables:
    """Cut the rules out of `(family, TOML text)` pairs."""
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
    return Tables(tuple(names), tuple(tables), filed(anchors), classes)


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
