"""Nothing that a log says reaches the terminal as anything but text, from whatever pane shows it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from pseudo_terminal import PseudoTerminal

pytestmark = pytest.mark.pty

PAYLOADS = (
    b"\x1b[2J", b"\x1b]0;owned\x07", b"\x1b]2;owned\x1b\\", b"\x1b]8;;http://owned\x1b\\x\x1b]8;;\x1b\\", b"\x1b]9;owned\x07",
    b"\x1b]52;c;b3duZWQ=\x07", b"\x1b]777;notify;owned;x\x07", b"\x1b]1337;File=:b3duZWQ=\x07", b"\x1bP$qm\x1b\\",
    b"\x1b_owned\x1b\\", b"\x1b^owned\x1b\\", b"\x1bXowned\x1b\\", b"\x1bc", b"\x1b(0", b"\xc2\x9b2J",
    b"\xc2\x9d52;c;b3duZWQ=\x07", b"\xc2\x90$qm", b"\x9b2J", b"\x07" * 20, b"\x1b]52;c;unterminated", b"\xe2\x80\xaeowned",
    b"\xe2\x80\x8bzero", b"e" + b"\xcc\x81" * 300, b"\x00\x01\x7f", b"[bold]owned[/bold]", b"[/nope]",
    b"[@click=app.quit]owned[/]", b"[link=http://owned]x[/link]",
)  # fmt: skip
"""Control sequences that do something in one terminal or another, and the markup of the library that draws the screen."""

_OWN = re.compile(rb"\x1b\]22;[a-z-]+\x07|\x1b\[[0-9;]*[Hm]|\x1b\[\?[0-9;]+[hl]|\x1b\[\?[0-9]+\$p|\x1b\[>[0-9]+u|\x1b\[<u|\x07")
"""Everything that the monitor itself may send: places, colours, modes, and the bell of an alarm, the mouse pointer's shape."""

_TOUR = (
    "2",
    "\r",
    "\x1b",
    "3",
    "f",
    "f",
    "4",
    "\r",
    "\x1b",
    "\x1b[B",
    "\r",
    "\x1b",
    "f",
    "f",
    "5",
    "f",
    "g",
    "e",
    "\r",
    "\x1b",
    "/",
    "owned",
    "\r",
)
"""Keys that visit every pane, at full size too, its pages, and the filter."""


def log_with(payload: bytes) -> bytes:
    """A log that brings the payload into every pane: names, values, a warning, a traceback, a note, plain lines."""
    out = b"".join(
        b"epoch %d/9 train_loss=%.3f %s_loss=%.3f val_loss=%.3f\n" % (k, 1 / k, payload, 0.5, 0.3 + k / 9) for k in range(1, 10)
    )
    out += b"/srv/train.py:3: UserWarning: " + payload + b" is not supported\n  warnings.warn(x)\n"
    out += b"ERROR: " + payload + b" failed\nnote: " + payload + b"\n"
    out += (
        b'Traceback (most recent call last):\n  File "' + payload + b'.py", line 1, in <module>\nRuntimeError: ' + payload + b"\n"
    )
    return out + payload + b"\n" + payload


def test_no_byte_of_a_log_acts_on_the_terminal(tmp_path: Path) -> None:
    """Every payload in every pane, on the pages and through the filter: all that is sent is the monitor's own."""
    path = tmp_path / "run.log"
    path.write_bytes(b"".join(log_with(payload) for payload in PAYLOADS))
    terminal = PseudoTerminal("-m", "tailwatch", str(path))
    try:
        terminal.until("Log")
        for keys in _TOUR:
            terminal.child.send(keys)
            terminal.read(0.4)
        terminal.child.send("q")
        assert terminal.end() == 0
    finally:
        terminal.close()
    rest = _OWN.sub(b"", terminal.raw)
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", rest), re.search(
        rb".{20}[\x00-\x09\x0b\x0c\x0e-\x1f\x7f].{20}", rest, re.DOTALL
    )
    text = rest.decode("utf-8")
    assert not re.search("[\x80-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)
    assert len(re.findall(rb"(?<![a-z])\x07", terminal.raw)) <= 2, "the log rang the bell"
    assert terminal.modes_left_on() == set()


def test_a_hostile_file_name_is_only_shown(tmp_path: Path) -> None:
    """A name may hold anything but a slash."""
    path = tmp_path / "\x1b]0;owned\x07[bold]\u202e.log"
    path.write_text("epoch 1/9 train_loss=1.0 val_loss=1.0\n")
    terminal = PseudoTerminal("-m", "tailwatch", str(path))
    try:
        terminal.until("epoch 1/9")
        terminal.child.send("q")
        assert terminal.end() == 0
    finally:
        terminal.close()
    rest = _OWN.sub(b"", terminal.raw)
    assert b"\x1b" not in rest
    assert "\u202e" not in rest.decode("utf-8")


def test_a_line_that_is_slow_to_paint_in_other_viewers_is_not(tmp_path: Path) -> None:
    """Eight thousand digits, and forty kilobytes of sequences that never end: the screen shows the line after them at once."""
    path = tmp_path / "run.log"
    path.write_bytes(b"7" * 8000 + b"\n" + b"\x1b]" * 20_000 + b"\n" + b"epoch 3/9 val_loss=0.5\n")
    terminal = PseudoTerminal("-m", "tailwatch", str(path))
    try:
        assert "epoch 3/9" in terminal.until("epoch 3/9", 15)
    finally:
        terminal.close()
