"""Following a log that is rotated, replaced, deleted, linked elsewhere, or not there."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from chaos_writer import Seen, numbered, numbers, open_files, writing_process

from tailwatch.core.errors import LogError, UsageError
from tailwatch.sources.file import FileFollower


def write(path, data):
    path.write_bytes(data)


def test_a_rotated_log_is_drained_before_the_new_one_is_read(log, follow):
    """What was not read yet when the log was renamed comes first; then `rotated`, once, and the new file from its beginning."""
    write(log, numbered(0, 3))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    with log.open("ab") as file:
        file.write(numbered(3, 2))
    log.rename(f"{log}.1")
    write(log, numbered(5, 2))
    seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert seen.kinds == ["opened", "read", "rotated", "read"]
    assert [numbers(part) for part in seen.parts] == [[0, 1, 2, 3, 4], [5, 6]]


def test_late_lines_of_a_rotated_log_belong_to_it(log, follow):
    """A writer that goes on in the renamed file is waited for; the lines of its successor come after its own."""
    with writing_process(log) as writer:
        follower, seen = follow(), Seen()
        writer.do("write 3")
        seen.turn(follower)
        writer.do(f"rename {log}.1")
        write(log, numbered(100, 2))
        seen.turn(follower)
        writer.do("write 2")
        seen.turn(follower)
        assert seen.kinds == ["opened", "read"]
        writer.do("reopen")
        writer.do("write 1")
        seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert seen.kinds == ["opened", "read", "rotated", "read"]
    assert [numbers(part) for part in seen.parts] == [[0, 1, 2, 3, 4], [100, 101, 5]]


def test_a_writer_that_never_reopens_its_log_does_not_hold_up_the_new_one_for_ever(log, follow):
    """After a few seconds without late lines the new file is read, whoever still has the old one open."""
    with writing_process(log) as writer:
        follower, seen = follow(hold=0.2), Seen()
        writer.do("write 1")
        seen.turn(follower)
        writer.do(f"rename {log}.1")
        write(log, numbered(100))
        seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert [numbers(part) for part in seen.parts] == [[0], [100]]


def test_a_log_that_was_rotated_twice_between_two_looks_is_read_whole(log, follow):
    """The file in the middle is found under its rotated name; older rotated files and compressed ones are left alone."""
    write(Path(f"{log}.1"), numbered(900))
    write(log, numbered(0, 2))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    Path(f"{log}.1").rename(f"{log}.4")
    write(Path(f"{log}.5.gz"), b"\x1f\x8b")
    for n, suffix in ((2, ".3"), (4, ".2"), (6, ".1")):
        log.rename(f"{log}{suffix}")
        write(log, numbered(n, 2))
        os.utime(log, (time.time() + n, time.time() + n))
    seen.until(follower, lambda: seen.kinds.count("rotated") == 3)
    assert [numbers(part) for part in seen.parts] == [[0, 1], [2, 3], [4, 5], [6, 7]]


def test_fifty_quick_rotations_lose_nothing_and_keep_no_files_open(log, follow):
    """A log that is rotated many times a second is read line by line, once, in order."""
    with writing_process(log) as writer:
        follower, seen = follow(), Seen()
        seen.turn(follower)
        descriptors = open_files()
        writer.do("rotate_often 50 0.02", wait=False)
        seen.until(follower, lambda: sum(map(len, seen.parts)) >= len(numbered(0, 1000)), seconds=30)
        writer.wait_done()
        seen.until(follower, lambda: open_files() <= descriptors, seconds=20)
    assert numbers(b"".join(seen.parts)) == list(range(1000))


def test_a_copy_with_more_in_it_replaces_the_log_without_a_replay(log, follow):
    """rsync and editors replace a file by a new one; known lines do not come again."""
    write(log, numbered(0, 10))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    write(log.with_name("new"), numbered(0, 12))
    log.with_name("new").replace(log)
    seen.until(follower, lambda: len(seen.parts[0]) == len(numbered(0, 12)))
    seen.turn(follower)
    assert seen.kinds == ["opened", "read"]
    assert numbers(seen.parts[0]) == list(range(12))


def test_another_content_that_replaces_the_log_is_read_from_its_beginning(log, follow):
    """An atomic replacement by something else is a rotation."""
    write(log, numbered(0, 10))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    write(log.with_name("new"), numbered(50, 12))
    log.with_name("new").replace(log)
    seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert seen.kinds == ["opened", "read", "rotated", "read"]
    assert numbers(seen.parts[1]) == list(range(50, 62))


def test_a_deleted_log_is_waited_for(log, follow):
    """Its absence is told, with the path, and the file that comes in its place is read from its beginning."""
    write(log, numbered(0, 2))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.unlink()
    seen.until(follower, lambda: "waiting" in seen.kinds)
    assert str(log) in seen.detail("waiting")
    write(log, numbered(0, 1))
    seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert seen.kinds == ["opened", "read", "waiting", "rotated", "read"]
    assert [numbers(part) for part in seen.parts] == [[0, 1], [0]]


def test_a_deleted_log_that_is_still_written_is_read_on(log, follow):
    """The lines that a process writes into a deleted file are not lost."""
    with writing_process(log) as writer:
        follower, seen = follow(), Seen()
        writer.do("write 1")
        seen.turn(follower)
        log.unlink()
        seen.until(follower, lambda: "waiting" in seen.kinds)
        writer.do("write 2")
        seen.until(follower, lambda: len(seen.parts[0]) == len(numbered(0, 3)))
    assert numbers(seen.parts[0]) == [0, 1, 2]


def test_the_space_of_a_deleted_log_is_given_back(log, follow):
    """A deleted file that nobody writes is not kept open; the same file under its old name later goes on where it was."""
    write(log, numbered(0, 4))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    copy = log.with_name("copy")
    shutil.copy(log, copy)
    descriptors = open_files()
    log.unlink()
    if follower._lineup.front.writer.alive() is None:
        pytest.skip("not all processes can be seen here")
    seen.until(follower, lambda: follower._lineup.front is None)
    assert open_files() < descriptors
    copy.rename(log)
    seen.until(follower, lambda: seen.kinds[-1] == "read")
    assert len(seen.parts) == 1
    assert numbers(seen.parts[0]) == [0, 1, 2, 3]


def test_a_log_that_was_moved_away_and_back_goes_on(log, follow):
    """The same file under its old name is no rotation."""
    write(log, numbered(0))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.rename(f"{log}.away")
    seen.until(follower, lambda: "waiting" in seen.kinds)
    Path(f"{log}.away").rename(log)
    seen.until(follower, lambda: seen.kinds[-1] == "opened")
    assert len(seen.parts) == 1


def test_a_link_that_points_elsewhere_is_followed_there(tmp_path, follow):
    """`latest` means another run's log now; the old one is not waited for, though it lives on."""
    for name, first in (("a", 0), ("b", 10)):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "log", numbered(first, 2))
    link = tmp_path / "latest"
    link.symlink_to("a/log")
    with writing_process(tmp_path / "a" / "log"):
        follower, seen = follow(link), Seen()
        seen.turn(follower)
        (tmp_path / "new").symlink_to("b/log")
        (tmp_path / "new").replace(link)
        seen.turn(follower)
    assert seen.kinds == ["opened", "read", "rotated", "read"]
    assert [numbers(part) for part in seen.parts] == [[0, 1], [10, 11]]


def test_a_file_that_becomes_a_link_is_followed(tmp_path, log, follow):
    """A regular log may be replaced by a link to another one."""
    write(log, numbered(0))
    write(tmp_path / "other", numbered(10))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.unlink()
    log.symlink_to("other")
    seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert [numbers(part) for part in seen.parts] == [[0], [10]]


def test_a_directory_that_is_removed_and_made_again_is_no_end(tmp_path, follow):
    """The log in a recreated directory is found."""
    log = tmp_path / "run" / "log"
    log.parent.mkdir()
    write(log, numbered(0))
    follower, seen = follow(log), Seen()
    seen.turn(follower)
    shutil.rmtree(log.parent)
    seen.until(follower, lambda: "waiting" in seen.kinds)
    log.parent.mkdir()
    write(log, numbered(10))
    seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert [numbers(part) for part in seen.parts] == [[0], [10]]


def test_a_log_that_does_not_exist_yet_is_waited_for(tmp_path, follow):
    """Path and reason are told; then it is opened like any other. Without waiting it is wrong usage."""
    log = tmp_path / "later" / "log"
    follower, seen = follow(log), Seen()
    seen.turn(follower).turn(follower)
    assert seen.kinds == ["waiting"]
    assert seen.detail("waiting") == f"{log}: No such file or directory"
    log.parent.mkdir()
    write(log, numbered(0))
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
    write(log, numbered(0))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.unlink()
    log.mkdir()
    seen.until(follower, lambda: "waiting" in seen.kinds)
    log.rmdir()
    write(log, numbered(10))
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
        write(log, b"line\n")
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
    write(log, numbered(0))
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
    write(log, numbered(0, 3))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    follower._lineup.front.is_remote = True
    right = log.read_bytes()
    write(log, b"")
    seen.turn(follower)
    write(log, right + numbered(3))
    seen.turn(follower)
    assert seen.kinds == ["opened", "read"]
    assert numbers(seen.parts[0]) == [0, 1, 2, 3]
    write(log, b"")
    seen.turn(follower).turn(follower)
    assert seen.kinds == ["opened", "read", "truncated", "read"]
