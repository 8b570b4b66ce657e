"""Records behave as dataclasses do."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from tailwatch.core.records import record


@record
class Kept:
    """What is kept of a run."""

    name: str
    value: float
    unit: str = "s"

    @property
    def told(self) -> str:
        return f"{self.value:g} {self.unit}"


def test_a_record_is_made_of_what_it_annotates_in_that_order() -> None:
    """Positions, names and defaults."""
    assert Kept("loss", 1.5).told == "1.5 s"
    assert Kept(value=2.0, name="loss", unit="ms").told == "2 ms"
    assert repr(Kept("loss", 1.5)) == "Kept(name='loss', value=1.5, unit='s')"


def test_a_record_takes_nothing_else() -> None:
    """Neither missing nor further values, nor other attributes."""
    with pytest.raises(TypeError):
        Kept("loss")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Kept("loss", 1.0, "s", 4)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        Kept("loss", 1.0).other = 3  # type: ignore[attr-defined]


def test_a_record_survives_the_way_to_another_process() -> None:
    """As every part of a session must."""
    assert pickle.loads(pickle.dumps(Kept("loss", 1.5))).told == "1.5 s"


def test_reading_a_log_loads_nothing_that_is_slow_to_load() -> None:
    """What a command on a small log need not wait for."""
    slow = (
        "typing",
        "re",
        "enum",
        "dataclasses",
        "inspect",
        "argparse",
        "json",
        "datetime",
        "threading",
        "shutil",
        "locale",
        "asyncio",
    )
    code = (
        "import sys; import tailwatch.cli, tailwatch.session, tailwatch.sources.whole, tailwatch.report.export;"
        f"print(*(m for m in {slow} if m in sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not loaded.stdout.split()


def test_a_value_without_a_default_stands_before_those_with_one() -> None:
    """Else it could not be given by its place."""
    with pytest.raises(TypeError, match="default"):

        @record
        class Wrong:
            line: int = 0
            offset: int
