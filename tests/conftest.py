"""What holds for every test: neither the settings nor the history of whoever runs the tests count."""

from __future__ import annotations

import os

import pytest

from tailwatch.core import weaver


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in os.environ:
        if name.startswith("TAILWATCH_"):
            monkeypatch.delenv(name)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-settings"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(autouse=True)
def _few_lines_are_read_together_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The logs of tests are short; what is said of their few lines is to hold of many."""
    monkeypatch.setattr(weaver, "FEW", 0)
