"""Trainings that print nothing but progress bars: the epochs' results are those that the script itself wrote down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tailwatch.core.events import Data, Notice
from tailwatch.session import Session

LOGS = sorted((Path(__file__).parents[1] / "data" / "bars").glob("*.log"))
COUNTS_FINISHED_EPOCHS = {"nested"}
"""An outer bar says 0 during the first epoch."""


def results(data: bytes, size: int) -> dict[tuple[float | None, str], list[float]]:
    """Return the values of each epoch, a log's bytes having come in pieces."""
    session = Session(keep_readings=True)
    events = [Data(data[at : at + size], 0.0) for at in range(0, len(data), size)]
    found: dict[tuple[float | None, str], list[float]] = {}
    for event in (*events, Notice("ended", 0.0)):
        for _, reading in session.feed(event).readings:
            for spec, value in zip(reading.series, reading.values, strict=True):
                if reading.axis == "epoch":
                    found.setdefault((reading.epoch, f"{spec.split} {spec.metric}"), []).append(value)
    return found


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
@pytest.mark.parametrize("size", [1 << 20, 700])
def test_bars_alone_tell_each_epoch_s_results(log: Path, size: int) -> None:
    """Each value once, in its epoch and split, to the digits that were shown; nothing else is taken for a result."""
    truth = [json.loads(line) for line in log.with_suffix(".truth.jsonl").read_text().splitlines()]
    first = log.stem in COUNTS_FINISHED_EPOCHS
    wanted = {(t["epoch"] - first, name): [value] for t in truth for name, value in t.items() if name != "epoch"}
    found = results(log.read_bytes(), size)
    assert found.keys() == wanted.keys()
    assert {place: pytest.approx(values, abs=6e-4) for place, values in wanted.items()} == found


def test_there_are_logs_of_every_style() -> None:
    """The logs that the README tells of are there."""
    assert {log.stem for log in LOGS} >= {"two_bars", "split_in_brackets", "wiped_off", "chinese", "nested", "over_epochs"}
