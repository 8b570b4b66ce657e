"""A program in a pseudo-terminal: what it writes, what that looks like, and which terminal modes it leaves switched on."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from typing import TYPE_CHECKING

import pexpect
import pyte

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9;]*\$p")
_ON_AT_HOME = {7, 25}  # line wrap and the cursor are on in every shell


class PseudoTerminal:
    """Runs `python ARGUMENTS` in a terminal of a given size and keeps every byte it wrote."""

    def __init__(self, *arguments: str, columns: int = 120, rows: int = 40, environment: Mapping[str, str] | None = None) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        variables = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(environment or {})}
        for name in {"COLUMNS", "LINES"} - set(environment or ()):  # a parallel test run sets them
            variables.pop(name, None)
        variables.pop("NO_COLOR", None) if "NO_COLOR" not in (environment or {}) else None
        self.child = pexpect.spawn(sys.executable, list(arguments), dimensions=(rows, columns), env=variables, timeout=5)

    def read(self, seconds: float) -> None:
        """Take in what the program writes for a while; ends early when it has ended."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                data = self.child.read_nonblocking(65_536, timeout=min(left, 0.1))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                return
            self.raw += data
            self._stream.feed(_NOT_FOR_PYTE.sub(b"", data))

    def until(self, pattern: str, seconds: float = 30) -> str:
        """Wait until the screen shows the pattern; return the screen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.1)
            if re.search(pattern, self.text):
                return self.text
        raise AssertionError(f"{pattern!r} was not shown:\n{self.text}")

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.screen.display)

    def end(self, seconds: float = 10) -> int:
        """Wait for the program's end; return its exit code, as a shell would tell it."""
        end = time.monotonic() + seconds
        while self.child.isalive() and time.monotonic() < end:
            self.read(0.1)
        self.read(0.1)
        return self.wait(0)

    def wait(self, seconds: float) -> int:
        """Wait for the program's end without reading what it writes."""
        end = time.monotonic() + seconds
        while self.child.isalive() and time.monotonic() < end:
            time.sleep(0.05)
        if self.child.isalive():
            self.child.close(force=True)
            raise AssertionError("the program did not end")
        killed = self.child.signalstatus
        return 128 + killed if killed is not None else self.child.exitstatus

    def hang_up(self) -> None:
        """Take the terminal away, as a dropped connection does."""
        os.close(self.child.child_fd)
        self.child.child_fd = self.child.ptyproc.fd = -1
        self.child.closed = self.child.ptyproc.closed = True

    def modes_left_on(self) -> set[int | str]:
        """Return the private terminal modes that differ from a shell's, and `kitty` if its keys are still on."""
        last: dict[int, bytes] = {}
        for numbers, state in _MODE.findall(self.raw):
            last.update(dict.fromkeys(map(int, numbers.split(b";")), state))
        left: set[int | str] = {mode for mode, state in last.items() if (state == b"h") != (mode in _ON_AT_HOME)}
        if self.raw.count(b"\x1b[<u") < len(re.findall(rb"\x1b\[>\d+u", self.raw)):
            left.add("kitty")
        return left

    def close(self) -> None:
        """End the program if it still runs."""
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            self.child.wait()
        if not self.child.closed:
            self.child.close(force=True)
