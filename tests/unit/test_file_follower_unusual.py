"""Following what is no ordinary file: not there, not readable, oddly named, a pipe, on a file system that fails."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from chaos_writer import Seen, numbered, numbers

from tailwatch.core.errors import LogError, UsageError
from tailwatch.sources.file import FileFollower


def test_a_log_that_does_not_exist_yet_is_waited_for(tmp_path, follow):
    """Path and reason are told; then it is opened like any other. Without waiting it is wrong usage."""
    log = tmp_path / "later" / "log"
    follower, seen = follow(log), Seen()
    seen.turn(follower).turn(follower)
    assert seen.kinds == ["waiting"]
    assert seen.detail("waiting") == f"{log}: No such file or directory"
    log.parent.mkdir()
    log.write_bytes(numbered(0))
    seen.turn(follower)
    assert seen.kinds == ["waiting", "opened", "read"]
    with pytest.raises(UsageError, match="no such file"):
        FileFollower(tmp_path / "never", wait=False)


def test_directories_and_devices_are_refused_with_a_sentence(tmp_path):
    """A folder, /dev/zero or a socket is no log; the error says what to do and has exit code 2."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for path, what in ((tmp_path, "directory"), ("/dev/zero", "device"), (tmp_path / "socket", "socket")):
            with pytest.raises(UsageError, match=what) as refused:
                FileFollower(path)
            assert refused.value.exit_code == 2


def test_a_directory_in_the_log_s_place_is_waited_out(log, follow):
    """While it runs even a directory under the log's name is only a reason to wait."""
    log.write_bytes(numbered(0))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.unlink()
    log.mkdir()
    seen.until(follower, lambda: "waiting" in seen.kinds)
    log.rmdir()
    log.write_bytes(numbered(10))
    seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert numbers(seen.parts[1]) == [10]


_FOLLOW_AS_NOBODY = """
import json, os, sys
from tailwatch.core.errors import TailwatchError
from tailwatch.sources.file import FileFollower
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    FileFollower(sys.argv[1], wait=False)
except TailwatchError as error:
    print(json.dumps([str(error), error.exit_code]), flush=True)
follower = FileFollower(sys.argv[1], hints=False)
for _ in sys.stdin:
    events = [e for _ in range(3) for e in follower.poll()]
    events = [e for e in events if not hasattr(e, "writer_alive")]
    print(json.dumps([e.kind if hasattr(e, "kind") else e.data.decode() for e in events]), flush=True)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="takes another user")
def test_a_log_that_may_not_be_read_is_waited_for(tmp_path_factory):
    """`denied` is told once; as soon as it may be read it is opened."""
    directory = Path(subprocess.check_output(["mktemp", "-d", "/tmp/denied.XXXXXX"], text=True).strip())
    try:
        directory.chmod(0o755)
        log = directory / "log"
        log.write_bytes(b"line\n")
        log.chmod(0)
        child = subprocess.Popen(
            [sys.executable, "-c", _FOLLOW_AS_NOBODY, str(log)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip

        def poll():
            child.stdin.write("\n")
            return json.loads(child.stdout.readline())

        with child:
            sentence, code = json.loads(child.stdout.readline())
            assert "cannot be read" in sentence
            assert code == LogError.exit_code
            assert [poll(), poll()] == [["denied"], []]
            log.chmod(0o644)
            assert poll() == ["opened", "line\n", "read"]
            child.stdin.close()
    finally:
        shutil.rmtree(directory)


@pytest.mark.parametrize(
    "name", [b"\xff\xfe.log", "journal-第3轮.log".encode(), b"a~", b"with\nnewline", b".venv/log", b"node_modules/log"]
)
def test_any_name_is_followed(tmp_path, follow, name):
    """Names that are not UTF-8, names that editors use for copies and directories that watchers hide are logs too."""
    path = tmp_path / os.fsdecode(name)
    path.parent.mkdir(exist_ok=True)
    for given in (path, str(path), os.fsencode(path)):
        path.write_bytes(numbered(0))
        seen = Seen().turn(follow(given))
        assert numbers(seen.parts[0]) == [0]
        assert seen.detail("opened").isprintable()
        assert seen.detail("opened").encode("utf-8")


def test_a_named_pipe_is_read_as_a_stream(tmp_path, follow):
    """Writers may come and go; nothing is sought, nothing is read again."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    follower, seen = follow(pipe), Seen()
    seen.turn(follower)
    for n in range(2):
        with pipe.open("wb") as writer:
            writer.write(numbered(n))
            writer.flush()
            seen.turn(follower)
        seen.turn(follower)
    assert seen.kinds == ["opened", "read"]
    assert numbers(seen.parts[0]) == [0, 1]


def test_a_pipe_without_a_name_ends(follow):
    """`tailwatch <(command)`: when its writer is gone nothing can come."""
    reader, writer = os.pipe()
    os.write(writer, numbered(0))
    os.close(writer)
    seen = Seen()
    seen.take(list(follow(f"/dev/fd/{reader}").events(threading.Event())))
    os.close(reader)
    assert seen.kinds == ["opened", "read", "ended"]
    assert numbers(seen.parts[0]) == [0]


def test_a_file_system_that_fails_is_tried_again(log, follow, monkeypatch):
    """A stale handle (NFS) or an error of the disk is told, and reading goes on where it was."""
    log.write_bytes(numbered(0))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    working = os.pread

    def failing(*_):
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr(os, "pread", failing)
    seen.turn(follower)
    monkeypatch.setattr(os, "pread", working)
    with log.open("ab") as file:
        file.write(numbered(1))
    seen.until(follower, lambda: len(seen.parts[0]) == len(numbered(0, 2)))
    assert seen.kinds == ["opened", "read", "lost", "opened", "read"]
    assert "Stale file handle" in seen.detail("lost")
    assert numbers(seen.parts[0]) == [0, 1]


def test_one_late_answer_of_a_server_is_no_truncation(log, follow):
    """On a remote file system content that does not fit must be seen twice, and nothing behind the told size is read."""
    log.write_bytes(numbered(0, 3))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    follower._lineup.front.is_remote = True
    right = log.read_bytes()
    log.write_bytes(b"")
    seen.turn(follower)
    log.write_bytes(right + numbered(3))
    seen.turn(follower)
    assert seen.kinds == ["opened", "read"]
    assert numbers(seen.parts[0]) == [0, 1, 2, 3]
    log.write_bytes(b"")
    seen.turn(follower).turn(follower)
    assert seen.kinds == ["opened", "read", "truncated", "read"]
