"""Following a file that stays where it is: appending, truncating, holes, and what is told about it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from chaos_writer import Seen, numbered, numbers, open_files, writing_process

from tailwatch.core.events import Data, Tick
from tailwatch.sources.clock import steady_clock


def append(path, data):
    with path.open("ab") as file:
        file.write(data)


def test_a_log_is_opened_handed_over_and_told_as_read_once(log, follow):
    """What is there comes between `opened` and `read`; `read` is told once, and appended bytes follow."""
    log.write_bytes(numbered(0, 3))
    follower, seen = follow(), Seen()
    seen.turn(follower).turn(follower)
    append(log, numbered(3))
    seen.turn(follower)
    assert seen.kinds == ["opened", "read"]
    assert numbers(seen.parts[0]) == [0, 1, 2, 3]
    assert follower.offset == log.stat().st_size


def test_an_empty_log_is_read_at_once(log, follow):
    """The end of the history is told even where there is none."""
    log.touch()
    assert Seen().turn(follow()).kinds == ["opened", "read"]


def test_a_large_log_comes_in_blocks(log, follow):
    """One look hands over at most 256 KiB, so that whoever consumes it can do something else in between."""
    log.write_bytes(numbered(0, 20_000, long=40))
    seen = Seen().turn(follow())
    blocks = [e.data for e in seen.events if isinstance(e, Data)]
    assert max(map(len, blocks)) <= 256 * 1024
    assert numbers(seen.parts[0]) == list(range(20_000))
    assert seen.kinds == ["opened", "read"]


def test_what_a_log_held_already_is_as_old_as_its_last_change(log, follow):
    """An hour of silence before the start is an hour of silence; what comes later is of now."""
    log.write_bytes(numbered(0))
    now = time.time()
    os.utime(log, (now - 3600, now - 3600))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    append(log, numbered(1))
    seen.turn(follower)
    old, new = (e.at for e in seen.events if isinstance(e, Data))
    assert old == pytest.approx(now - 3600, abs=1)
    assert new == pytest.approx(now, abs=60)


def test_bytes_are_handed_over_as_they_come(log, follow):
    """A line that is written byte by byte is complete when its bytes are joined."""
    log.touch()
    follower, seen = follow(), Seen()
    for byte in numbered(0) + "第3轮 ✓\n".encode():
        append(log, bytes([byte]))
        seen.turn(follower)
    assert seen.parts == [numbered(0) + "第3轮 ✓\n".encode()]


def test_a_truncated_log_is_read_from_its_beginning(log, follow):
    """`> log` begins a new part, which is told as read again."""
    log.write_bytes(numbered(0, 10))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.write_bytes(numbered(100))
    seen.turn(follower)
    assert seen.kinds == ["opened", "read", "truncated", "read"]
    assert [numbers(part) for part in seen.parts] == [list(range(10)), [100]]


@pytest.mark.parametrize("count", [5, 10, 200], ids=["shorter", "equally long", "longer"])
def test_a_log_that_has_grown_again_since_its_truncation_is_noticed(log, follow, count):
    """Between two looks nothing but the content tells: the bytes before the offset are others."""
    log.write_bytes(numbered(100, 10))
    before = log.stat()
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.write_bytes(numbered(500, count))
    os.utime(log, ns=(before.st_atime_ns, before.st_mtime_ns))
    seen.turn(follower)
    assert seen.kinds == ["opened", "read", "truncated", "read"]
    assert numbers(seen.parts[1]) == list(range(500, 500 + count))


def test_a_restart_that_ends_in_the_same_bytes_is_noticed_by_its_beginning(log, follow):
    """A rule of dashes before the offset looks the same in every run."""
    rule = b"-" * 80 + b"\n"
    log.write_bytes(numbered(0, 4) + rule)
    follower, seen = follow(), Seen()
    seen.turn(follower)
    log.write_bytes(numbered(5, 4) + rule + numbered(50))
    seen.turn(follower)
    assert seen.parts[1] == numbered(5, 4) + rule + numbered(50)


def test_copytruncate_with_an_appending_writer_gives_new_lines_once(log, follow):
    """logrotate copies and truncates; what the copy holds beyond the offset is read from it, then the log anew."""
    with writing_process(log) as writer:
        follower, seen = follow(), Seen()
        writer.do("write 10")
        seen.turn(follower)
        writer.do("write 5")
        Path(f"{log}.1").write_bytes(log.read_bytes())
        writer.do("truncate")
        writer.do("write 7")
        seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert [numbers(part) for part in seen.parts] == [list(range(15)), list(range(15, 22))]


def test_copytruncate_with_a_writer_that_keeps_its_offset_leaves_only_text(log, follow):
    """A log written through `>` goes on at its old offset: NUL bytes, then the new lines; offsets are those of the file."""
    with writing_process(log) as writer:
        writer.do("plain")
        follower, seen = follow(), Seen()
        writer.do("write 10")
        seen.turn(follower)
        hole = log.stat().st_size
        writer.do("truncate")
        writer.do("write 3")
        seen.until(follower, lambda: seen.kinds.count("read") == 2)
    assert seen.parts[1][:hole] == bytes(hole)
    assert numbers(seen.parts[1][hole:]) == [10, 11, 12]
    assert follower.offset == log.stat().st_size


def test_a_large_hole_is_skipped_and_counted(log, follow):
    """A hole of 10 GB is not read, but the lines behind it have the offsets of the file."""
    with log.open("wb") as file:
        file.seek(10 << 30)
        file.write(numbered(0))
    seen = Seen().turn(follow())
    skipped = sum(e.skipped for e in seen.events if isinstance(e, Data))
    assert skipped + len(seen.parts[0]) == log.stat().st_size
    assert numbers(seen.parts[0].lstrip(b"\0")) == [0]
    assert len(seen.parts[0]) < 1 << 20


def test_a_hole_at_the_end_waits_for_what_comes(log, follow):
    """A file that was made larger without writing gives nothing, and later its lines."""
    log.touch()
    os.truncate(log, 1 << 30)
    follower, seen = follow(), Seen()
    seen.turn(follower)
    append(log, numbered(0))
    seen.turn(follower)
    assert numbers(seen.parts[0].lstrip(b"\0")) == [0]
    assert follower.offset == log.stat().st_size


def test_a_log_that_is_cut_to_a_part_is_read_again_from_its_beginning(log, follow):
    """The new part holds everything that the file holds now."""
    log.write_bytes(numbered(0, 10))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    os.truncate(log, len(numbered(0, 5)))
    append(log, numbered(10))
    seen.turn(follower)
    assert [numbers(part) for part in seen.parts] == [list(range(10)), [0, 1, 2, 3, 4, 10]]


def test_a_log_that_grows_while_it_is_read_is_read_once(log, follow):
    """No line is lost or read twice however reading and writing fall together."""
    with writing_process(log) as writer:
        follower, seen = follow(), Seen()
        writer.do("write 20000", wait=False)
        seen.until(follower, lambda: len(seen.parts[0]) >= len(numbered(0, 20_000)), seconds=30)
        writer.wait_done()
        seen.turn(follower)
    assert numbers(seen.parts[0]) == list(range(20_000))
    assert len(seen.parts) == 1


def test_a_follower_goes_on_at_a_saved_position(log, follow):
    """After a restart only what is new comes; a log that changed meanwhile is read from its beginning, and says so."""
    log.write_bytes(numbered(0, 5))
    first = follow()
    Seen().turn(first)
    saved = type(first.position).load(first.position.save())
    append(log, numbered(5, 2))
    assert numbers(Seen().turn(follow(start=saved)).parts[0]) == [5, 6]
    log.unlink()
    log.write_bytes(numbered(70, 20))
    seen = Seen().turn(follow(start=saved))
    assert seen.kinds == ["truncated", "read"]
    assert numbers(seen.parts[-1]) == list(range(70, 90))


def test_a_follower_goes_on_after_what_was_read_elsewhere(log, follow):
    """The history may be read by another process; a file that is shorter than that was truncated meanwhile."""
    log.write_bytes(numbered(0, 5))
    follower = follow()
    follower.begin_at(len(numbered(0, 3)))
    assert numbers(Seen().turn(follower).parts[0]) == [3, 4]
    short = follow(start=10_000)
    seen = Seen().turn(short)
    assert seen.kinds == ["truncated", "read"]
    assert numbers(seen.parts[-1]) == list(range(5))


def test_a_saved_position_that_is_none_is_refused(follow, log):
    """A damaged state file gives an error that can be handled."""
    log.touch()
    position = type(follow().position)
    for text in ("", "[]", '{"offset": 1}', '{"offset": 1, "marker": "zz", "head": ""}'):
        with pytest.raises(ValueError):
            position.load(text)


def test_falling_behind_is_told_until_the_end_is_reached(log, follow):
    """A log that grows by more than can be read at once says how much waits, then that all was read."""
    log.write_bytes(numbered(0))
    follower, seen = follow(), Seen()
    seen.turn(follower)
    append(log, numbered(1, 60_000, long=30))
    seen.turn(follower)
    assert seen.kinds == ["opened", "read", "behind", "read"]
    assert seen.detail("behind").endswith(" MB")
    assert numbers(seen.parts[0]) == list(range(60_001))


def test_ticks_tell_whether_somebody_writes(log, follow):
    """A living writer is found, and its end is noticed; the reading process itself does not count."""
    follower, seen = follow(), Seen()

    def alive():
        follower._ticked = -10.0
        seen.turn(follower)
        return [e.writer_alive for e in seen.events if isinstance(e, Tick)][-1]

    with writing_process(log) as writer, log.open("ab"):
        writer.do("write 1")
        assert alive() is True
        assert alive() is True
        writer.end()
        assert alive() is False


def test_the_clock_of_a_follower_cannot_be_set(monkeypatch):
    """A wall clock that jumps by an hour is no hour of silence."""
    clock = steady_clock()
    before = clock()
    monkeypatch.setattr(time, "time", lambda: before + 3600)
    assert before <= clock() < before + 60


def test_events_end_when_they_are_told_to(log, follow):
    """The loop sees `stop`, closes its file and leaves no thread behind that matters."""
    log.write_bytes(numbered(0))
    descriptors = open_files()
    stop, seen = threading.Event(), Seen()
    for event in follow().events(stop):
        seen.take([event])
        if seen.kinds[-1:] == ["read"]:
            stop.set()
    assert numbers(seen.parts[0]) == [0]
    assert open_files() == descriptors
