"""Patterns are compiled when they are first used, and behave as compiled ones."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tailwatch.core.lazily import lazy


def test_a_lazy_pattern_finds_what_the_compiled_one_finds() -> None:
    """Its methods are the pattern's own once it was used."""
    late, compiled = lazy(rb"(\d+)/(\d+)"), re.compile(rb"(\d+)/(\d+)")
    assert late.search(b"step 3/40").span() == compiled.search(b"step 3/40").span()
    assert late.findall(b"1/2 3/4") == [(b"1", b"2"), (b"3", b"4")]
    assert (late.pattern, late.groups) == (compiled.pattern, 2)
    assert late.sub(b"-", b"1/2 x") == b"- x"


def test_a_pattern_that_is_none_is_told_when_it_is_used() -> None:
    """Never silently matched."""
    with pytest.raises(re.error):
        lazy("(").search("x")


def test_a_command_on_a_small_log_compiles_few_patterns_and_loads_no_diagnosis(tmp_path) -> None:
    """What `export` does not need is neither compiled nor loaded."""
    log = tmp_path / "small.log"
    log.write_text("".join(f"step {i}: train loss {2 - i / 9:.4f}, lr 0.001\n" for i in range(5)))
    script = (
        "import re, sys, tailwatch.cli as cli\n"
        "count, real = [0], re._compiler.compile\n"
        "def counted(*args):\n    count[0] += 1\n    return real(*args)\n"
        "re._compiler.compile = counted\n"
        f"sys.argv = ['tailwatch', 'export', {str(log)!r}]\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "print(count[0], sum(m.startswith('tailwatch.diagnoses.') for m in sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    compiled, diagnoses = map(int, done.stderr.split())
    assert done.stdout.count("train loss") == 5
    assert compiled < 100
    assert diagnoses == 0
