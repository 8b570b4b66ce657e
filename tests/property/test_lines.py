r"""Lines are the same however the bytes come, and whether bars are folded frame by frame or many together."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailwatch.core import bars
from tailwatch.core.lines import LineCutter

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from cutting import cut

BARS = (
    "{p:3d}%|##  | {n}/60 [00:01<00:02, 3it/s]",
    "{p:3d}%|█ | {n}/60 [00:{n:02d}<00:02, 3.0it/s, loss=0.{n}]",
    "Epoch 3/9, loss 0.{n}:  {p}%|#| {n}/60 [00:01<00:00, 1.0s/it]",
    "{n}/60 [==>...] - ETA: 3s - loss: 0.{n}",
    "{p}%|#| {n}/60 [00:01<00:02, 3it/s, loss=0.{n}, val_loss=0.{p}]",
    "Epochs: {p}%|#| {n}/60 [00:01<00:02, 3s/it, loss=0.5]",
    "Epoch {n}: {p}%|#| {n}/60 [00:01<00:02, 3s/it]",
    "{n}it [00:02, 3.1it/s]",
    " {p}%",
    "{p}%|#| {n}/60 [00:01<00:02, 3it/s] a print that landed behind",
)
TEXTS = (
    "",
    "  ",
    " " * 50,
    "loss 0.{n}",
    "\x1b[32mloss\x1b[0m 0.{n}",
    "\x1b[1m --> STEP: {n}/60\x1b[0m",
    "\0\0late",
    "损失 0.{n}",
    "x" * 5000,
)
BORDERS = ("\r", "\n", "\r\n", "\n\r", "\x1b[A\r", "\x1b[K", "\x1b[A\n\r", "\b" * 20, "\r" + " " * 40 + "\r")


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    """A log as bars write it that count on, begin anew, and are drawn around each other, with prints between them."""
    drawn = draw(st.lists(st.sampled_from(BARS), min_size=1, max_size=2)) * 6 + draw(st.lists(st.sampled_from(TEXTS), max_size=3))
    borders = ["\r"] * draw(st.sampled_from((1, 20))) + draw(st.lists(st.sampled_from(BORDERS), max_size=2))
    out, n = [], draw(st.integers(0, 50))
    for step in draw(st.lists(st.sampled_from((0, 1, 1, 1, 1, 1, 1, -3)), max_size=60)):
        n = max(n + step, 0) % 61
        out += [draw(st.sampled_from(drawn)).format(n=n, p=n * 100 // 60), draw(st.sampled_from(borders))]
    return "".join(out).encode()


@settings(max_examples=150, deadline=None)
@given(log=logs(), places=st.lists(st.integers(0, 5000), max_size=8))
def test_lines_are_the_same_however_the_bytes_are_cut(log: bytes, places: list[int]) -> None:
    """Numbers, offsets and counts as well."""
    ends = sorted({0, len(log), *(at for at in places if at < len(log))})
    assert cut([log[a:b] for a, b in pairwise(ends)]) == cut([log])


@settings(max_examples=150, deadline=None)
@given(log=logs())
def test_lines_that_come_together_are_what_each_is_by_itself(log: bytes) -> None:
    """The look at a whole chunk finds the same lines that need care."""
    assert cut(log.splitlines(keepends=True)) == cut([log])
    assert cut([line + b"\n" for line in log.split(b"\n")]) == cut([log + b"\n"])


@settings(max_examples=150, deadline=None)
@given(log=logs())
def test_many_redraws_fold_together_as_they_do_one_by_one(log: bytes) -> None:
    """With the same last state, redraw counts and bytes."""
    many = cut([log])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bars, "MANY", 1 << 40)
        assert cut([log]) == many


def test_a_count_that_goes_back_in_the_midst_of_many_redraws_lets_the_bar_out() -> None:
    """A bar that begins anew is another one: the end of the first is a line, its redraws are its own."""
    one = "".join(f"\r{n * 10:3d}%|#| {n}/10 [00:01<00:02, 3it/s]" for n in range(11))
    lines, _ = cut([(one * 3 + "\n").encode()])
    assert [(line.raw[:4], line.redraws) for line in lines] == [(b"100%", 10)] * 3
    assert [line.offset for line in lines] == [len(one) * k - len(one.rpartition("\r")[2]) for k in (1, 2, 3)]


def test_a_bar_in_gbk_is_decoded_though_it_is_let_out_much_later() -> None:
    """When the bytes that follow are ASCII."""
    cutter = LineCutter()
    bar = "第1轮: 50%|## | 5/10 [00:01<00:02, 3it/s]"
    first = list(cutter.feed(b"\r" + bar.encode("gbk") + b"\n", 0.0))
    assert [*first, *cutter.feed(b"done\n", 0.0)][0].raw.decode() == bar


def test_a_frame_behind_which_the_rest_is_erased_is_not_lost_at_the_end() -> None:
    """`ESC[K` ends a frame, also the last one of a log without a line end."""
    lines, _ = cut([b"loss 0.5\nloss 0.4\rloss 0.3\x1b[K"])
    assert [(line.raw, line.offset) for line in lines] == [(b"loss 0.5", 0), (b"loss 0.4", 9), (b"loss 0.3", 18)]
