"""Every bundled genuine log is read and judged as its framework's own report says."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tailwatch.reading import read
from tailwatch.report.build import build

ROOT = Path(__file__).parents[2] / "sample_logs"
LOGS = sorted(ROOT.glob("*/*.log"))


def test_there_are_a_dozen_samples() -> None:
    """The folder holds at least twelve logs, each with its expected result."""
    assert len(LOGS) >= 12
    assert all(log.with_suffix(".expected.json").exists() for log in LOGS)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}/{log.stem}")
def test_a_sample_gives_what_its_framework_reported(log: Path) -> None:
    """Validation points, the best of them and its place, the findings and the outcome agree with the framework's report."""
    expected = json.loads(log.with_suffix(".expected.json").read_text())
    report = build(read(str(log)), log.name)
    wanted = expected["validation"]
    found = [s for s in report["series"] if s["series"] == wanted["series"] and s["axis"] == "epoch" and s["split"] == "val"]
    assert found, [s["series"] for s in report["series"]]
    series = found[-1]
    assert (
        wanted["points"] <= series["points"] <= wanted["points"] + 1
    )  # a last evaluation of the best weights may be printed too
    if wanted["best"] is not None:
        place = series["best"]["epoch"] if wanted["axis"] == "epoch" else series["best"]["step"]
        assert series["best"]["value"] == pytest.approx(wanted["best"]["value"], rel=2e-3)
        assert place is None or math.isclose(place, wanted["best"]["at"])
    raised = {f["id"] for f in report["findings"] if f["severity"] != "info"}
    still_open = {f["id"] for f in report["findings"] if f["severity"] != "info" and f["status"] == "open"}
    assert set(expected["findings"]["open"]) <= still_open
    never = expected["findings"]["never"]
    assert not raised if never == "*" else not raised & set(never)
    if expected["outcome"] is not None:
        assert report["outcome"] == expected["outcome"]
