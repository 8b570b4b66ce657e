"""Verdicts that depend on the course of the run: what came after a message, and which failure all others follow from."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from hearing import TRACEBACK, listen

from tailwatch.catalogue.listener import Listener
from tailwatch.core.events import Data
from tailwatch.session import Session


def test_later_lines_change_a_verdict():
    """The late setting of memory growth is covered where the environment has turned it on, also when that is said later."""
    late = "RuntimeError: Physical devices cannot be modified after being initialized"
    forced = "I gpu.cc:45] Overriding allow_growth setting because the TF_FORCE_GPU_ALLOW_GROWTH environment variable is set."
    assert [one.label for one in listen(late)] == ["actionable"]
    assert [one.label for one in listen(f"{forced}\n{late}")] == ["info", "harmless"]
    listener = Listener()
    assert [one.label for one in listen(f"{late}\n{forced}", listener)] == ["actionable", "info", "harmless"]
    entry = next(entry for entry in listener.book.entries() if entry.label == "harmless")
    assert [(change.label, change.line) for change in entry.changes] == [("actionable", 2)]


def test_exception_that_training_survived_is_not_fatal():
    """An exception is fatal until training values come after it."""
    listener = Listener()
    assert [one.label for one in listen(TRACEBACK, listener)] == ["fatal"]
    assert listener.revise() == ()
    listener.trained_at = (0, 9)
    assert [one.label for one in listener.revise()] == ["actionable"]


@pytest.mark.parametrize(
    ("harmless", "fatal"),
    [
        (
            "[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 8, reducing to 4",
            "[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 1, reducing to 1",
        ),
        ("NVRM: Xid (PCI:0000:3b:00): 13, pid=77, Graphics", "NVRM: Xid (PCI:0000:3b:00): 79, pid=77, Graphics"),
    ],
)
def test_the_cache_of_shapes_holds_no_verdict(harmless, fatal):
    """A session that has heard the harmless line of a shape many times still knows the fatal one."""
    session = Session()
    session.feed(Data(f"{harmless}\n".encode() * 20 + f"{fatal}\n".encode() + f"{harmless}\n".encode(), 0.0))
    counts = {entry.label: entry.count for entry in session.messages.entries()}
    assert counts.pop("fatal") == 1
    assert list(counts.values()) == [21]


def test_the_run_has_to_go_on_before_an_exception_is_believed_survived():
    """A value that another process prints after the first failure does not make it harmless; training that goes on does."""
    rows = [f"epoch {n} loss {1 / n:.3f}" for n in range(1, 9)]
    crash = "[rank3]: RuntimeError: The size of tensor a (4) must match the size of tensor b (3)"
    end = "W0801 13:23:17.366000 32974 torch/distributed/elastic/api.py:900] Sending process 33051 closing signal SIGTERM"
    dead, alive = Session(), Session()
    dead.feed(Data("\n".join([*rows[:3], crash, rows[3], end, ""]).encode(), 0.0))
    alive.feed(Data("\n".join([*rows[:3], crash, *rows[3:], ""]).encode(), 0.0))
    dead.finish()
    first, effect = dead.messages.entries()
    assert (first.label, first.first_rank, first.effect_of) == ("fatal", 3, 0)
    assert effect.effect_of == first.first_line
    (survived,) = alive.messages.entries()
    assert survived.label == "actionable"
    assert [change.label for change in survived.changes] == ["fatal"]


RANK_FAILS = """[rank3]: Traceback (most recent call last):
[rank3]:   File "/home/me/train.py", line 3, in <module>
[rank3]:     main()
[rank3]: ValueError: bad sample 17 in shard 4
"""
API = "torch/distributed/elastic/multiprocessing/api.py"
CLOSING = f"W1124 10:00:00.000000 140 {API}:898] Sending process 141 closing signal SIGTERM\n"
ACCOUNT = f"E1124 10:00:01.000000 140 {API}:870] failed (exitcode: 1) local_rank: 3 (pid: 144) of binary: /usr/bin/python\n"
PEER = RANK_FAILS.replace("rank3", "rank1").replace(
    "ValueError: bad sample 17 in shard 4",
    "RuntimeError: [../third_party/gloo/gloo/transport/tcp/pair.cc:534] Connection closed by peer [10.0.0.2]:29500",
)


def steps(first, count):
    return "".join(f"epoch 1 step {n} loss {1 / n:.4f}\n" for n in range(first, first + count))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (steps(10, 3) + RANK_FAILS + CLOSING + ACCOUNT, 4),
        (steps(10, 3) + RANK_FAILS + steps(13, 1) + CLOSING + ACCOUNT, 4),
        (steps(10, 3) + RANK_FAILS + steps(13, 8) + CLOSING + ACCOUNT, 4),
        (steps(10, 3) + PEER + CLOSING + RANK_FAILS + ACCOUNT, 9),
        (steps(10, 3) + CLOSING + RANK_FAILS + ACCOUNT, 5),
    ],
)
def test_the_first_failing_rank_wins_over_what_follows_from_it(text, line):
    """Whatever other ranks print between or before, the failure itself is named, and the signals are its effects."""
    session = Session()
    session.feed(Data(text.encode(), 0.0))
    session.finish()
    (crashed,) = [finding.opinion for finding in session.findings.open if finding.opinion.id in ("crashed", "killed")]
    assert (crashed.id, crashed.since.line) == ("crashed", line)
    assert session.run.outcome() == "crashed"
    fatal = {entry.first_line: entry.effect_of for entry in session.messages.entries() if entry.label == "fatal"}
    assert fatal.pop(line) == 0
    assert set(fatal.values()) == {line}


def test_a_death_signal_from_outside_is_the_cause():
    """A failure that training outlived for long is not blamed for the signal that ended the run."""
    received = f"W1124 10:00:00.000000 140 {API}:900] Received 15 death signal, shutting down workers\n"
    session = Session()
    session.feed(Data((steps(10, 3) + RANK_FAILS + steps(13, 40) + received + CLOSING).encode(), 0.0))
    session.finish()
    assert [finding.opinion.id for finding in session.findings.open if finding.opinion.id in ("crashed", "killed")] == ["killed"]
