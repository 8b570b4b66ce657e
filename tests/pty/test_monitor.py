"""The monitor in a real terminal, beside a real writer."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import pexpect
import pyte
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from recorded_writer import recorded_writer

ROOT = Path(__file__).parents[2]
LOG = ROOT / "sample_logs" / "keras" / "two_callbacks_disagree.log"
TIMING = ROOT / "tests" / "data" / "two_callbacks_disagree.timing.jsonl"

pytestmark = pytest.mark.pty


class Terminal:
    """A terminal of a given size with a program in it; keeps every byte the program wrote."""

    def __init__(self, *arguments: str, columns: int = 120, rows: int = 40) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        for name in ("COLUMNS", "LINES"):  # a parallel test run sets them, and they would win over the terminal's own size
            environment.pop(name, None)
        command = ["-m", "tailwatch", *arguments]
        self.child = pexpect.spawn(sys.executable, command, dimensions=(rows, columns), env=environment, timeout=5)

    def text(self) -> str:
        """Return what the screen shows."""
        return "\n".join(self.screen.display)

    def until(self, pattern: str, seconds: float = 30) -> str:
        """Wait until the screen shows the pattern."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                data = self.child.read_nonblocking(65_536, timeout=0.2)
            except pexpect.TIMEOUT:
                data = b""
            except pexpect.EOF:
                break
            self.raw += data
            self.stream.feed(data)
            if re.search(pattern, self.text()):
                return self.text()
        raise AssertionError(f"{pattern!r} was not shown:\n{self.text()}")

    def quit(self) -> int:
        """Press q and read to the end, also what was written just before the process ended; return the exit code."""
        self.child.send("q")
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                self.raw += self.child.read_nonblocking(65_536, timeout=0.2)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                break
        self.child.close(force=True)
        return self.child.exitstatus if self.child.exitstatus is not None else -1


def test_the_monitor_tells_the_story_of_a_run_while_it_is_written(tmp_path: Path) -> None:
    """Waiting, curve, epoch, the overfitting alarm with its epoch; then the log is truncated and a second run begins."""
    target = tmp_path / "nohup.out"
    terminal = Terminal(str(target))
    terminal.until(r"waiting")
    with recorded_writer(LOG, TIMING, target, speed=8.0, trim=4.0):
        terminal.until(r"epoch [2-9]/50")
        shown = terminal.until(r"Overfitting: validation loss was best\s+at\s+epoch\s+4", 60)
        assert re.search(r"[⠁-⣿]{3}", shown), "no curve"
        terminal.until(r"stopped early", 60)
    terminal.child.send("a")
    os.truncate(target, 0)
    with target.open("a", encoding="utf-8") as log:
        log.write("Epoch 1/50\n21/21 - 1s - loss: 0.7 - val_loss: 0.6\nEpoch 2/50\n")
        log.flush()
        terminal.until(r"run 2 of 2")
    assert terminal.quit() == 0
    assert b"\x1b[?1049l" in terminal.raw


def test_no_control_byte_of_a_log_reaches_the_terminal(tmp_path: Path) -> None:
    """Escape sequences, C1 codes and markup in lines and names are shown as marks or literally, and do nothing."""
    target = tmp_path / "evil.log"
    hostile = "\x1b]0;owned\x07\x1b[2J\x9b2J\x1b]52;c;aGk=\x07\u202e[bold]x[/] [@click=app.quit]y[/]"
    target.write_text(f"epoch 1 loss 0.5\nepoch 2 {hostile} loss 0.4\nWARNING: {hostile}\n", encoding="utf-8")
    terminal = Terminal(str(target), columns=100, rows=30)
    terminal.until(r"\[bold\]x")
    terminal.quit()
    for forbidden in (b"owned\x07", b"\x1b]0;owned", b"\x1b]52;", "\x9b2J".encode(), "\u202e".encode()):
        assert forbidden not in terminal.raw


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24), (50, 40)])
def test_the_monitor_is_useful_at_three_sizes(columns: int, rows: int) -> None:
    """Verdict and progress are on the screen, whatever its size."""
    terminal = Terminal(str(LOG), columns=columns, rows=rows)
    terminal.until(r"Overfitting|Two callbacks|Global batch", 30)
    terminal.until(r"epoch 9/50")
    assert terminal.quit() == 0


def test_the_demo_plays_right_after_installing() -> None:
    """`tailwatch demo` shows the bundled run and comes to its verdict."""
    terminal = Terminal("demo", "--speed", "40")
    terminal.until(r"epoch \d/50")
    terminal.until(r"Overfitting", 60)
    assert terminal.quit() == 0
