"""A pipe as the log: read to its end, with the keys from the terminal; and all the ways in which there is no pipe."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pexpect
import pytest

from tailwatch.core.errors import UsageError
from tailwatch.core.events import Data, Notice, Tick
from tailwatch.sources.stdin import StdinSource

ROOT = Path(__file__).parents[2]


def kinds(events):
    return [event.kind for event in events if isinstance(event, Notice)]


def content(events):
    return b"".join(event.data for event in events if isinstance(event, Data))


def test_a_pipe_is_read_to_its_end():
    """Everything comes, in order; its end is told, with a writer that is gone."""
    reader, writer = os.pipe()
    lines = b"".join(b"line %d\n" % n for n in range(50_000))
    feeder = threading.Thread(target=lambda: os.fdopen(writer, "wb").write(lines))
    feeder.start()
    events = list(StdinSource(reader).events(threading.Event()))
    feeder.join()
    os.close(reader)
    assert content(events) == lines
    assert kinds(events) == ["opened", "read", "ended"]
    assert events[-2] == Tick(events[-2].at, writer_alive=False)
    assert [e.at for e in events] == sorted(e.at for e in events)


def test_read_is_told_when_nothing_waits_in_the_pipe():
    """What was written before the start is history, what comes later is live."""
    reader, writer = os.pipe()
    os.write(writer, b"before\n")
    events = StdinSource(reader).events(threading.Event())
    assert [type(next(events)) for _ in range(2)] == [Notice, Data]
    assert next(events).kind == "read"
    os.write(writer, b"after\n")
    assert next(events).data == b"after\n"
    os.close(writer)
    assert kinds(list(events)) == ["ended"]
    os.close(reader)


def test_a_file_or_nothing_as_standard_input_ends(tmp_path):
    """`tailwatch watch - < log` and `< /dev/null` come to an end at once."""
    log = tmp_path / "log"
    log.write_bytes(b"line\n")
    for path, wanted in ((log, b"line\n"), (os.devnull, b"")):
        with Path(path).open("rb") as file:
            events = list(StdinSource(file.fileno()).events(threading.Event()))
        assert content(events) == wanted
        assert kinds(events) == ["opened", "read", "ended"]


def test_a_pipe_that_does_not_block_is_waited_for():
    """A pipe may be shared with a process that made it non-blocking."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    timer = threading.Timer(0.1, lambda: (os.write(writer, b"late\n"), os.close(writer)))
    timer.start()
    assert content(StdinSource(reader).events(threading.Event())) == b"late\n"
    timer.join()
    os.close(reader)


def test_a_pipe_is_left_when_it_is_told_to():
    """`stop` ends the loop although nothing comes."""
    reader, writer = os.pipe()
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    assert kinds(StdinSource(reader).events(stop)) == ["opened", "read"]
    os.close(reader)
    os.close(writer)


def test_a_closed_descriptor_or_a_terminal_is_wrong_usage():
    """The error says what to write."""
    master, terminal = os.openpty()
    with pytest.raises(UsageError, match="nothing is piped"):
        list(StdinSource(terminal).events(threading.Event()))
    os.close(master)
    os.close(terminal)
    with pytest.raises(UsageError, match="closed"):
        list(StdinSource(terminal).events(threading.Event()))


_TAKE = """
import os, sys, threading
from tailwatch.core.errors import UsageError
from tailwatch.sources.stdin import StdinSource, take_stdin
try:
    pipe = take_stdin()
except UsageError as error:
    print("refused:", error)
    sys.exit(error.exit_code)
data = b"".join(getattr(e, "data", b"") for e in StdinSource(pipe).events(threading.Event()))
print("log:", data, "keys from a terminal:", os.isatty(0), flush=True)
print("key:", os.read(0, 10))
"""


@pytest.mark.pty
def test_the_pipe_is_the_log_and_the_terminal_gives_the_keys():
    """`python train.py | tailwatch -`: descriptor 0 is the terminal afterwards, the pipe is read elsewhere."""
    command = f"cd {ROOT} && printf 'epoch 1\\n' | {sys.executable} -c \"$CODE\""
    child = pexpect.spawn("/bin/sh", ["-c", command], env={**os.environ, "CODE": _TAKE}, timeout=20)
    child.expect(r"log: b'epoch 1\\n' keys from a terminal: True")
    child.send("q\r")
    child.expect(r"key: b'q\\n'")
    child.close()


@pytest.mark.pty
@pytest.mark.parametrize(("redirection", "sentence"), [("", "nothing is piped"), ("<&-", "closed")])
def test_without_a_pipe_the_user_is_told(redirection, sentence):
    """A terminal, or nothing at all, on descriptor 0."""
    command = f'cd {ROOT} && {sys.executable} -c "$CODE" {redirection}'
    child = pexpect.spawn("/bin/sh", ["-c", command], env={**os.environ, "CODE": _TAKE}, timeout=20)
    child.expect(f"refused: .*{sentence}")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2


def test_without_a_terminal_the_user_is_told():
    """In a job or behind cron there are no keys: another command is named."""
    done = subprocess.run(
        [sys.executable, "-c", _TAKE], input=b"x\n", capture_output=True, cwd=ROOT, start_new_session=True, timeout=20
    )
    assert done.returncode == 2
    assert b"tailwatch watch -" in done.stdout
