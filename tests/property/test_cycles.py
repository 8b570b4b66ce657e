r"""Lines that go as those before them are taken together as they are one by one."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tailwatch.core import bars, cycles

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from cutting import cut

FRAMES = (
    "{p:3d}%|##  | {n}/300 [00:01<00:02, 3it/s]",
    "{p:3d}%|##  | {n}/300 [00:01<00:02, 3it/s, loss=0.{n}]",
    "train:  {p}%|# | {m}/300 [00:01<00:02, 1.0s/it, total_it={n}]",
    "epochs:   7%|# | {e}/15 [52:17<8:36:50, 2215.07s/it, loss=3.{n}]",
    "Epoch {e}:  {p}%|# | {n}/300 [00:01<00:02, 1.0s/it]",
    "{p}%|#| {n}/300 [00:01<00:02, 3it/s, loss=0.{n}, val_loss=0.{p}]",
    "{n}it [00:02, 3.1it/s]",
    "{n}/300 [==>...] - ETA: 3s - loss: 0.{n}",
    " {p}%",
    "100%|####| 300/300 [00:01<00:02, 3it/s]",
    "{p}%|#| {n}/300 [00:01<00:02, 3it/s] a print that landed behind",
    " " * 40,
    "  ",
    "",
    "{{'loss': 0.{n}, 'epoch': 0.{p}}}",
    "}}",
    "\x1b[A",
    "\x1b[A\x1b[A",
    "\x1b[32mloss\x1b[0m 0.{n}",
    "\b\b",
)
SEEN = (
    ("\r{p}%|#| {m}/300 [00:01<00:02, 3it/s]", "\r{p}%|#| {n}/300 [00:01<00:02, 3it/s]", "\r" + " " * 40, "\r{{'loss': 0.{n}}}"),
    ("\rtrain: {p}%|#| {m}/300 [00:01<00:02, 3it/s]", "\x1b[A", "\n", "\rtrain: {p}%|#| {n}/300 [00:01<00:02, 3it/s]", "\x1b[A")
    + ("\repochs: 7%|#| {e}/15 [52:17<8:36, 2s/it, loss=0.{n}]",) * 2,
)
"""What trainers write a step: transformers beside its bar, and two nested bars of tqdm."""


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    """A log of lines drawn in one way or two, whose counts move on mostly alike."""
    frames = st.sampled_from(FRAMES).map(lambda frame: "\r" + frame)
    sometimes = st.sampled_from(FRAMES).map(lambda frame: frame + "\n")
    line = st.one_of(st.sampled_from(SEEN), st.lists(st.one_of(frames, frames, frames, sometimes), min_size=1, max_size=5))
    cycle = ["".join(draw(line))]
    if draw(st.booleans()):  # a line is drawn that often that its bar is counted together
        cycle = ["\r" + draw(st.sampled_from(FRAMES[:8]))] * draw(st.integers(8, 20)) + cycle
    n, e, out = draw(st.integers(0, 20)), 1, [draw(st.sampled_from(("", "\r", "first\n")))]
    for _ in range(draw(st.integers(1, 3))):
        step, repeats = draw(st.sampled_from((0, 1, 1, 2, 9))), draw(st.integers(3, 24))
        for _ in range(repeats):
            for drawn in cycle:
                out.append(drawn.format(m=n, n=n + step, p=(n + step) // 3, e=e))
                n += step
            out.append("\n")
        if draw(st.booleans()):
            n, e = draw(st.sampled_from(((0, e), (n, e + 1), (n + 1, e), (300, e), (99, e + 9))))
        if draw(st.booleans()):
            out.append("\r" + draw(st.sampled_from(FRAMES)).format(m=n, n=n, p=n // 3, e=e) + draw(st.sampled_from(("", "\n"))))
    return "".join(out).encode()


@settings(max_examples=400, deadline=None)
@example(log=(b"\r 0%\r" + b" " * 40 + b"\r{'loss': 0.0}\n") * 9, most=512, places=[])  # a bar without name, count and total
@given(log=logs(), most=st.sampled_from((1, 3, 512)), places=st.lists(st.integers(0, 5000), max_size=3))
def test_lines_that_go_as_those_before_are_what_each_is_by_itself(log: bytes, most: int, places: list[int]) -> None:
    """With the same numbers, offsets, redraw counts and bytes, and the same bars for what comes later."""
    ends = sorted({0, len(log), *(at for at in places if at < len(log))})
    chunks = [log[a:b] for a, b in pairwise(ends)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bars, "MANY", 1 << 40)
        one_by_one = cut(chunks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cycles, "MOST", most)
        assert cut(chunks) == one_by_one


@pytest.mark.parametrize("cycle", SEEN)
def test_what_trainers_write_a_step_is_taken_together(cycle: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred steps all but the first few."""
    taken = []
    take = cycles.Cycles.take
    monkeypatch.setattr(cycles.Cycles, "take", lambda *asked: taken.append(take(*asked)) or taken[-1])
    log = "".join("".join(cycle).format(m=n, n=n + 1, p=7, e=1) + "\n" for n in range(100)).encode()
    cut([log])
    assert sum(lines for _, lines in taken) >= 0.9 * log.count(b"\n")
