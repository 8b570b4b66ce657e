"""Logs that invent the name of a series a line: read as others are, and in time that grows with their length alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tailwatch.core.columns import Strand
from tailwatch.core.events import Data, SeriesSpec
from tailwatch.core.rivals import Taken, note_rivals
from tailwatch.core.segment import MAX_SERIES
from tailwatch.session import Session

if TYPE_CHECKING:
    from types import FrameType, SimpleNamespace

LINES = {
    "a name of its own": "step {n} loss_{word} 0.5",
    "beside one that all say": "step {n} loss 0.5 loss_{word} 0.25",
    "an epoch each": "Epoch {n}/5000 | loss 0.5 | loss_{word} 0.25",
    "a dictionary": "{{'step': {n}, 'loss': 0.5, '{word}': 0.25}}",
}


def invented(number: int) -> str:
    """Return a word of its own for each number, without digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:04d}") + "qz"


def log(form: str, lines: int) -> bytes:
    return "".join(f"{form.format(n=n, word=invented(n))}\n" for n in range(lines)).encode()


def steps(form: str, lines: int) -> int:
    """Return how many functions are called to read and judge such a log."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        del frame, argument
        calls += event in ("call", "c_call")

    session, data = Session(), Data(log(form, lines), 0.0)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        session.feed(data)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("form", LINES.values(), ids=LINES.keys())
def test_four_times_the_lines_take_four_times_the_steps(form):
    steps(form, 600)  # what is loaded once
    assert steps(form, 1000) < 6 * steps(form, 250)


def test_no_more_series_are_kept_than_anyone_looks_at():
    session = Session()
    session.feed(Data(log(LINES["a name of its own"], MAX_SERIES + 300), 0.0))
    assert len(session.run.segment.series) == MAX_SERIES
    assert session.run.segment.dropped_series == 300


def test_many_series_are_all_judged_at_the_end():
    """New names alone make the diagnoses look seldom where there are many; a value that is no number is seen at once."""
    session = Session()
    lines = [f"Epoch {n} | loss 0.5 | loss_{invented(n)} 0.25" for n in range(1, 400)]
    lines += ["Epoch 400 | loss nan | loss_zzz 0.25"]
    session.feed(Data("".join(f"{line}\n" for line in lines).encode(), 0.0))
    assert [f.key for f in session.findings.findings if "not_a_number" in str(f.key)]
    assert session.run.segment.reckoned < len(session.run.segment.series)
    session.finish()
    assert session.run.segment.reckoned == len(session.run.segment.series)


def _strand(name: str, rank: float | None, split: str | None = None) -> Strand:
    family: SimpleNamespace = type("Family", (), {"specs": (SeriesSpec(name, name, split),)})  # type: ignore[assignment,arg-type]
    return Strand(family, rank)  # type: ignore[arg-type]


def test_one_series_is_said_by_one_strand_at_a_time_unless_ranks_say_it():
    strands = [_strand("loss", 0), _strand("loss", 1), _strand("loss", 0), _strand("loss", None), _strand("acc", None)]
    note_rivals(strands)
    taken = Taken()
    assert [taken.has_rival_of(strand) for strand in strands] == [False, False, True, True, False]


def test_one_name_on_two_splits_is_two_series():
    strands = [_strand("loss", None, "train"), _strand("loss", None, "val"), _strand("loss", None, "val")]
    note_rivals(strands)
    taken = Taken()
    assert [taken.has_rival_of(strand) for strand in strands] == [False, False, True]
