"""What is a message at all, and what of it is shown."""

from __future__ import annotations

import pytest

from tailwatch.core.peeling import peel


@pytest.mark.parametrize(
    "line",
    [
        "W1212 11:03:17.693000 9724 torch/distributed/run.py:803] ",
        "W1212 11:03:17.693000 9724 torch/distributed/run.py:803] *****************************************",
        "2026-03-18 00:07:38.950723: W tensorflow/core/common_runtime/bfc_allocator.cc:467] ******__***********____*****xxxx",
    ],
)
def test_what_only_frames_a_message_is_none(line: str) -> None:
    """Rows of stars and the allocator's picture of its memory have a level and say nothing."""
    assert not peel(line).is_message


def test_a_level_and_words_are_a_message() -> None:
    """In any script."""
    assert peel("2026-01-01 10:00:00,000 - WARNING - disk is nearly full").is_message
    assert peel("[WARNING] 显存不足").is_message
