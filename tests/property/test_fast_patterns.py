"""Patterns that were written so that `re` finds them fast find what their plain forms find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailwatch.core import unread
from tailwatch.core.coarse import Coarse
from tailwatch.dialects import _tokens, general

PLAIN = {
    "clocks": (
        _tokens._CLOCK,
        (
            rb"(?<![0:.])0{1,3}(?::00){1,2}(?:[.,]0{1,6})?(?![0:])|(?<![0.])0{1,9} days?,? 00?:00:00(?:\.0{1,9})?"
            rb"|(?<![0.])0{1,3}d ?0{1,2}h(?: ?0{1,2}m)?|(?<![0.])0{1,3}h ?0{1,2}m(?: ?0{1,2}s)?|(?<![0.])0{1,3}m ?0{1,2}s\b"
        ),
    ),
    "stamps": (unread._STAMP, rb"0{2,4}[-/]00[-/]0{2,4}|(?<![0:])0{1,3}:00(?::00)?(?:[.,]0{1,9})?(?![0:])"),
    "what is finished": (general._FINISHED, rb"\b(?:finished|completed) (?:iteration|step) 0{1,9}\b"),
    "numbers": (
        _tokens._DIGITS,
        (
            rb"(?:0{1,3}(?:,000){1,6}(?!0)(?:\.0*)?|0{1,3}(?:_000){1,6}(?![0_])|0+(?:\.0*(?:f-?0{1,2}(?!\w))?)?)"
            rb"(?:[eE][-+]?0{1,4})?(?![0_]|\.0)|0+"
        ),
    ),
}
shapes = st.lists(
    st.sampled_from(
        [
            *(
                "0",
                "00",
                "000",
                "0.0",
                ",000",
                "_000",
                "e-0",
                "E0",
                ":00",
                ":",
                ".",
                "-00",
                "/00",
                "-",
                "/",
                "d ",
                "h",
                "m ",
                "s",
                " days, ",
            ),
            *(" ", "finished ", "completed ", "iteration ", "step ", "x", "f-0", "(", "[0", "0]", "|", "A"),
        ]
    ),
    max_size=14,
).map(lambda parts: "".join(parts).encode())


@pytest.mark.parametrize(("pattern", "plain"), PLAIN.values(), ids=PLAIN.keys())
def test_it_finds_what_the_plain_form_finds(pattern, plain):
    slow = re.compile(plain)

    @settings(max_examples=300, deadline=None)
    @given(shapes)
    def same(shape: bytes) -> None:
        assert [found.span() for found in pattern.finditer(shape)] == [found.span() for found in slow.finditer(shape)]

    same()


@settings(max_examples=300, deadline=None)
@given(shapes, st.booleans())
def test_spans_and_places_of_a_coarse_shape_lead_to_the_same_bytes(shape, keep):
    coarse = Coarse(shape, keep=keep)
    spans = [(at, min(at + 2, len(coarse.shape))) for at in range(len(coarse.shape))]
    assert coarse.places(spans) == tuple((coarse.place(a), coarse.place(b)) for a, b in spans)
    assert coarse.place(len(coarse.shape)) == len(shape)
