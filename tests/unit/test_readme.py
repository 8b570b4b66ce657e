"""The README's commands work as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import textual
from picture import PICTURE, drawn, words

from tailwatch import config
from tailwatch.config_tables import TABLES
from tailwatch.core.events import Data
from tailwatch.session import Session

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


def test_the_readme_shows_a_picture() -> None:
    """The picture that a test compares with the monitor is the one that the README names."""
    assert [ROOT / path for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)] == [PICTURE]


@pytest.mark.skipif(not textual.__version__.startswith("8.2."), reason="the picture is of Textual 8.2")
async def test_the_picture_shows_what_the_monitor_shows_now() -> None:
    """`python tests/helpers/picture.py` draws it anew after a change of the screen."""
    assert words(await drawn()) == words(PICTURE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", TOUR)
def test_every_command_of_the_tour_answers(command: str) -> None:
    """It prints something and ends as the README says (check: 0 on the healthy run)."""
    here = command.replace(".venv/bin/tailwatch", f"{sys.executable} -m tailwatch")
    done = subprocess.run(["bash", "-c", here], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout or "check" in command


def test_the_example_of_settings_is_read_as_it_stands(tmp_path: Path) -> None:
    """Its keys exist, and its patterns read lines like those they show."""
    path = tmp_path / "config.toml"
    path.write_text("\n".join(re.findall(r"```toml\n(.*?)```", README, re.DOTALL)), encoding="utf-8")
    settings = config.load({"config": str(path)}, {})
    assert settings.encoding == "gb18030"
    session = Session(keep_readings=True, settings=settings)
    lines = b"[2026-01-31 12:00:00] it 3/9 q=81.5% (fast)\nstage 2: 4 obj -1.5e-3\n"
    found = [
        (r.step, s.name, s.split, v)
        for _, r in session.feed(Data(lines, 0.0)).readings
        for s, v in zip(r.series, r.values, strict=True)
    ]
    assert found == [(3, "quality", None, 81.5), (4, "objective", "val", -0.0015)]


def test_the_page_of_settings_names_every_key() -> None:
    """No key without a word of what it does."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for key in (*config.KEYS, *(f"[[{table}]]" for table in TABLES), *TABLES["pattern"][1]):
        assert f"| `{key}` |" in page
