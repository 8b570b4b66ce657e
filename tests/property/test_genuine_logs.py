"""What must hold of every genuine log: cuts, rhythm, units, the future and a replay change no alarm, and none flickers."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from playing import ALL, fed, live, name_of, session_for, whole

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.session import Session
from tailwatch.sources.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import SourceEvent

BY_THE_CLOCK = {"stalled", "slowdown"}
"""What rests on the times at which a log came, where it prints none of its own."""

CURVES = {
    "overfitting", "diverged", "plateau", "spike", "oscillating", "lr_too_high", "warmup_missing", "early_stopped_too_late",
    "underfitting", "val_better_than_train", "lr_schedule", "not_a_number",
}  # fmt: skip

few = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.generate],  # a smaller example of a genuine log explains no more
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
every_log = pytest.mark.parametrize("log", ALL, ids=name_of)


def story(session: Session) -> list[str]:
    """Every finding with all it says, but for those by the clock where the clock is not the log's own."""
    stamped = session.run.moment()[1]
    return [
        repr(f) for f in session.findings.findings if f.opinion.id not in BY_THE_CLOCK or (stamped and f.opinion.id != "stalled")
    ]


def arriving(raw: bytes, sizes: list[int], pauses: list[float], *, alive: bool | None) -> Iterator[SourceEvent]:
    """The bytes in pieces of these sizes, after these pauses, each again and again; then the writer is gone."""
    at = now = 0.0
    n = start = 0
    yield Tick(now, alive)
    while start < len(raw):
        size, now = sizes[n % len(sizes)], now + pauses[n % len(pauses)]
        if now - at > 1:
            at = now
            yield Tick(now, alive)
        yield Data(raw[start : start + size], now)
        start, n = start + size, n + 1
    yield Tick(now, alive and False)
    yield Notice("ended", now)


@every_log
@few
@given(
    sizes=st.lists(st.one_of(st.integers(1, 9), st.integers(10, 4000), st.just(1 << 20)), min_size=1, max_size=6),
    pauses=st.lists(st.floats(0, 500), min_size=1, max_size=5),
    alive=st.sampled_from([None, True]),
)
def test_neither_cuts_nor_rhythm_change_a_finding(log: Path, sizes: list[int], pauses: list[float], alive: bool | None) -> None:
    """Byte by byte or whole, in a second or in days: all that is said is the same, but what is said of time itself."""
    raw = log.read_bytes()[:20_000]
    broken = fed(session_for(log), arriving(raw, sizes, pauses, alive=alive))
    assert story(broken) == story(fed(session_for(log), arriving(raw, [len(raw)], [0.0], alive=alive)))


@every_log
def test_an_alarm_rests_on_nothing_that_came_later(log: Path) -> None:
    """Cut right after the line that raised it, the log raises it there."""
    lines = log.read_bytes().split(b"\n")
    for finding in whole(log).findings.findings:
        if finding.raised is not None:
            at = finding.raised.line
            kept = b"\n".join(lines[:at]) + b"\n"
            cut = fed(session_for(log), [Data(kept, 0.0), Notice("ended", 0.0)])
            assert (finding.key, at) in {(f.key, f.raised and f.raised.line) for f in cut.findings.findings}


@every_log
def test_no_alarm_flickers(log: Path) -> None:
    """Whole or as it was written, the same finding opens twice at most."""
    for session in (whole(log), live(log)):
        opened = Counter(f.key for f in session.findings.findings)
        assert not [key for key, times in opened.items() if times > 2]


def alerts(session: Session) -> list[tuple[str, str, object]]:
    return [
        (f.key, f.opinion.severity, f.raised) for f in session.findings.findings if f.raised and f.opinion.id not in BY_THE_CLOCK
    ]


FATAL = {"crashed", "out_of_memory"}
UNSURVIVED = [log for log in ALL if log.parent.name not in FATAL or log.stem.startswith("raises_")]
"""A replay knows that the process lived on after a failure; of the log alone that is known once values follow."""


@pytest.mark.parametrize("log", UNSURVIVED, ids=name_of)
def test_a_replay_raises_what_the_report_says_was_raised(log: Path) -> None:
    """The same alerts at the same lines."""
    played = fed(session_for(log), Replay(str(log), float("inf")).events(threading.Event()))
    assert alerts(played) == alerts(whole(log))


def curve_of(log: Path) -> list[tuple[float, float | None, float | None]]:
    """The epoch, training loss and validation loss of a log's last run, where it has them by epochs."""
    pair = next((p for p in whole(log).run.pairs() if p.metric == "loss"), None)
    if pair is None:
        return []
    found: dict[float, list[float | None]] = {}
    for side, series in enumerate((pair.train, pair.val)):
        if series is not None and series.axis == "epoch":
            for epoch, value in zip(series.epochs, series.values, strict=True):
                found.setdefault(epoch, [None, None])[side] = value
    return [(e, t, v) for e, (t, v) in sorted(found.items()) if e == e]


CURVED = [log for log in ALL if len(curve_of(log)) >= 4]


def printed(
    curve: list[tuple[float, float | None, float | None]], *, scale: int = 0, factor: float = 1.0, first: int = 1
) -> bytes:
    """A curve as a loop prints it; a power of ten moves the point and thereby changes which digits stand where."""

    def text(value: float) -> str:
        if value - value != 0.0:
            return str(value)
        moved = f"{Decimal(repr(value * factor)).scaleb(scale):f}"
        return moved if "." in moved else f"{moved}.0"

    rows = []
    for i, (_, *sides) in enumerate(curve):
        said = [f"{name} loss {text(value)}" for name, value in zip(("train", "val"), sides, strict=True) if value is not None]
        rows.append(f"epoch {i + first} {' '.join(said)}\n")
    return "".join(rows).encode()


def found_on(data: bytes, first: int = 1) -> list[tuple[object, ...]]:
    """Every finding on a curve, by its lines."""
    session = fed(Session(), [Data(data, 0.0), Notice("ended", 0.0)])
    held = [f for f in session.findings.findings if f.opinion.id in CURVES]
    return [
        (f.opinion.id, f.opinion.severity, f.opinion.since.line, f.raised and f.raised.line, f.closed and f.closed.line)
        for f in held
    ]


@pytest.mark.parametrize("log", CURVED, ids=name_of)
@settings(few, max_examples=1)
@given(scale=st.integers(-9, 9), factor=st.floats(1e-3, 1e3), first=st.integers(2, 10_000))
def test_other_units_and_other_numbers_are_the_same_curve(log: Path, scale: int, factor: float, first: int) -> None:
    """Neither a factor, nor a power of ten, nor where the epochs begin to count changes what is found, or at which line."""
    curve = curve_of(log)
    plain = found_on(printed(curve))
    assert found_on(printed(curve, scale=scale)) == plain
    assert found_on(printed(curve, factor=factor)) == plain
    assert found_on(printed(curve, first=first)) == plain
