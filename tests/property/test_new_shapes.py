"""Lines put together from the words of many logs: whatever stands beside what, the reader makes a plan that holds together."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tailwatch.core.events import EMPTY_FRAME
from tailwatch.dialects import plan_for

PIECES = (
    *(
        "loss",
        "loss_0: ",
        "val_loss",
        "train ",
        "acc",
        "lr=",
        "epoch ",
        "Epoch: [0]",
        "step",
        "[0/00]",
        "iter: ",
        "best ",
        "at ",
        "after ",
    ),
    *(
        "0",
        "0.0",
        "-0.000",
        "0e-00",
        "000",
        "00%",
        "nan",
        "0,000",
        "0/00",
        "0.0 (0.0)",
        "轮0",
        "第0轮",
        " 轮",
        "损失: ",
        "0s",
        "0 ms",
    ),
    *(
        " ",
        "  ",
        ": ",
        "=",
        ", ",
        " | ",
        "|",
        "\t",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        '"',
        "'",
        "/",
        " - ",
        "; ",
        ".",
        "...",
        " and ",
        "~",
    ),
    *(
        "0000-00-00 00:00:00,000 ",
        "INFO ",
        "[rank0]: ",
        "00:00",
        "a_b",
        "Conv0d(",
        "file.py",
        "/a/b.pt",
        "cuda:0",
        "00%|████▋     | 0/00 [00:00<00:00, ",
    ),
    *(
        "0.0it/s",
        "Validation:",
        "name",
        "Test ",
        "of ",
        "is ",
        "the ",
        "count 0 ",
        "by op x_0 ",
        "next 000",
        "metrics ",
        "images",
    ),
)
lines = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@settings(max_examples=400, deadline=None)
@example("torch_compile0-0轮0 ")
@example("zeros_0 action_count 00000000000 step 0 next 000")
@example("  loss_mask_0: 0.0000轮0  loss_dice_0: 0.000")
@given(lines)
def test_no_two_fields_of_a_plan_overlap(line: str) -> None:
    """A line is taken apart from left to right, so that every byte of it belongs to one field at most."""
    shape = line.encode()
    plan = plan_for(shape, EMPTY_FRAME)
    spans = sorted((f.start, f.end) for f in plan.fields) if plan is not None else []
    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
