"""When a validation curve has turned: what raises it, what is only near it, and when it is over."""

from __future__ import annotations

import math
import random

import pytest

from tailwatch.diagnoses._turn import Turn
from tailwatch.diagnoses.diverged import Climb


def turns(val: list[float], train: list[float] | None = None, planned: float | None = None) -> list[int]:
    """The indices at which a turn opens."""
    turn, opened, was = Turn(), [], False
    for i, value in enumerate(val):
        now = turn.add(value, None if train is None else train[i], planned)
        if now and not was:
            opened.append(i)
        was = now
    return opened


def falling(n: int) -> list[float]:
    return [2 * 0.97**i for i in range(n)]


SEED = random.Random(7)
NOISE = [SEED.gauss(0, 1) for _ in range(1200)]


def test_a_steady_rise_is_seen_however_steep_the_fall_before_it() -> None:
    """Six rises in a row are enough although the first epochs' differences were a hundred times larger."""
    val = [2 * math.exp(-i / 2) + 0.5 for i in range(12)] + [0.51 + 0.02 * i for i in range(12)]
    assert turns(val, falling(24), planned=24) == [17]


def test_a_short_run_needs_two_epochs_a_long_one_three() -> None:
    """Both have the same first epochs; the long one has the time to wait for proof."""
    val = [0.8, 0.7, 0.6, 0.85, 0.95, 1.05, 1.15, 1.25]
    assert turns(val, falling(8), planned=8) == [4]
    assert not turns(val[:5], falling(5), planned=200)


@pytest.mark.parametrize(
    ("val", "planned"),
    [
        ([0.5, 0.8, 0.9, 0.55, 0.45, 0.4, 0.38, 0.37], 8),
        ([1.0, 0.6, 0.5, 0.9, 0.62, 0.51, 0.49, 0.47], 8),
        ([2 * 0.99**i + 0.5 + 0.08 * NOISE[i] for i in range(200)], 200),
        ([0.7 + 0.002 * NOISE[i] for i in range(100)], 100),
    ],
    ids=["a start that jumps", "one bad epoch", "noise", "flat"],
)
def test_what_goes_on_falling_or_stands_still_has_not_turned(val: list[float], planned: float) -> None:
    assert not turns(val, falling(len(val)), planned)


SLOW_RISE = [0.25, 0.09, 0.05, 0.04, 0.0365, 0.0374, 0.0389, 0.0390, 0.0396, 0.0400]


def stopped(val: list[float]) -> bool:
    """Whether a curve whose training was stopped early then has turned."""
    turn = Turn()
    for value, train in zip(val, falling(len(val)), strict=True):
        turn.add(value, train, 50)
    return turn.stop()


def test_a_small_steady_rise_is_enough_once_training_was_stopped_for_it() -> None:
    """A tenth above the best, small beside the fall before it: early stopping says that nothing else came."""
    assert stopped(SLOW_RISE)
    assert not turns(SLOW_RISE, falling(10), planned=50)


@pytest.mark.parametrize(
    "val",
    [
        [*SLOW_RISE[:5], 0.0367, 0.0368, 0.0370, 0.0371, 0.0372],
        [*SLOW_RISE[:5], 0.0400, 0.0372, 0.0395, 0.0376, 0.0398],
    ],
    ids=["hardly a rise", "noise"],
)
def test_early_stopping_alone_is_no_turn(val: list[float]) -> None:
    """Near misses: two per cent above the best, and a curve that bounces as far as it rose."""
    assert not stopped(val)


def restarts(i: int, height: float) -> float:
    """What a cosine rate with warm restarts every fifty epochs does to a loss."""
    return height * 2.718 ** (-i / 200) * (1 + math.cos(math.pi * (i % 50) / 50)) / 2


@pytest.mark.parametrize("planned", [200, None])
def test_both_losses_leap_up_at_a_warm_restart_and_come_down_together(planned: float | None) -> None:
    """Validation is far above its best for dozens of epochs, and no more than training on its way back."""
    base = [0.3 + 2 * math.exp(-i / 70) for i in range(200)]
    train = [b + restarts(i, 0.25) + 0.002 * NOISE[i] for i, b in enumerate(base)]
    val = [b + 0.1 + restarts(i, 0.4) + 0.005 * NOISE[i + 200] for i, b in enumerate(base)]
    assert not turns(val, train, planned)
    turned = [v + 0.004 * max(0, i - 120) for i, v in enumerate(val)]
    assert turns(turned, train, planned)


def test_nothing_is_a_turn_while_training_gets_worse_as_well() -> None:
    """Then it is no overfitting, whatever else it is."""
    val = [1.0, 0.7, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert not turns(val, val, planned=8)


def test_a_slow_creep_far_above_the_noise_is_seen_before_it_has_cost_five_percent() -> None:
    """1,000 epochs, best at 300, rising by 0.02 % an epoch: by its slope it will cost 14 %."""
    val = [max(1.0, 2 - i / 300) + max(0, i - 300) * 0.0002 + 0.0005 * NOISE[i] for i in range(1000)]
    opened = turns(val, [2 * 0.995**i for i in range(1000)], planned=1000)
    assert len(opened) == 1
    assert val[opened[0]] < 1.04


def test_a_turn_is_over_only_when_the_smoothed_curve_is_back() -> None:
    """One lucky epoch closes nothing; a new level below the best does, once."""
    up = [1 - 0.05 * i for i in range(10)] + [0.6 + 0.01 * i for i in range(10)]
    turn = Turn()
    states = [turn.add(v, t, 40) for v, t in zip([*up, 0.5, 0.72, 0.73, 0.4, 0.39, 0.38, 0.37], falling(27), strict=True)]
    assert all(states[19:23])
    assert not states[-1]


def test_an_early_stop_is_evidence_of_its_own() -> None:
    """Three epochs 5 % above the best are a turn once a long run was stopped for them; three at its level are not."""
    for last, turned in ((0.56, True), (0.5, False)):
        turn = Turn()
        for value, train in zip([1.0, 0.7, 0.5, last, last + 0.01, last + 0.02], falling(6), strict=True):
            assert not turn.add(value, train, 100)
        assert turn.stop() == turned


def test_unknown_training_is_taken_to_improve() -> None:
    """Logs that print validation only are judged by it alone."""
    assert turns([1.0, 0.7, 0.5, 0.6, 0.65, 0.7, 0.72, 0.75], None, 8)


def test_a_loss_that_jumps_at_the_start_and_comes_back_has_not_diverged() -> None:
    """Four values are asked for where the best is one of the first two, two where something had been learned."""
    for values, gone in (([0.8, 24.0, 5.0, 0.7, 0.5], False), ([2.0, 1.6, 1.2, 0.8, 2.5, 2.6], True)):
        climb = Climb()
        assert any(climb.add(v) for v in values) == gone


def test_a_slow_turn_under_heavy_one_sided_noise_is_seen_by_the_medians_of_blocks() -> None:
    """600 epochs of unknown plan, spikes upward in every fifth: seen within 150 epochs of the turn, not before it."""
    spikes = [0.5 * abs(NOISE[600 + i]) if i % 5 == 0 else 0.0 for i in range(600)]
    val = [0.6 + 0.4 * math.exp(-i / 40) + 0.0008 * max(0, i - 200) + 0.02 * NOISE[i] + spikes[i] for i in range(600)]
    opened = turns(val, [2 * 0.99**i for i in range(600)])
    assert len(opened) == 1
    assert 200 < opened[0] < 350


def test_a_short_run_of_unknown_length_is_judged_as_one_when_it_has_ended() -> None:
    """Two rises at the end of six values: not enough while more may come, enough once these were all."""
    turn = Turn()
    for value, train in zip([0.8, 0.7, 0.6, 0.55, 0.68, 0.75], falling(6), strict=True):
        assert not turn.add(value, train, None)
    assert turn.finish()
    still = Turn()
    for value, train in zip([0.8, 0.7, 0.6, 0.55, 0.56, 0.55], falling(6), strict=True):
        still.add(value, train, None)
    assert not still.finish()


def test_outliers_that_come_in_groups_are_no_turn_until_a_longer_group_comes() -> None:
    """A run of unknown length that had three high values in a row, and came back, needs more than three the next time."""
    base = [1.0 * 0.97**i + 0.5 for i in range(40)]
    val = [v + (0.6 if i in (20, 21, 30, 31) else 0.0) for i, v in enumerate(base)]
    assert not turns(val, falling(40))
