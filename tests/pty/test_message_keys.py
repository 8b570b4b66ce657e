"""The keys of the messages pane, from the key press to the next start: in a real terminal, with a configuration file."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from pseudo_terminal import PseudoTerminal

pytestmark = pytest.mark.pty

LOG = """epoch 1 loss 0.9
WARNING: the frobnicator 17 is odd
epoch 2 loss 0.8
epoch 3 loss 0.7
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with one message that the catalogue does not know."""
    path = tmp_path / "train.log"
    path.write_text(LOG, "utf-8")
    return path


def monitor(log: Path, config: Path, *more: str) -> PseudoTerminal:
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}  # not this terminal's
    variables = {**inherited, "TAILWATCH_CONFIG": str(config), "XDG_STATE_HOME": str(log.parent), "TAILWATCH_LANG": "en"}
    return PseudoTerminal("-m", "tailwatch", str(log), *more, environment=variables)


def press_in_messages(terminal: PseudoTerminal, key: str) -> None:
    """Go from pane to pane until the key is for the message under the cursor."""
    for _ in range(6):
        terminal.child.send("\t")
        terminal.read(0.2)
        terminal.child.send(key)
        try:
            terminal.until("remembered in", 1.5)
        except AssertionError:
            continue
        return
    raise AssertionError(f"no pane took the key:\n{terminal.text}")


def leave(terminal: PseudoTerminal) -> None:
    terminal.child.send("q")
    assert terminal.end() == 0


@pytest.mark.parametrize(
    ("key", "verdict", "then"),
    [
        ("x", "harmless", r"harmless: 1 message"),
        ("d", "hide", r"1 hidden"),
        ("b", "alert", r"You asked to be told of this message"),
    ],
)
def test_a_verdict_given_by_a_key_holds_at_once_and_at_the_next_start(
    log: Path, tmp_path: Path, key: str, verdict: str, then: str
) -> None:
    """The pane follows at once, the table stands in the file, and a new monitor begins with it."""
    config = tmp_path / "made" / "config.toml"
    config.parent.mkdir()
    config.write_text("# mine\n", "utf-8")
    terminal = monitor(log, config)
    terminal.until("frobnicator 17 is odd")
    press_in_messages(terminal, key)
    terminal.until(then)
    leave(terminal)
    content = config.read_text("utf-8")
    assert content.startswith("# mine\n")
    (table,) = tomllib.loads(content)["message"]
    assert table == {"text": "the frobnicator {} is odd", "verdict": verdict}
    with log.open("a", encoding="utf-8") as more:
        more.write("WARNING: the frobnicator 18 is odd\n")
    again = monitor(log, config)
    again.until(then.replace("1 message", "2 message"))
    leave(again)


def test_a_verdict_goes_into_the_file_that_was_named(log: Path, tmp_path: Path) -> None:
    """With --config the file of that option is written, not the default one."""
    named, default = tmp_path / "named.toml", tmp_path / "default.toml"
    for path in (named, default):
        path.write_text("", "utf-8")
    terminal = monitor(log, default, "--config", str(named))
    terminal.until("frobnicator 17 is odd")
    press_in_messages(terminal, "x")
    leave(terminal)
    assert "harmless" in named.read_text("utf-8")
    assert default.read_text("utf-8") == ""
