"""What several tests of one room share."""

from __future__ import annotations

import pytest

from tailwatch.sources.file import FileFollower


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
