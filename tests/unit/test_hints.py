"""Notifications only shorten the wait: with them, without them, and when they fail or keep silent, every line is seen."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from chaos_writer import Seen, numbered, numbers

from tailwatch.sources import file, hints, rest
from tailwatch.sources.file import FileFollower


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """The watcher does not wait for a first screen here."""
    monkeypatch.setattr(hints, "_BEGIN_AFTER_S", 0.0)
    monkeypatch.setattr(hints, "_REARM_S", 0.05)


@contextmanager
def following(path, **options):
    """Run `events` in a thread, as the monitor does."""
    seen, stop = Seen(), threading.Event()
    follower = FileFollower(path, **options)

    def run():
        for event in follower.events(stop):
            seen.take([event])

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield seen, follower
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def eventually(condition, seconds=10.0):
    """Wait until it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def append(path, data):
    with path.open("ab") as log:
        log.write(data)


def silent(_directories, stop, _step, _happened, _still_right):
    """A watcher that never says anything: a network or overlay file system, or a queue that overflowed."""
    stop.wait(30)


def broken(_directories, _stop, _step, _happened, _still_right):
    """A watcher that cannot work: no more instances, no more space for watches."""
    raise OSError(24, "Too many open files")


@pytest.mark.parametrize("watcher", [file.watch_directories, silent, broken, None], ids=["real", "silent", "broken", "none"])
def test_every_line_is_seen_whatever_the_watcher_does(tmp_path, monkeypatch, watcher):
    """Appending, rotating and truncating are seen by our own look; a watcher that fails is told of, once."""
    if watcher is not None:
        monkeypatch.setattr(file, "watch_directories", watcher)
    log = tmp_path / "log"
    log.write_bytes(numbered(0))
    with following(log, hints=watcher is not None) as (seen, _):
        eventually(lambda: "read" in seen.kinds)
        for n in range(1, 4):
            append(log, numbered(n))
            eventually(lambda n=n: len(seen.parts[-1]) == len(numbered(0, n + 1)))
        log.rename(f"{log}.1")
        log.write_bytes(numbered(10))
        eventually(lambda: len(seen.parts) == 2 and seen.parts[1])
        log.write_bytes(numbered(20, 3))
        eventually(lambda: len(seen.parts) == 3 and len(seen.parts[2]) == len(numbered(20, 3)))
        if watcher is broken:
            eventually(lambda: "polling" in seen.kinds)
    assert [numbers(part) for part in seen.parts] == [[0, 1, 2, 3], [10], [20, 21, 22]]
    assert seen.kinds.count("polling") == (watcher is broken)


def test_a_hint_wakes_a_resting_follower(tmp_path, monkeypatch):
    """A follower that would look again in a minute sees a line at once; also one in the directory that a link points to."""
    for name in ("_ACTIVE_S", "_USUAL_S", "_IDLE_S"):
        monkeypatch.setattr(rest, name, 60.0)
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real/log")
    log = tmp_path / "real" / "log"
    log.touch()
    with following(tmp_path / "link") as (seen, follower):
        eventually(lambda: follower._hints.working)
        time.sleep(0.2)
        append(log, numbered(0))
        eventually(lambda: seen.parts[0])
    assert numbers(seen.parts[0]) == [0]


def test_a_directory_that_is_made_anew_is_watched_again(tmp_path, monkeypatch):
    """The watcher follows the name, not the inode that it once had."""
    for name in ("_ACTIVE_S", "_USUAL_S", "_IDLE_S"):
        monkeypatch.setattr(rest, name, 1.0)
    log = tmp_path / "run" / "log"
    log.parent.mkdir()
    log.write_bytes(numbered(0))
    with following(log) as (seen, follower):
        eventually(lambda: follower._hints.working and seen.parts[0])
        before = follower._hints._directories()
        log.parent.rename(tmp_path / "old")
        log.parent.mkdir()
        log.write_bytes(numbered(1))
        eventually(lambda: len(seen.parts) == 2 and seen.parts[1])
        eventually(lambda: follower._hints.working and follower._hints._directories() != before)
        for name in ("_ACTIVE_S", "_USUAL_S", "_IDLE_S"):
            monkeypatch.setattr(rest, name, 60.0)
        time.sleep(1.2)
        append(log, numbered(2))
        eventually(lambda: len(seen.parts[1]) == len(numbered(1, 2)))
    assert [numbers(part) for part in seen.parts] == [[0], [1, 2]]


def test_a_sibling_whose_name_is_not_utf8_ends_the_hints_and_nothing_else(tmp_path):
    """The watcher dies of it; the log is polled from then on, and it is told."""
    log = tmp_path / "log"
    log.touch()
    with following(log) as (seen, follower):
        eventually(lambda: follower._hints.working)
        time.sleep(0.2)
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.tmp")).touch()
        eventually(lambda: "polling" in seen.kinds or not follower._hints._thread.is_alive() or seen.parts[0])
        append(log, numbered(0))
        eventually(lambda: seen.parts[0])
    assert numbers(seen.parts[0]) == [0]


def test_only_following_loads_the_watcher():
    """`report` and `export` read without watchfiles: it costs start-up time."""
    code = "import sys, tailwatch.sources.whole, tailwatch.sources.file; sys.exit('watchfiles' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
