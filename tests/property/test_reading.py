"""How a log is cut into chunks makes no difference; digits make none to a plan; nothing makes the reader fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.events import EMPTY_FRAME, Data, Notice
from tailwatch.dialects import plan_for
from tailwatch.session import Session

LOGS = sorted((Path(__file__).parents[2] / "sample_logs").glob("*/*.log"))


def story(chunks: list[bytes]) -> str:
    session = Session(keep_readings=True)
    readings = [r for c in chunks for r in session.feed(Data(c, 0.0)).readings]
    session.feed(Notice("ended", 0.0))
    said = [(e.rule, e.label, e.count, e.first_line) for e in session.messages.entries()]
    return repr((readings, session.findings.findings, said))  # as text, because NaN equals nothing


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}/{log.stem}")
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_chunk_cuts_change_nothing(log: Path, data: st.DataObject) -> None:
    """Readings, findings and messages are the same whole and in pieces."""
    raw = log.read_bytes()[:40_000]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=12)))
    pieces = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    assert story(pieces) == story([raw])


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="epoch los=:|,.[]{}()'\"/%0123456789e-+ \tvalτ损失", max_size=80), st.integers(0, 9))
def test_digits_never_change_a_plan(text: str, digit: int) -> None:
    """Lines that differ in their digits alone have one shape, hence one plan, of which every field lies in the line."""
    raw = text.encode()
    other = raw.translate(bytes.maketrans(b"0123456789", bytes([48 + digit]) * 10))
    shape = raw.translate(DIGITS_TO_ZERO)
    assert shape == other.translate(DIGITS_TO_ZERO)
    plan = plan_for(shape, EMPTY_FRAME)
    if plan is not None:
        assert all(0 <= f.start < f.end <= len(shape) for f in plan.fields)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_fail(raw: bytes) -> None:
    """Anything at all can be fed."""
    session = Session(live=True)
    session.feed(Data(raw, 0.0))
    session.feed(Data(b"\n", 1.0))
    session.feed(Notice("ended", 1.0))
