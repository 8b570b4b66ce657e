"""Looking for any of many literals at once finds what looking for each of them in turn finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.literals import Owned, any_of, any_of_bytes
from tailwatch.dialects import found
from tailwatch.dialects._anchors import LOOKUPS_WITHOUT_PATTERN, Anchors

words = st.text(alphabet="ab .v|[0损\n", min_size=1, max_size=4)


@given(st.lists(words, min_size=1, max_size=6), st.text(alphabet="ab .v|[0损\n", max_size=30))
def test_a_text_that_holds_a_literal_is_found(literals: list[str], text: str) -> None:
    """Whatever stands beside it, and whatever the other literals are."""
    held = any(literal in text for literal in literals)
    assert (any_of(literals).search(text) is not None) is held
    assert (any_of_bytes(word.encode() for word in literals).search(text.encode()) is not None) is held


@given(st.lists(words, min_size=1, max_size=6), st.text(alphabet="ab .v|[0损\n", max_size=30))
def test_the_owners_of_all_literals_are_found(literals: list[str], text: str) -> None:
    """Those too whose literals overlap others or begin within them."""
    owned = [(word.encode(), i) for i, word in enumerate(literals)]
    assert Owned(owned).owners_in(text.encode()) == {i for i, word in enumerate(literals) if word in text}


def test_the_same_dialects_are_asked_with_and_without_the_patterns() -> None:
    """The first lines of a log are looked through without them."""
    special = [d for d in found().dialects if d.ANCHORS]
    samples = [line.encode() for d in found().dialects for sample, _ in d.samples for line in sample.split("\n")]
    slow, fast = Anchors(special), Anchors(special)
    for _ in range(LOOKUPS_WITHOUT_PATTERN):
        fast.of(b"")
    for line in samples:
        shape = line.translate(DIGITS_TO_ZERO)
        assert fast.of(shape) == [d for d in special if any(anchor in shape for anchor in d.ANCHORS)]
        assert slow.of(shape) == fast.of(shape)
        slow._lookups = 0
