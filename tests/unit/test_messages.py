"""Prefixes, joined lines, and folded repeats."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from hearing import TRACEBACK, lines, listen

from tailwatch.catalogue.engine import Catalogue
from tailwatch.catalogue.listener import Listener
from tailwatch.core.events import Data
from tailwatch.core.joining import Joiner, user_frame
from tailwatch.core.peeling import headline, peel
from tailwatch.session import Session


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


def test_repeats_of_one_shape_are_counted_without_judging_them_again():
    """A message whose digits decide nothing costs a counter: the book knows its count, its last line and its one entry."""
    row = b"/opt/a.py:%d: FutureWarning: odd\n  warnings.warn(text)\n"
    session = Session()
    session.feed(Data(b"".join(row % number for number in range(100, 150)) + b"epoch 1 loss 0.5\n", 0.0))
    (entry,) = session.messages.entries()
    assert (entry.count, entry.first_line, entry.last_line) == (50, 1, 99)
    assert [list(series.values) for series in session.run.series()] == [[0.5]]


def test_a_shape_that_no_rule_knows_though_it_has_its_words_is_judged_once(monkeypatch):
    """What decides is the same for all its lines; a line between the lines of a message is judged all the same."""
    judged, judge = [], Catalogue.judge
    monkeypatch.setattr(Catalogue, "judge", staticmethod(lambda *told: judged.append(told[1]) or judge(*told)))
    session = Session()
    rows = [f"Renaming /out/{number}.orbax-checkpoint-tmp-0 to /out/{number}" for number in range(100, 150)]
    session.feed(Data("".join(f"{row}\n" for row in rows).encode(), 0.0))
    assert judged == rows[:1]
    session.feed(Data(f"{TRACEBACK}\n{rows[1]}\n".encode(), 0.0))
    assert rows[1] in judged


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
