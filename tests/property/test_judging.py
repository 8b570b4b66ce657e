"""Taking many values at once, and not asking those who wait for others, gives what value by value and asking always give."""

from __future__ import annotations

from array import array
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tailwatch.core.events import Data, Notice
from tailwatch.core.judging import VALUES
from tailwatch.diagnoses import judges
from tailwatch.diagnoses._fresh import Rest
from tailwatch.diagnoses._noise import Window, middle, of_differences
from tailwatch.diagnoses._start import Start
from tailwatch.diagnoses.diverged import Climb
from tailwatch.diagnoses.oscillating import Swing
from tailwatch.diagnoses.plateau import Progress
from tailwatch.session import Session

few = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@st.composite
def curves(draw: st.DrawFn) -> list[float]:
    """A loss that falls, with noise that may be as large as itself, and may rise again."""
    count, turn = draw(st.integers(1, 400)), draw(st.integers(0, 400))
    noise, slope = draw(st.sampled_from([0.0, 0.02, 0.2, 0.9])), draw(st.sampled_from([0.0, 0.01, 0.2]))
    size, random = draw(st.sampled_from([1.0, -3.0, 50.0])), draw(st.randoms(use_true_random=False))
    falls = [size * (0.2 + 1 / (1 + i / 20)) for i in range(count)]
    return [v + abs(size) * (slope * max(0, i - turn) + noise * random.uniform(-2, 2)) for i, v in enumerate(falls)]


def pieces(values: list[float], cuts: list[int]) -> list[list[float]]:
    """The values in pieces, as looks find them."""
    at = sorted({0, len(values), *(cut for cut in cuts if cut < len(values))})
    return [values[a:b] for a, b in pairwise(at)]


cuts = st.lists(st.integers(1, 400), max_size=12)


@few
@given(curves(), cuts)
def test_a_swing_is_the_same_whether_its_values_come_together_or_singly(values: list[float], at: list[int]) -> None:
    """After each piece the curve swings, or does not, as if each value had been weighed."""
    together, singly = Swing(), Swing()
    for piece in pieces(values, at):
        together.extend(piece)
        for value in piece:
            singly.add(value)
        assert together.swings == singly.swings
        if singly.swings:
            said = (singly.steps, singly.level, singly.flips)
            assert (together.steps, together.level, together.flips) == said


@few
@given(curves(), cuts)
def test_a_climb_is_the_same_whether_its_values_come_together_or_singly(values: list[float], at: list[int]) -> None:
    """What is taken at once would have diverged nowhere, and what may have diverged is not taken at once."""
    together, singly = Climb(), Climb()
    for piece in pieces(values, at):
        if not together.extend(array("d", piece)):
            for value in piece:
                together.add(value)
        for value in piece:
            singly.add(value)
        assert (together.gone, together.best, together.best_at) == (singly.gone, singly.best, singly.best_at)
        assert together.values == singly.values


@few
@given(curves(), cuts)
def test_a_start_is_the_same_whether_its_values_come_together_or_singly(values: list[float], at: list[int]) -> None:
    """The means of blocks are worked out only where they can be news."""
    together, singly = Start(), Start()
    for piece in pieces(values, at):
        together.extend(array("d", piece))
        for value in piece:
            singly.add(value)
        for name in ("first", "peak", "peak_at", "back_at", "count", "went_well"):
            one, other = getattr(together, name), getattr(singly, name)
            assert one == other or (one != one and other != other), name


@few
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=90), st.integers(1, 40), st.floats(0, 1e6))
def test_a_window_knows_its_median_and_whether_its_noise_reaches(values: list[float], most: int, need: float) -> None:
    """Both are those of the last values, worked out from scratch."""
    window = Window()
    for i, value in enumerate(values):
        window.add(value, most=most)
        last = values[max(0, i + 1 - most) : i + 1]
        assert window.values == last
        assert window.median == middle(last)
        noise = of_differences(last)
        assert window.noise_reaches(need) == (noise >= need)
        assert window.noise_reaches(noise)


def logged(values: list[float], every: int = 7) -> bytes:
    """A log of steps, rates, every so many steps an evaluation and now and then a message."""
    lines = []
    for i, value in enumerate(values):
        lines.append(f"step {i} loss {value:.5g} lr {1e-3 / (1 + i // 40):.3g}")
        if i % every == every - 1:
            lines.append(f"epoch {i // every} train_loss {value:.5g} val_loss {1.1 * value:.5g} val_accuracy {i / (i + 50):.3f}")
        if i % 90 == 89:
            lines.append("WARNING: the queue was empty for a while")
    return "\n".join([*lines, ""]).encode()


def told(data: bytes, *, always: bool) -> list[str]:
    """All findings in full; `always` asks every diagnosis at every look at something that it watches."""
    session = Session()
    if always:
        bench = session._bench
        ask = bench._asked

        def all_asked(changed):
            bench._stir()
            return ask(changed)

        bench._asked = all_asked  # type: ignore[method-assign]
        bench.asks_nobody = lambda watched, series: False  # type: ignore[method-assign]
    with pytest.MonkeyPatch.context() as patch:
        if always:
            patch.setattr(Rest, "goes_on", lambda rest, run: False)
        session.feed(Data(data, 0.0))
        session.feed(Notice("ended", 1.0))
    return [repr(finding) for finding in session.findings.findings]


@settings(parent=few, max_examples=20)
@given(curves(), st.integers(3, 150))
def test_who_is_not_asked_would_have_said_the_same(values: list[float], every: int) -> None:
    """Asking only those who wait for what moved changes nothing that is found, nor do looks at which nobody is asked."""
    data = logged(values, every)
    assert told(data, always=False) == told(data, always=True)


@settings(parent=few, max_examples=60)
@given(curves(), st.integers(0, 40), st.sampled_from([0.0, 1e-3]), st.booleans())
def test_who_rests_would_have_said_the_same(values: list[float], stands: int, rate: float, twice: bool) -> None:
    """On results alone, where a rate falls after every so many; also where each is printed `twice`, with another value."""
    lines = []
    for i, value in enumerate(values):
        lr = rate * 0.5 ** (i // stands) if stands else rate
        parts = (0.5, 1.0) if twice else (1.0,)
        lines += [f"epoch {i} step {i} train_loss {p * value:.5g} val_loss {1.1 * p * value:.5g} lr {lr:.3g}" for p in parts]
    data = "\n".join([*lines, "early stopping", ""]).encode()
    assert told(data, always=False) == told(data, always=True)


@few
@given(curves())
def test_a_climb_is_not_gone_before_it_can_be(values: list[float]) -> None:
    """However many values there are to be; the last one may be replaced by a higher one yet."""
    climb, rests = Climb(), 0
    for value in values:
        was, rests = climb.gone, max(rests - 1, climb.safe_for - 1)
        climb.add(value, lambda: float(len(climb.values)))  # the fewest that can be
        assert rests < 0 or climb.gone == was


def test_who_watches_running_values_watches_results_too() -> None:
    """A look at running values is one for part of the diagnoses; what moved then is kept for the others alone."""
    for judge in judges():
        assert "step" not in judge.WATCHES or judge.WATCHES >= VALUES


@few
@given(curves())
def test_the_noise_of_a_loss_is_never_more_than_is_told_at_once(values: list[float]) -> None:
    """So that it need not be worked out where it cannot matter."""
    progress = Progress()
    for value in values:
        progress.add(value)
        assert progress.noise <= progress.noise_at_most
