"""When a log is read by two processes, and how both end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tailwatch import apart
from tailwatch.config import DEFAULTS
from tailwatch.sources import whole


def test_an_interrupt_ends_both_processes(tmp_path) -> None:
    """Though only one of them hears of it: the output, which both hold open, is closed at once."""
    log = tmp_path / "x.log"
    log.write_text("".join(f"epoch 1/9 step {s} loss {2 / (1 + s):.4f}\n" for s in range(500_000)))
    code = (
        "import signal, sys\nfrom tailwatch import apart\nfrom tailwatch.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell that runs tests in the background ignores it
        "hear = apart.receive\n"
        "def receive(pipe):\n    print('begun', flush=True)\n    return hear(pipe)\n"
        "apart.receive, apart.possible = receive, lambda settings: True\n"
        f"sys.exit(main(['report', {str(log)!r}]))"
    )
    reading = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert reading.stdout is not None
    assert reading.stdout.readline() == "begun\n"
    reading.send_signal(signal.SIGINT)
    _, said = reading.communicate(timeout=20)
    assert reading.returncode != 0
    assert "Traceback" not in said


def test_two_processes_are_for_long_files_and_two_cores(tmp_path, monkeypatch) -> None:
    """Not for short logs, pipes, one core or a crowd of processes, nor where the user wants one."""
    log, pipe = tmp_path / "x.log", tmp_path / "pipe"
    log.write_bytes(b"x" * whole.LONG)
    os.mkfifo(pipe)
    assert whole.is_long(str(log))
    os.truncate(log, whole.LONG - 1)
    assert not whole.is_long(str(log))
    assert not whole.is_long(str(pipe))
    assert not whole.is_long("/dev/stdin")
    monkeypatch.setattr(apart.threading, "active_count", lambda: 1)
    monkeypatch.setattr(apart, "_cores", lambda: 2)
    monkeypatch.setattr(apart, "_load", lambda: 3.9)
    assert apart.possible(DEFAULTS)
    assert not apart.possible(DEFAULTS._replace(cores="one"))
    monkeypatch.setattr(apart, "_load", lambda: 4.0)
    assert not apart.possible(DEFAULTS)
    monkeypatch.setattr(apart, "_load", lambda: 0.0)
    monkeypatch.setattr(apart, "_cores", lambda: 1)
    assert not apart.possible(DEFAULTS)
