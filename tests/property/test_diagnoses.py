"""What must hold of every curve: units, epoch numbers, chunks and the future change no alarm."""

from __future__ import annotations

import math
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tailwatch.core.events import Data, Notice
from tailwatch.session import Session

CURVES = frozenset(
    {"overfitting", "diverged", "plateau", "spike", "oscillating", "lr_too_high", "early_stopped_too_late", "underfitting"}
)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def runs(draw: st.DrawFn) -> list[tuple[float, float]]:
    """Training falls (or stands, or explodes), validation follows it and may turn; both are noisy."""
    n = draw(st.integers(8, 50))
    pace, floor = draw(st.floats(2, 40)), draw(st.floats(0.01, 1))
    turn, slope = draw(st.integers(1, 40)), draw(st.floats(0, 0.2))
    blow = draw(st.integers(5, 200))
    noise = draw(st.floats(0, 0.05))
    wobble = draw(st.lists(st.floats(-1, 1), min_size=2 * n, max_size=2 * n))
    rows = []
    for i in range(n):
        train = floor + math.exp(-i / pace) + (0.3 * (i - blow) if i > blow else 0)
        val = train + 0.1 + slope * max(0, i - turn)
        rows.append((train * (1 + noise * wobble[2 * i]), val * (1 + noise * wobble[2 * i + 1])))
    return rows


def log(rows: list[tuple[float, float]], *, factor: float = 1.0, first: int = 1) -> bytes:
    """The values with all digits, so that a factor that is a power of two changes nothing but the exponent."""
    lines = (
        f'{{"epoch": {i + first}, "train_loss": {factor * t!r}, "val_loss": {factor * v!r}}}\n' for i, (t, v) in enumerate(rows)
    )
    return "".join(lines).encode()


def alarms(
    data: bytes, *, chunk: int = 1 << 20, first: int = 1
) -> list[tuple[str, str, float | None, float | None, float | None]]:
    """Every finding on a curve: id, severity, and the epochs (from 1) of its beginning, its alarm and its end."""
    session = Session()
    for start in range(0, len(data), chunk):
        session.feed(Data(data[start : start + chunk], 0.0))
    session.feed(Notice("ended", 1.0))
    found = [f for f in session.findings.findings if f.opinion.id in CURVES]
    places = [(f.opinion.id, f.opinion.severity, f.opinion.since, f.raised, f.closed) for f in found]
    return [
        (name, grave, *(None if p is None or p.epoch is None else p.epoch - first + 1 for p in where))
        for name, grave, *where in places
    ]


@few
@given(runs(), st.integers(-12, 12))
def test_a_factor_on_the_loss_changes_no_finding(rows: list[tuple[float, float]], exponent: int) -> None:
    """A loss in other units is the same curve."""
    assert alarms(log(rows, factor=2.0**exponent)) == alarms(log(rows))


def printed(rows: list[tuple[float, float]], power: int) -> bytes:
    """Six significant digits, as a script prints them, with the point moved."""
    moved = ([f"{Decimal(f'{v:.6g}').scaleb(power):f}" for v in row] for row in rows)
    return "".join(f'{{"epoch": {i + 1}, "train_loss": {t}, "val_loss": {v}}}\n' for i, (t, v) in enumerate(moved)).encode()


@few
@given(runs(), st.integers(-9, 9))
def test_a_power_of_ten_changes_the_digits_and_no_finding(rows: list[tuple[float, float]], power: int) -> None:
    """A loss in thousandths is the same curve, though neither its digits nor their rounding in memory are the same."""
    assert alarms(printed(rows, power)) == alarms(printed(rows, 0))


@few
@given(runs(), st.integers(2, 500))
def test_the_number_of_the_first_epoch_changes_no_finding(rows: list[tuple[float, float]], first: int) -> None:
    """A run that counts its epochs from elsewhere is the same curve; but what it learned before is not known."""
    counted, same = alarms(log(rows, first=first), first=first), alarms(log(rows))
    assert [a for a in counted if a[0] != "plateau"] == [a for a in same if a[0] != "plateau"]


@few
@given(runs(), st.integers(1, 300))
def test_chunks_change_no_finding(rows: list[tuple[float, float]], chunk: int) -> None:
    """However the bytes arrive, the findings and their places are the same."""
    assert alarms(log(rows), chunk=chunk) == alarms(log(rows))


@few
@given(runs())
def test_an_alarm_rests_on_nothing_that_came_later(rows: list[tuple[float, float]]) -> None:
    """Cut right after the epoch that raised it, the log raises the same alarm there."""
    data = log(rows)
    for name, _, _, raised, _ in alarms(data):
        if raised is not None:
            cut = b"".join(data.splitlines(keepends=True)[: int(raised)])
            assert (name, raised) in {(other, at) for other, _, _, at, _ in alarms(cut)}


def test_a_slow_turn_of_a_long_run_is_all_that_is_found() -> None:
    """Validation creeps up from the 300th of 2,000 epochs on: one alarm, said once."""
    rows = [(1 / (i + 1) + 0.1, 1 / (i + 1) + 0.2 + 1e-4 * max(0, i - 300)) for i in range(2000)]
    assert [name for name, _, _, raised, _ in alarms(log(rows)) if raised is not None] == ["overfitting"]
