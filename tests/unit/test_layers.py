"""What a command loads, seen from a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SHORT = Path(__file__).parents[2] / "sample_logs" / "huggingface" / "evaluation_by_step_overfit.log"
LOG = Path(__file__).parents[2] / "sample_logs" / "nanogpt" / "overfit.log"


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["report", str(LOG)], ["export", str(LOG)], ["explain", "Killed"], ["check", str(LOG)]],
    ids=lambda a: a[0],
)
def test_commands_without_a_screen_load_no_screen(arguments: list[str]) -> None:
    """Neither textual nor rich nor plotext nor watchfiles is imported."""
    code = (
        "import sys, tailwatch.cli as c\n"
        f"c.main({arguments!r})\n"
        "bad = [m for m in ('textual', 'rich', 'plotext', 'watchfiles') if m in sys.modules]\n"
        "sys.exit(f'loaded: {bad}' if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


NOT_FOR_AN_EXPORT = (
    *("arguments", "parser", "config_tables", "apart", "following", "history", "diagnoses", "tui", "language"),
    *("catalogue.rules", "catalogue.own_rule", "core.judging", "core.findings", "core.baseline"),
    *("core.gathering", "core.weaving", "core.columns", "core.bulk", "core.latin"),
    *("dialects.keras", "sources.openlog", "sources.writer", "sources.unpack"),
)


@pytest.mark.parametrize("arguments", [["export", str(SHORT)], ["export", str(SHORT), "--format", "jsonl"]], ids=["csv", "jsonl"])
def test_an_export_loads_nothing_that_it_does_not_need(arguments: list[str], tmp_path: Path) -> None:
    """No judges, no rules, no parser, no dialect of other logs, nothing for thousands of lines; no slow part of the library."""
    slow = (
        "re",
        "enum",
        "typing",
        "json",
        "csv",
        "argparse",
        "dataclasses",
        "importlib",
        "inspect",
        "pathlib",
        "threading",
        "unicodedata",
        "heapq",
    )
    code = (
        "import sys, tailwatch.cli as c\n"
        "c._leave = sys.exit\n"
        f"sys.argv = ['tailwatch', *{arguments!r}]\n"
        "try:\n    c.run()\n"
        "except SystemExit:\n    pass\n"
        f"ours = tuple('tailwatch.' + name for name in {NOT_FOR_AN_EXPORT!r})\n"
        f"bad = [m for m in sys.modules if m in {slow!r} or m in ours or m.startswith(tuple(o + '.' for o in ours))]\n"
        "print(bad, file=sys.stderr)\n"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    for _ in range(2):  # the first one compiles patterns
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stderr.strip() == "[]"
    assert done.stdout.count("val") > 5
