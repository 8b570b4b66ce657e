"""The README's commands work as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line.strip()]
SET_UP = [c for c in COMMANDS if c.startswith("python3 -m venv")]
TOUR = [c for c in COMMANDS if c not in SET_UP]


def test_the_readme_begins_with_two_set_up_commands() -> None:
    """One runs the demo, one the tests; CI runs the second as it stands."""
    assert len(SET_UP) == 2
    assert SET_UP[0].endswith("tailwatch demo")
    assert SET_UP[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_screenshot_is_there() -> None:
    """The picture that the README shows was made by the app itself."""
    picture = ROOT / re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)[0]
    assert "Rich" in picture.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", TOUR)
def test_every_command_of_the_tour_answers(command: str) -> None:
    """It prints something and ends as the README says (check: 0 on the healthy run)."""
    here = command.replace(".venv/bin/tailwatch", f"{sys.executable} -m tailwatch")
    done = subprocess.run(["bash", "-c", here], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout or "check" in command
