"""No byte of a log makes a terminal do anything."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailwatch.core.sanitise import decode, sanitise, visible

ACTING = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize(
    "payload",
    [
        "\x1b[2J",
        "\x1b]52;c;aGk=\x07",
        "\x9b2J",
        "\x9d0;title\x9c",
        "\u202eevil",
        "\x07" * 9,
        "\x1bPq\x1b\\",
        "\x1bc",
        "a\u0300" + "\u0300" * 500,
    ],
)
def test_a_hostile_payload_becomes_marks(payload: str) -> None:
    """The text stays visible, the control does not stay."""
    shown = sanitise(f"loss {payload} 0.5")
    assert ACTING.search(shown) is None
    assert shown.startswith("loss ")
    assert shown.endswith(" 0.5")
    assert len(shown) < 6 * len(payload) + 20


@given(st.binary(max_size=400))
def test_no_bytes_at_all_get_through(raw: bytes) -> None:
    """Whatever the encoding, nothing that acts remains."""
    assert ACTING.search(visible(raw)) is None


def test_gbk_and_utf8_are_told_apart_line_by_line() -> None:
    """A Chinese line in GBK reads as Chinese; a bad byte in UTF-8 is marked."""
    assert decode("验证损失: 0.5".encode("gbk")) == "验证损失: 0.5"
    assert decode("验证损失: 0.5".encode()) == "验证损失: 0.5"
    assert decode(b"loss \xff 0.5") == "loss \ufffd 0.5"
