"""A column of numbers is read as each of them is by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tailwatch.core.numbers import number, numbers

WRITTEN = st.sampled_from(
    (
        b"1",
        b"1,234",
        b"10,000,500",
        b"0,912",
        b"-0,5",
        b"+0,25",
        b"-1,000.5",
        b"0.5",
        b"1e-05",
        b"nan",
        b"inf",
        b"-",
        b"",
        b"1,2,x",
    )
)


@given(st.lists(st.one_of(WRITTEN, st.integers(-(10**9), 10**9).map(lambda n: f"{n:,}".encode())), min_size=1, max_size=20))
def test_a_column_of_grouped_numbers_reads_as_each_number_does(raw: list[bytes]) -> None:
    for form in ("grouped", "foreign"):
        assert repr(numbers(raw, form)) == repr([number(part, form) for part in raw])
