"""The catalogue's tables are kept in the cache folder, and read anew whenever what is kept cannot be trusted."""

import marshal
import os
from pathlib import Path

import pytest

from tailwatch import kept as keeping
from tailwatch.catalogue import store
from tailwatch.catalogue.engine import Catalogue


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return Path(keeping.file_of("catalogue"))


def _read(path):
    return keeping.read(str(path), keeping.key_of(store.FOLDER, ".toml", store.FORMAT))


def test_tables_from_the_cache_are_those_of_the_files(kept):
    """The second look-up reads the kept file and finds the same rules."""
    first = store.package_tables()
    assert _read(kept) == store.tables_of(store._files())[:2]
    again = store.package_tables()
    assert (again.anchors, again.classes) == (first.anchors, first.classes)
    assert (again.families, again.tables) == (first.families, first.tables)
    assert len(again.families) == len(again.tables) > 1000


@pytest.mark.parametrize("damage", [b"", b"nonsense", marshal.dumps(3), marshal.dumps(("another key", (), (), (), {}))])
def test_a_damaged_or_stale_cache_is_replaced(kept, damage):
    """Whatever the kept file holds, the answer is that of the files, and the kept file is good again."""
    right = store.package_tables()
    kept.write_bytes(damage)
    assert store.package_tables().tables == right.tables
    assert _read(kept) == store.tables_of(store._files())[:2]


@pytest.mark.parametrize("found", [None, b"nonsense", marshal.dumps(("another key", ("torch",), ("id = 'x'",)))])
def test_rules_that_are_not_those_of_the_index_are_never_used(kept, found):
    """The package was changed, or the cache emptied, while the program runs: all is made anew, the index too."""
    store.package_tables()
    other = ({"aside": marshal.dumps((("aside", 0),))}, {})
    keeping.keep(str(kept), keeping.key_of(store.FOLDER, ".toml", store.FORMAT), other)
    rules = Path(keeping.file_of("rules"))
    rules.unlink()
    if found is not None:
        rules.write_bytes(found)
    known = Catalogue(store.package_tables())
    assert known.tables.anchors == other[0]
    expected = Catalogue(store.Tables(*store.tables_of(store._files())))
    line = "an aside: RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB"
    assert [rule.id for rule in known.candidates(line)] == [rule.id for rule in expected.candidates(line)] != []


def test_a_cache_that_others_may_write_is_not_read(kept):
    """What another user could have put there is not trusted."""
    store.package_tables()
    kept.chmod(0o666)
    assert _read(kept) is None


def test_each_installation_has_its_own_file(kept):
    """Two environments would else make it anew in turns; one that nothing was kept of for long goes."""
    store.package_tables()
    others = [Path(keeping.file_of("catalogue", f"/home/{name}/kept.py")) for name in ("here", "gone")]
    for other in others:
        other.write_bytes(b"")
    os.utime(others[1], (0, 0))
    kept.unlink()
    store.package_tables()
    assert [path.exists() for path in (kept, *others)] == [True, True, False]


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path, monkeypatch):
    """Without a cache the files are read each time."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert store.package_tables().tables
