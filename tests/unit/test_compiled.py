"""Patterns that an earlier command compiled are those that `re` compiles."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailwatch import compiled, kept
from tailwatch.compiled import Compiler

PATTERNS = (
    (rb"(?P<epoch>0+)/(?P<epochs>0+)|\xe8\xbd\xae", 0),
    (r"(?<=[a-z])(\d+)(?:\.(\d+))?$", 0),
    (r"训练(?P<what>.{0,8}?)\s", re.DOTALL),
    (r"(?i:loss)|acc(?!ess)", 0),
    (rb"\bepoch\b", int(re.IGNORECASE)),
    (r"É+|\w", int(re.IGNORECASE)),
    ("", 0),
)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "tailwatch"


def _kept_before() -> Compiler:
    first = Compiler()
    for source, flags in PATTERNS:
        first.compile(source, int(flags))
    first.save()
    return Compiler()


@pytest.fixture
def later(monkeypatch) -> Compiler:
    """A later command, which compiles nothing itself."""
    compiler = _kept_before()
    monkeypatch.setattr(compiled, "_program", None)
    return compiler


def test_what_is_kept_is_what_re_compiles(later):
    """The same pattern, flags, groups and names."""
    for source, flags in PATTERNS:
        mine, right = later.compile(source, int(flags)), re.compile(source, flags)
        assert mine == right
        assert (mine.groups, mine.groupindex, mine.flags) == (right.groups, right.groupindex, right.flags)


@given(st.text("aéÉ09./轮训练 lossaceph\n", max_size=30))
def test_it_finds_what_re_finds(text):
    """Places and groups, in any text."""
    for source, flags in PATTERNS:
        given_ = text if isinstance(source, str) else text.encode()
        mine = compiled._engine(source, *compiled._program(source, int(flags)))
        found = [[m.span(), m.groups(), m.lastgroup] for m in mine.finditer(given_)]
        assert found == [[m.span(), m.groups(), m.lastgroup] for m in re.compile(source, flags).finditer(given_)]


@pytest.mark.parametrize("program", [(0, b"\xfe\0\0\0" * 9, 0, {}, (None,)), (0, b"\1", 0, {}, (None,)), (0, b"")])
def test_what_the_engine_does_not_take_is_compiled_as_always(cache, program):
    """A damaged program is none, and no error."""
    keep = kept.file_of("patterns", sys.version)
    kept.keep(keep, compiled._KEY, ({("a+", 0): program},))
    assert Compiler().compile("a+", 0).findall("aab") == ["aa"]


def test_another_python_takes_none_of_this_ones(later, monkeypatch):
    """Its engine may be another."""
    monkeypatch.setattr(compiled, "_KEY", (compiled.FORMAT, "4.0"))
    assert not Compiler()._known
    assert later._known


def test_too_many_patterns_are_not_kept_for_ever(monkeypatch):
    """Those of versions that are gone would stay."""
    monkeypatch.setattr(compiled, "MOST", len(PATTERNS))
    later = _kept_before()
    later.compile("new", 0)
    later.save()
    assert list(Compiler()._known) == [("new", 0)]


def test_what_is_no_pattern_is_told():
    """As `re` tells it."""
    with pytest.raises(re.error):
        Compiler().compile("(", 0)


def test_the_second_command_compiles_no_pattern(cache, tmp_path):
    """The first one kept them; and the output is the same."""
    log = tmp_path / "small.log"
    log.write_text("".join(f"step {i}: train loss {2 - i / 9:.4f}, lr 0.001\n" for i in range(5)))
    script = (
        "import re, sys, tailwatch.cli as cli\n"
        "cli._leave = sys.exit\n"
        "count, real = [0], re._compiler._code\n"
        "def counted(*args):\n    count[0] += 1\n    return real(*args)\n"
        "re._compiler._code = counted\n"
        f"sys.argv = ['tailwatch', 'export', {str(log)!r}]\n"
        "try:\n    cli.run()\nfinally:\n    print(count[0], file=sys.stderr)\n"
    )
    runs = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stdout.count("train loss") == 5
    assert int(runs[0].stderr) > 10
    assert int(runs[1].stderr) <= 3  # those of the standard library
    assert all(entry.stat().st_mode & 0o077 == 0 for entry in os.scandir(cache))
