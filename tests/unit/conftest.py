"""What several tests of one room share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from tailwatch.sources.file import FileFollower

if TYPE_CHECKING:
    from tailwatch.tui.snapshot import Snapshot


@pytest.fixture
def log(tmp_path):
    return tmp_path / "nohup.out"


@pytest.fixture
def follow(log):
    """Make followers that are closed after the test."""
    made = []

    def make(path=log, **options):
        made.append(FileFollower(path, **{"hints": False, **options}))
        return made[-1]

    yield make
    for follower in made:
        follower.close()


@pytest.fixture(scope="module")
def overfit() -> Snapshot:
    """What the screen shows of a run that overfits."""
    from panels import sample  # noqa: PLC0415 - the screen is loaded where it is tested

    return sample("keras/seven_replicas_overfit.log")
