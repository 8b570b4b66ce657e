"""Following a log that is rotated, replaced, deleted, or linked elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from chaos_writer import Seen, numbered, numbers, open_files, writing_process


def test_a_rotated_log_is_drained_before_the_new_one_is_read(log, follow):
    """What was not read yet when the log was renamed comes first; then `rotated`, once, and the new file from its beginning."""
    log.write_bytes(numbered(0, 3))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    with log.open("ab") as file:
        file.write(numbered(3, 2))
    log.rename(f"{log}.1")
    log.write_bytes(numbered(5, 2))
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
        log.write_bytes(numbered(100, 2))
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
        log.write_bytes(numbered(100))
        seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert [numbers(part) for part in seen.parts] == [[0], [100]]


def test_a_log_that_was_rotated_twice_between_two_looks_is_read_whole(log, follow):
    """The file in the middle is found under its rotated name; older rotated files and compressed ones are left alone."""
    Path(f"{log}.1").write_bytes(numbered(900))
    log.write_bytes(numbered(0, 2))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    Path(f"{log}.1").rename(f"{log}.4")
    Path(f"{log}.5.gz").write_bytes(b"\x1f\x8b")
    for n, suffix in ((2, ".3"), (4, ".2"), (6, ".1")):
        log.rename(f"{log}{suffix}")
        log.write_bytes(numbered(n, 2))
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
    log.write_bytes(numbered(0, 10))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.with_name("new").write_bytes(numbered(0, 12))
    log.with_name("new").replace(log)
    seen.until(follower, lambda: len(seen.parts[0]) == len(numbered(0, 12)))
    seen.turn(follower)
    assert seen.kinds == ["opened", "read"]
    assert numbers(seen.parts[0]) == list(range(12))


def test_another_content_that_replaces_the_log_is_read_from_its_beginning(log, follow):
    """An atomic replacement by something else is a rotation."""
    log.write_bytes(numbered(0, 10))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.with_name("new").write_bytes(numbered(50, 12))
    log.with_name("new").replace(log)
    seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert seen.kinds == ["opened", "read", "rotated", "read"]
    assert numbers(seen.parts[1]) == list(range(50, 62))


def test_a_deleted_log_is_waited_for(log, follow):
    """Its absence is told, with the path, and the file that comes in its place is read from its beginning."""
    log.write_bytes(numbered(0, 2))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.unlink()
    seen.until(follower, lambda: "waiting" in seen.kinds)
    assert str(log) in seen.detail("waiting")
    log.write_bytes(numbered(0, 1))
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
    log.write_bytes(numbered(0, 4))
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
    log.write_bytes(numbered(0))
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
        (tmp_path / name / "log").write_bytes(numbered(first, 2))
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
    log.write_bytes(numbered(0))
    (tmp_path / "other").write_bytes(numbered(10))
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
    log.write_bytes(numbered(0))
    follower, seen = follow(log), Seen()
    seen.turn(follower)
    shutil.rmtree(log.parent)
    seen.until(follower, lambda: "waiting" in seen.kinds)
    log.parent.mkdir()
    log.write_bytes(numbered(10))
    seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert [numbers(part) for part in seen.parts] == [[0], [10]]
