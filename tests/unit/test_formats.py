"""`tailwatch formats`: the table of the forms that are read is made from the dialects' samples and from what is read of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tailwatch import dialects
from tailwatch.cli import main
from tailwatch.report.forms import read_sample

FILES = sorted(p.stem for p in Path(dialects.__file__).parent.glob("*.py") if not p.stem.startswith("_"))
SAMPLES = [(dialect, sample, holds) for dialect in dialects.found().dialects for sample, holds in dialect.samples]


@pytest.mark.parametrize("form", ["text", "md"])
def test_every_dialect_appears_with_its_samples(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether or not a sample is broken into several lines of a cell."""
    monkeypatch.setenv("COLUMNS", "160")
    assert main(["formats", "--format", form]) == 0
    text = capsys.readouterr().out
    named = {line.strip(" |").split(" ")[0] for line in text.splitlines() if line.startswith((" ", "| "))}
    assert set(FILES) <= named
    for dialect, sample, _ in SAMPLES:
        first = sample.strip().split()[0].replace("|", r"\|" if form == "md" else "|")
        assert first in text, dialect.NAME


@pytest.mark.parametrize(("dialect", "sample", "holds"), SAMPLES, ids=lambda value: str(getattr(value, "NAME", value))[:60])
def test_a_dialect_reads_its_own_samples_and_finds_the_numbers_that_they_hold(
    dialect: dialects.Dialect, sample: str, holds: str
) -> None:
    """What a sample is said to hold is among what was read of it; no line of it is left out."""
    forms = read_sample(sample)
    assert dialect.NAME in {form.dialect for form in forms}
    assert all(form.read for form in forms)
    read = set(re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", " ".join(form.read for form in forms)))
    assert set(re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", holds)) <= read


def test_the_table_is_said_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    """Head, places and marks; names of metrics are those of the log."""
    assert main(["formats", "--lang", "zh"]) == 0
    text = capsys.readouterr().out
    assert "早停" in text
    assert "an epoch begins" not in text
    assert "is read as" not in text
