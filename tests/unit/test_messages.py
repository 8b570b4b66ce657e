"""Prefixes, joined lines, folded repeats, and verdicts that change as the run goes on."""

from pathlib import Path

import pytest

from tailwatch.catalogue.listener import Listener
from tailwatch.core.events import Line
from tailwatch.core.messages import Joiner, user_frame
from tailwatch.core.peeling import headline, peel

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
    assert joiner.idle


def test_tracebacks_of_two_ranks_are_kept_apart():
    """Interleaved tracebacks, marked by rank, come out as one event each, and a metric between them is passed on."""
    rows = TRACEBACK.splitlines()
    mixed = [f"[rank{rank}]: {row}" for row in rows for rank in (0, 1)]
    mixed.insert(5, "step 3 loss 0.5")
    joiner = Joiner()
    events = [event for line in lines("\n".join(mixed)) for event in joiner.feed(line)]
    assert [event.rank for event in events if "Traceback" in event.text] == [0, 1]
    assert [event.text for event in events if "Traceback" not in event.text] == ["step 3 loss 0.5"]


def test_single_lines_are_never_held_back_and_source_lines_are_swallowed():
    """A warning is given at once; the source line that Python prints below it is no message."""
    joiner = Joiner()
    first, second = lines("/opt/a.py:3: UserWarning: careful\n  warnings.warn('CUDA out of memory')")
    assert len(joiner.feed(first)) == 1
    assert joiner.feed(second) == ()


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
    listen(f"{late}\n{forced}", listener)
    assert [one.label for one in listener.revise()] == ["harmless"]


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
