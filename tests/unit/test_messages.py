"""Prefixes, joined lines, folded repeats, and verdicts that change as the run goes on."""

from pathlib import Path

import pytest

from tailwatch.catalogue.listener import Listener
from tailwatch.core.events import Data, Line
from tailwatch.core.joining import Joiner, user_frame
from tailwatch.core.peeling import headline, peel
from tailwatch.session import Session

TRACEBACK = """Traceback (most recent call last):
  File "/home/me/train.py", line 12, in main
    step(batch)
  File "/usr/lib/python3.11/site-packages/torch/nn/modules/module.py", line 5, in call
    return forward(*args)
ValueError: bad shape"""


def lines(text):
    return [Line(row.encode(), number, 0, 0.0) for number, row in enumerate(text.splitlines(), 1)]


def listen(text, listener=None):
    listener = listener or Listener()
    return [said for line in lines(text) for said in listener.hear(line, listener.interest(line.raw.decode()))]


@pytest.mark.parametrize(
    ("text", "rest", "fields"),
    [
        ("2021-05-05 10:00:00 | WARNING | root | low memory", "low memory", {"level": "warning"}),
        ("W0000 00:00:1751448151.003754   10148 placer.cc:177] twice", "twice", {"level": "warning", "emitter": "placer.cc:177"}),
        (
            "2023-10-09 13:36:23.355516: E xla/cuda/cuda_dnn.cc:9342] twice",
            "twice",
            {"level": "error", "emitter": "xla/cuda/cuda_dnn.cc:9342"},
        ),
        ("[rank3]: ValueError: bad", "bad", {"rank": 3, "klass": "ValueError"}),
        ("/opt/a/b.py:12: UserWarning: careful", "careful", {"klass": "UserWarning", "emitter": "/opt/a/b.py:12"}),
        ("训练失败: RuntimeError: 坏了", "坏了", {"wrapper": "训练失败", "klass": "RuntimeError"}),
        ("WARNING:tensorflow:slow", "slow", {"level": "warning", "emitter": "tensorflow"}),
        ("(RayTrainWorker pid=4242) torch.cuda.OutOfMemoryError: CUDA", "CUDA", {"klass": "torch.cuda.OutOfMemoryError"}),
        ("Epoch 3 loss 0.5", "Epoch 3 loss 0.5", {"level": "", "klass": ""}),
        ("critical       0.82      0.79", "critical       0.82      0.79", {"level": ""}),
        ("[12/30 02:21:13] d2.modeling WARNING: odd", "odd", {"level": "warning", "emitter": "d2.modeling"}),
        ("100%|████| 10/10 [00:01<00:00, 8.0it/s]WARNING:root:slow", "slow", {"level": "warning", "emitter": "root"}),
        ("9/10 [==>.] - loss: 0.5WARNING:tensorflow:slow", "slow", {"level": "warning", "emitter": "tensorflow"}),
        ("Epoch 1: 80%|█| 8/10 [00:01<00:00]/opt/a.py:3: UserWarning: odd", "odd", {"klass": "UserWarning"}),
        ("[WARNING|logging.py:313] 2024-01-01 10:00:00,111 >> odd", "odd", {"level": "warning", "emitter": "logging.py:313"}),
        ("WARNING 01-02 10:00:00 [config.py:33] slow", "slow", {"level": "warning", "emitter": "config.py:33"}),
        ("ip-1-2-3:12:99 [3] NCCL WARN call failed", "call failed", {"level": "warning", "emitter": "NCCL", "rank": 3}),
        ("[rank1]:[E1114 10:00:00.0 NCCL.cpp:616] [Rank 1] stuck", "stuck", {"level": "error", "rank": 1}),
        ("2025-12-07 17:30:42.502\thost:0\ttrain:305\tWARNING\todd", "odd", {"level": "warning"}),
        ('time=2024-01-01T10:00:00Z level=warning msg="odd"', '"odd"', {"level": "warning"}),
        ('{"level": "error", "msg": "odd"}', "odd", {"level": "error"}),
    ],
)
def test_prefixes_become_fields(text, rest, fields):
    """What surrounds a message is taken off and kept as fields."""
    peeled = peel(text)
    assert peeled.rest == rest
    assert {name: getattr(peeled, name) for name in fields} == fields


@pytest.mark.parametrize(
    "attack", [" " * 9000, "[" * 9000, "12:" * 4000, "a." * 6000, "WARNING " * 2000, "失败" * 4000, "-" * 9000]
)
def test_peeling_ends_on_hostile_lines(attack):
    """Long runs of anything that may begin a prefix are peeled too."""
    assert len(peel(attack).rest) <= len(attack)


def test_traceback_is_one_event_with_its_last_line_and_own_frame():
    """A traceback is joined up to its exception line, whose words and whose innermost frame of the user are found."""
    joiner = Joiner()
    events = [event for line in lines(TRACEBACK) for event in joiner.feed(line)]
    assert [(event.line, event.last_line) for event in events] == [(1, 6)]
    assert headline(events[0].text) == "ValueError: bad shape"
    assert user_frame(events[0].text) == "/home/me/train.py:12 in main"


def test_tracebacks_of_two_ranks_are_kept_apart():
    """Interleaved tracebacks, marked by rank, come out as one event each, and a metric between them is passed on."""
    rows = TRACEBACK.splitlines()
    mixed = [f"[rank{rank}]: {row}" for row in rows for rank in (0, 1)]
    mixed.insert(5, "step 3 loss 0.5")
    joiner = Joiner()
    events = [event for line in lines("\n".join(mixed)) for event in joiner.feed(line)]
    assert [event.rank for event in events if "Traceback" in event.text] == [0, 1]
    assert [event.text for event in events if "Traceback" not in event.text] == ["step 3 loss 0.5"]


def test_single_lines_are_never_held_back_and_source_lines_join_them():
    """A warning is given at once; the source line that Python prints below it belongs to it, and is not judged."""
    listener = Listener()
    first, second = "/opt/a.py:3: UserWarning: careful", "  warnings.warn('CUDA out of memory')"
    assert [one.label for one in listen(first, listener)] == ["unknown"]
    listener = Listener()
    listen(f"{first}\n{second}", listener)
    (entry,) = listener.book.entries()
    assert (entry.label, entry.count, entry.last_line) == ("unknown", 1, 2)
    assert entry.sample == f"{first}\n{second}"


def test_a_metric_right_after_a_warning_is_read():
    """What follows a warning is only part of it if it looks like it."""
    session = Session()
    session.feed(Data(b"/opt/a.py:3: UserWarning: careful\nepoch 1 loss 0.5\nepoch 2 loss 0.4\n", 0.0))
    assert [list(series.values) for series in session.run.series()] == [[0.5, 0.4]]


def test_a_warning_of_several_lines_is_one_message():
    """The lines between a warning and its source line are its own; without a source line they are not."""
    listener = Listener()
    listen("/opt/a.py:3: UserWarning: first half\nsecond half.\n  warnings.warn(text)\nall is well", listener)
    (entry,) = listener.book.entries()
    assert entry.sample.splitlines()[1] == "second half."
    assert entry.last_line == 3
    listener = Listener()
    listen("/opt/a.py:3: UserWarning: first half\nsecond half.", listener)
    (entry,) = listener.book.entries()
    assert entry.last_line == 1


def test_lines_below_an_exception_make_its_verdict():
    """The indented lines of a long exception text are judged with it, once."""
    listener = Listener()
    text = "RuntimeError: Error(s) in loading state_dict for Net:\n\tsize mismatch for fc.weight: copying a param with shape"
    listen(text, listener)
    (entry,) = listener.book.entries()
    assert entry.sample == text
    assert (entry.count, entry.last_line) == (1, 2)


def test_a_chain_of_tracebacks_is_one_message():
    """An exception raised while another was handled is the same failure; the last one is judged."""
    chain = f"{TRACEBACK}\n\nDuring handling of the above exception, another exception occurred:\n\n{TRACEBACK}"
    listener = Listener()
    listen(chain.replace("bad shape", "no such key", 1), listener)
    (entry,) = listener.book.entries()
    assert (entry.first_line, entry.last_line, entry.count) == (1, 15, 1)
    assert entry.title == "ValueError: bad shape"


@pytest.mark.parametrize("lead", ["    ", "2024-01-01T10:00:00Z ", "worker | "])
def test_a_traceback_may_be_indented_or_stamped(lead):
    """What a collector of logs puts before every line of a traceback is looked through."""
    joiner = Joiner()
    text = "\n".join(lead + row for row in TRACEBACK.splitlines())
    (event,) = (event for line in lines(text) for event in joiner.feed(line))
    assert event.text == TRACEBACK


def test_unfinished_traceback_comes_out_when_the_log_ends():
    """Nothing is lost when a log stops inside a traceback."""
    listener = Listener()
    assert listen("\n".join(TRACEBACK.splitlines()[:3]), listener) == []
    (said,) = listener.finish()
    assert said.label == "fatal"


def test_repeats_are_counted_and_told_once():
    """A harmless message that repeats is one entry with a count, said once; a rank set remembers who spoke."""
    row = "[rank{}]: W tensorflow/x.cc:1] TF-TRT Warning: Could not find TensorRT"
    listener = Listener()
    said = listen("\n".join(row.format(rank) for rank in range(4)), listener)
    assert [one.label for one in said] == ["harmless"]
    (entry,) = listener.book.entries()
    assert (entry.count, entry.ranks, entry.first_line, entry.last_line) == (4, {0, 1, 2, 3}, 1, 4)


def test_unknown_messages_are_listed_and_folded_by_template():
    """A level word without a rule is unknown, whatever it says, and its numbers do not make it another message."""
    listener = Listener()
    said = listen("WARNING: frobnicator 1 exploded\nWARNING: frobnicator 22 exploded\nall is well", listener)
    assert [one.label for one in said] == ["unknown"]
    (entry,) = listener.book.entries()
    assert entry.count == 2


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


def test_number_of_unknown_templates_is_bounded():
    """Beyond the limit further templates share one entry, and every message is still counted."""
    listener = Listener()
    words = ["".join("abcdefghij"[int(digit)] for digit in str(number)) for number in range(2100)]
    listen("\n".join(f"WARNING: {word} is odd" for word in words), listener)
    entries = listener.book.entries()
    assert len(entries) == 2001
    assert sum(entry.count for entry in entries) == 2100


def test_importing_the_catalogue_loads_no_screen():
    """The catalogue's modules import neither textual nor plotext."""
    for path in Path(__file__).parents[2].joinpath("tailwatch", "catalogue").glob("*.py"):
        assert "textual" not in path.read_text("utf-8")


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


def test_repeats_of_one_shape_are_counted_without_judging_them_again():
    """A message whose digits decide nothing costs a counter: the book knows its count, its last line and its one entry."""
    row = b"/opt/a.py:%d: FutureWarning: odd\n  warnings.warn(text)\n"
    session = Session()
    session.feed(Data(b"".join(row % number for number in range(100, 150)) + b"epoch 1 loss 0.5\n", 0.0))
    (entry,) = session.messages.entries()
    assert (entry.count, entry.first_line, entry.last_line) == (50, 1, 99)
    assert [list(series.values) for series in session.run.series()] == [[0.5]]


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


OLD_GPU = """/opt/site-packages/torch/cuda/__init__.py:{n}: UserWarning: 
    Found GPU0 Tesla K40m which is of cuda capability 3.5.
    PyTorch no longer supports this GPU because it is too old.
    Warning: the minimum cuda capability supported by this library is 3.7.
    
  warnings.warn(old_gpu_warn % (d, name, major, minor))
"""  # noqa: W291, W293 - as PyTorch prints it


def test_a_warning_whose_text_stands_below_it_is_one_message():
    """Indented lines below an empty headline are its text, also where one looks like a message or a metric."""
    session = Session()
    text = OLD_GPU.format(n=187) + "epoch 1 loss 0.5\n"
    text += "/opt/site-packages/zzlib/a.py:12: UserWarning: \n    frob 3 of 7 odd\n  warn()\n"
    session.feed(Data(f"{text}epoch 2 loss 0.4\n".encode(), 0.0))
    session.finish()
    first, second = session.messages.entries()
    assert (first.rule, first.first_line, first.last_line) == ("cuda.incompatible_gpu", 1, 6)
    assert (second.rule, second.first_line, second.last_line) == ("", 8, 10)
    assert session.unread.lines == 0
    assert [list(series.values) for series in session.run.series()] == [[0.5, 0.4]]


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
