"""However the monitor ends, the terminal is whole again and the exit code tells why."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from pseudo_terminal import PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG = "".join(f"epoch {k}/40 train_loss={2 / k:.4f} val_loss={2 / k + 0.1:.4f}\n" for k in range(1, 21))

pytestmark = pytest.mark.pty


@contextmanager
def monitor(path: Path, text: str = LOG, **options: object) -> Iterator[PseudoTerminal]:
    """The monitor on a log, once it shows it."""
    path.write_text(text)
    terminal = PseudoTerminal("-m", "tailwatch", str(path), **options)
    try:
        terminal.until(r"epoch 20/40")
        yield terminal
    finally:
        terminal.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_leaves_a_clean_terminal_and_its_own_exit_code(tmp_path: Path, number: signal.Signals) -> None:
    """Every mode that was switched on is off again, and the exit code is 128 + n."""
    with monitor(tmp_path / "run.log") as terminal:
        terminal.child.kill(number)
        assert terminal.end() == 128 + number
        assert terminal.modes_left_on() == set()


@pytest.mark.parametrize(("key", "code"), [("q", 0), ("\x03", 130)])
def test_leaving_by_a_key_leaves_a_clean_terminal(tmp_path: Path, key: str, code: int) -> None:
    """q is an ordinary end, Ctrl+C one by interrupt."""
    with monitor(tmp_path / "run.log") as terminal:
        terminal.child.send(key)
        assert terminal.end() == code
        assert terminal.modes_left_on() == set()


def test_a_signal_ends_the_monitor_although_the_terminal_takes_no_more_output(tmp_path: Path) -> None:
    """A stalled terminal holds up every write; the end does not wait for it."""
    path = tmp_path / "run.log"
    with monitor(path) as terminal, path.open("a") as log:
        for k in range(20):  # nobody reads: the terminal's buffer fills
            log.write(f"epoch 20/40 step {k} loss={k * 7919 % 1000 / 1000} {os.urandom(40).hex()}\n" * 90)
            log.flush()
            time.sleep(0.1)
            os.kill(terminal.child.pid, signal.SIGWINCH)
        begun = time.monotonic()
        terminal.child.kill(signal.SIGTERM)
        assert terminal.wait(8) == 128 + signal.SIGTERM
        assert time.monotonic() - begun < 8  # the harness's own patience; the monitor takes about 1.4 s


def test_the_monitor_ends_when_its_terminal_is_gone(tmp_path: Path) -> None:
    """A dropped connection leaves no process behind that spins or waits for ever."""
    with monitor(tmp_path / "run.log") as terminal:
        terminal.hang_up()
        assert terminal.wait(8) == 128 + signal.SIGHUP


def test_the_screen_is_drawn_again_after_the_job_was_stopped(tmp_path: Path) -> None:
    """SIGTSTP gives the shell its screen back; SIGCONT draws the whole monitor, not only what has changed since."""
    path = tmp_path / "run.log"
    with monitor(path) as terminal:
        terminal.child.kill(signal.SIGTSTP)
        terminal.read(1.0)
        with path.open("a") as log:
            log.write("epoch 21/40 train_loss=0.0909 val_loss=0.2011\n")
        terminal.screen.reset()
        terminal.child.kill(signal.SIGCONT)
        shown = terminal.until(r"epoch 21/40")
        assert "quit" in shown
        assert "train_loss" in shown


@pytest.mark.skipif(shutil.which("bash") is None, reason="no shell with job control here")
def test_ctrl_z_gives_the_terminal_to_the_shell_until_fg(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    path.write_text(LOG)
    terminal = PseudoTerminal("-c", "import os; os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])")
    try:
        terminal.child.sendline(f"{sys.executable} -m tailwatch {path}")
        terminal.until(r"epoch 20/40")
        terminal.child.send("\x1a")
        terminal.until(r"Stopped")
        terminal.child.sendline("echo $((6 * 7)) is here")
        terminal.until(r"42 is here")
        assert not {1000, 1049} & terminal.modes_left_on()
        terminal.child.sendline("fg")
        terminal.until(r"Findings")
        terminal.child.send("q")
        terminal.read(1.0)
        terminal.child.sendline("exit")
        assert terminal.end() == 0
    finally:
        terminal.close()


def test_ctrl_z_without_a_shell_says_so_and_goes_on(tmp_path: Path) -> None:
    """Stopped, it could not be woken: nobody waits for it but the terminal."""
    with monitor(tmp_path / "run.log") as terminal:
        terminal.child.send("\x1a")
        terminal.until(r"no shell could bring the monitor back")
        terminal.child.send("q")
        assert terminal.end() == 0


def test_a_failing_reader_ends_the_monitor_with_a_sentence_and_a_traceback_in_a_file(tmp_path: Path) -> None:
    """Exit code 1, no traceback on the terminal, and the file named in the sentence holds it."""
    code = (
        "import sys; from tailwatch.tui.app import run_monitor\n"
        "class Broken:\n"
        "    def events(self, stop):\n"
        "        stop.wait(0.5); raise RuntimeError('the disk is on fire'); yield\n"
        "sys.exit(run_monitor(Broken(), title='x'))\n"
    )
    terminal = PseudoTerminal("-c", code, environment={"XDG_STATE_HOME": str(tmp_path)})
    assert terminal.end(20) == 1
    assert terminal.modes_left_on() == set()
    after = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert "the monitor failed" in after
    assert "Traceback" not in after
    (file,) = (tmp_path / "tailwatch").iterdir()
    assert "the disk is on fire" in file.read_text()


def test_the_size_may_change_at_any_time(tmp_path: Path) -> None:
    """From one cell to a wall and back, a hundred times: the monitor lives, and shows the last size whole."""
    with monitor(tmp_path / "run.log") as terminal:
        for k in range(100):
            terminal.child.setwinsize(1 + k * 7 % 60, 1 + k * 13 % 200)
            if k % 10 == 0:
                terminal.read(0.05)
        terminal.read(0.5)
        for rows, columns in ((1, 1), (2, 2), (200, 500), (24, 80)):
            terminal.child.setwinsize(rows, columns)
            terminal.screen.resize(rows, columns)
            terminal.read(0.8)
        terminal.screen.reset()
        terminal.child.send("\x0c")  # Ctrl+L
        assert "quit" in terminal.until(r"val_loss(?s:.)*quit").splitlines()[23]
        terminal.child.send("q")
        assert terminal.end() == 0


@pytest.mark.parametrize(
    ("environment", "arguments"),
    [({"TERM": "dumb"}, ()), ({"TERM": ""}, ())],
)
def test_a_terminal_that_cannot_draw_is_told_so(tmp_path: Path, environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    """One sentence that names another way, exit code 2, and not one escape sequence."""
    (tmp_path / "run.log").write_text(LOG)
    terminal = PseudoTerminal("-m", "tailwatch", str(tmp_path / "run.log"), *arguments, environment=environment)
    assert terminal.end() == 2
    assert b"\x1b" not in terminal.raw
    assert b"tailwatch watch" in terminal.raw


def test_a_locale_without_utf8_gets_ascii_alone(tmp_path: Path) -> None:
    """Charts, rules and signs have ASCII stand-ins; a log's own letters become question marks."""
    text = LOG.replace("epoch 7/40", "训练 epoch 7/40")
    with monitor(tmp_path / "run.log", text, environment={"LC_ALL": "C"}) as terminal:
        terminal.until("Log")
        terminal.child.send("q")
        assert terminal.end() == 0
        assert terminal.raw.isascii()


def test_no_color_is_heeded(tmp_path: Path) -> None:
    """With NO_COLOR set no colour is written; bold and reverse still tell things apart."""
    with monitor(tmp_path / "run.log", environment={"NO_COLOR": "1"}) as terminal:
        terminal.read(1.0)
        assert b"38;5" not in terminal.raw
        assert b"48;5" not in terminal.raw
        assert b"38;2" not in terminal.raw
