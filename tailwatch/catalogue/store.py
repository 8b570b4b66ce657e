"""Where the catalogue's tables come from: the TOML files of the package, or what was made of them the last time.

Cutting half a megabyte of TOML into tables, and filing their anchors, takes as long as starting Python. So what was made of the
files is kept in the user's cache folder, in one file that is checked against the names, sizes and times of the TOML files. It is
a convenience: where it is missing, stale, damaged, not ours or cannot be written, the files are read.
"""

from __future__ import annotations

import marshal
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from tailwatch import __version__
from tailwatch.catalogue.index import filed
from tailwatch.catalogue.reading import read_list, split_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.catalogue.index import Filed

FOLDER = os.path.dirname(__file__)  # noqa: PTH120  (pathlib alone would take a quarter of the start-up time)
FORMAT = 2
"""What is kept has this form."""
MAX_BYTES = 64 << 20
_ZEROED = bytes.maketrans(b"123456789", b"000000000")

Key = tuple[object, ...]


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
    key = _key()
    path = _cache_file()
    found = _kept(path, key)
    if found is None:
        found = tables_of(_files())
        _keep(path, key, found)
    return found


def _shape(text: str) -> str:
    """The text with its digits as 0; on bytes, because that is ten times as fast for a whole file."""
    return text.encode().translate(_ZEROED).decode()


def _files() -> Iterator[tuple[str, str]]:
    for name in sorted(os.listdir(FOLDER)):  # noqa: PTH208
        if name.endswith(".toml"):
            with open(os.path.join(FOLDER, name), encoding="utf-8") as file:  # noqa: PTH118, PTH123
                yield name.removesuffix(".toml"), file.read()


def _key() -> Key:
    """What the kept tables must have been made of: this program, this Python, and these files."""
    with os.scandir(FOLDER) as entries:
        files = sorted((e.name, (s := e.stat()).st_size, s.st_mtime_ns) for e in entries if e.name.endswith(".toml"))
    return (FORMAT, __version__, sys.version, FOLDER, tuple(files))


def _cache_file() -> str:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118
    return os.path.join(base, "tailwatch", "catalogue")  # noqa: PTH118


def _kept(path: str, key: Key) -> Tables | None:
    """Return what is kept, or None. Only a file is read that nobody else can write: what it holds is trusted."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            info = os.fstat(file.fileno())
            if info.st_uid != os.geteuid() or info.st_mode & 0o022 or info.st_size > MAX_BYTES:
                return None
            kept_key, *tables = marshal.loads(file.read())  # noqa: S302  # checked above: it is our own
        return Tables(*tables) if kept_key == key else None
    except (OSError, ValueError, EOFError, TypeError, AttributeError):
        return None


def _keep(path: str, key: Key, tables: Tables) -> None:
    new = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123
            kept: Any = (key, *tables)
            file.write(marshal.dumps(kept))
        os.replace(new, path)  # noqa: PTH105
    except OSError:
        return
