"""A follower against a model: whatever is done to a log between two looks, lines come in order, once, and none that could be
read is missing. After Vector's test of its file source: write, rotate, delete, truncate, replace, copy, read, in any order.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from chaos_writer import Seen, numbered, numbers

from tailwatch.sources.file import FileFollower


def complete(part: bytes) -> bytes:
    """The complete lines of a part; a log may be truncated in the middle of one."""
    return part[: part.rfind(b"\n") + 1].lstrip(b"\0")


class FollowedLog(RuleBasedStateMachine):
    """One log, its writer, its follower, and the lines that the follower must have seen once it has looked.

    A known limit: the log is copied at most once between two whole looks. Where copies of copies pile up unseen (copytruncate
    and atomic replacement in turn), some of their lines are read twice.
    """

    def __init__(self):
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="follow."))
        self.log = self.directory / "log"
        self.follower = FileFollower(self.log, hints=False, hold=0.0)
        self.seen = Seen()
        self.written = 0
        self.half = b""
        self.unread: list[int] = []  # in the present file, and not looked at since
        self.known = False  # whether the follower has the present file open
        self.must: list[int] = []
        self.rotations = 0
        self.copied = False  # since the last whole look

    def teardown(self):
        try:
            self.finish_half()
            if not self.log.exists():
                self.create()
            self.look()
            self.look()
            self.check()
        finally:
            self.follower.close()
            shutil.rmtree(self.directory)

    def append(self, data):
        with self.log.open("ab") as file:
            file.write(data)

    def finish_half(self):
        if self.half and self.log.exists():
            self.append(self.half)
            self.unread.append(self.written)
            self.written += 1
        self.half = b""

    @precondition(lambda self: self.log.exists())
    @rule(count=st.integers(1, 40), long=st.sampled_from([0, 0, 0, 30_000]))
    def write(self, count, long):
        """Append whole lines; now and then more than a block."""
        self.finish_half()
        self.append(numbered(self.written, count, long=long))
        self.unread += range(self.written, self.written + count)
        self.written += count

    @precondition(lambda self: self.log.exists() and not self.half)
    @rule(cut=st.integers(1, 9))
    def write_half(self, cut):
        """Append a line of which the end comes later, or never."""
        line = numbered(self.written)
        self.append(line[:cut])
        self.half = line[cut:]

    @precondition(lambda self: not self.log.exists())
    @rule()
    def create(self):
        """The log comes (again), as another file."""
        self.log.touch()
        self.known = False

    def leave(self):
        """The present file gets another name or none: what was not read of it can be, if it is open."""
        self.finish_half()
        if self.known:
            self.must += self.unread
        self.unread = []

    @precondition(lambda self: self.log.exists())
    @rule()
    def rotate(self):
        """Rename and create, as logging and logrotate do."""
        self.leave()
        self.rotations += 1
        self.log.rename(f"{self.log}.{self.rotations}")
        self.create()

    @precondition(lambda self: self.log.exists())
    @rule()
    def delete(self):
        """Somebody removes the log."""
        self.leave()
        self.log.unlink()

    @precondition(lambda self: self.log.exists())
    @rule(count=st.integers(0, 60))
    def truncate_and_write(self, count):
        """`> log`, and the new run's lines before the next look."""
        self.half = ""
        self.unread = []
        os.truncate(self.log, 0)
        if count:
            self.write(count, 0)

    @precondition(lambda self: self.log.exists() and not self.copied)
    @rule()
    def copytruncate(self):
        """logrotate with copytruncate."""
        self.copied = True
        self.finish_half()
        self.rotations += 1
        shutil.copy(self.log, f"{self.log}.{self.rotations}")
        os.truncate(self.log, 0)
        self.unread = []

    @precondition(lambda self: self.log.exists() and not self.copied)
    @rule(count=st.integers(0, 5))
    def replace_by_copy(self, count):
        """rsync: a new file with the same content, and more."""
        self.copied = True
        self.finish_half()
        copy = self.directory / "copy"
        shutil.copy(self.log, copy)
        copy.replace(self.log)
        if self.known:
            self.must += self.unread
        self.known = False
        if count:
            self.write(count, 0)

    @rule()
    def look(self):
        """The follower reads all that it can get at."""
        self.seen.turn(self.follower)
        self.seen.turn(self.follower)
        self.copied = False
        if self.log.exists():
            self.must += self.unread
            self.unread = []
            self.known = True

    @rule()
    def glance(self):
        """The follower looks once, and may have to go on later."""
        self.seen.take(self.follower.poll())

    @invariant()
    def check(self):
        """Each line once, in order; nothing that was not written, everything that had to be seen (after a whole look)."""
        found = [n for part in self.seen.parts for n in numbers(complete(part))]
        assert found == sorted(set(found))
        assert set(found) <= set(range(self.written))
        if not self.follower._lineup.has_more and len(self.follower._lineup._logs) == 1:
            missing = set(self.must) - set(found)
            assert not missing or max(missing) > max(found, default=-1), missing


FollowedLog.TestCase.settings = settings(
    max_examples=int(os.environ.get("FOLLOW_EXAMPLES", "40")),
    stateful_step_count=25,
    deadline=None,
    derandomize="FOLLOW_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)


class TestFollowedLog(FollowedLog.TestCase):
    """Random actions on a log."""
