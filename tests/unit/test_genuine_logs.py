"""Each diagnosis has genuine logs that raise it, and genuine near misses that do not; `tests/data/genuine` tells their story."""

from __future__ import annotations

import pkgutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from playing import GENUINE, MADE, is_timed, live, name_of, of, whole

from tailwatch import diagnoses

ENDS_OF_A_PROCESS = {"crashed", "out_of_memory", "killed"}
"""While its process lives a run has not ended, whatever it printed; of a log alone that is known once values follow."""


def logs(kind: str) -> list[Path]:
    return [log for log in MADE if log.name.startswith(f"{kind}_")]


def test_every_diagnosis_has_both() -> None:
    """No diagnosis without a log that raises it and one that only looks like it."""
    for module in pkgutil.iter_modules(diagnoses.__path__):
        if not module.name.startswith("_"):
            kinds = {log.name.split("_")[0] for log in (GENUINE / module.name).glob("*.log")}
            assert kinds & {"raises", "recovers"}, module.name
            assert "near" in kinds, module.name


@pytest.mark.parametrize("log", logs("raises"), ids=name_of)
def test_a_genuine_trouble_is_found(log: Path) -> None:
    """As it was written, and read afterwards where the log alone can tell; what still holds is open."""
    identity = log.parent.name
    assert of(live(log), identity)
    if not is_timed(log):
        assert of(whole(log), identity)


@pytest.mark.parametrize("log", logs("recovers"), ids=name_of)
def test_a_recovered_run_closes_its_alert(log: Path) -> None:
    """It is raised once, and closed while the run goes on; a process that ended is followed by another in the same log."""
    identity = log.parent.name
    found = of(whole(log) if identity in ENDS_OF_A_PROCESS else live(log), identity)
    assert [f.status for f in found] == ["closed"]
    assert found[0].raised is not None
    assert found[0].closed.line < log.read_bytes().count(b"\n")


@pytest.mark.parametrize("log", logs("near_miss"), ids=name_of)
def test_a_near_miss_is_none(log: Path) -> None:
    """Neither as it was written nor afterwards; a failure that was survived is over."""
    identity = log.parent.name
    assert not of(live(log), identity)
    found = of(whole(log), identity)
    assert not found if identity not in ENDS_OF_A_PROCESS else all(f.status == "closed" for f in found)
