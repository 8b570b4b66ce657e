"""What a command loads, seen from a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
