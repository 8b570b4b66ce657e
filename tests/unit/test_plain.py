"""Plain command lines mean without the argument parser what they mean with it."""

from __future__ import annotations

import pytest

from tailwatch.arguments import parse
from tailwatch.plain import plain

LINES = (
    "export a.log",
    "export a.log b.log",
    "export --format jsonl a.log",
    "export a.log b.log --format csv",
    "report a.log",
    "report a.log b.log --format html",
    "report --format json a.log",
    "check a.log",
    "status a.log",
)


@pytest.mark.parametrize("line", LINES)
def test_the_options_are_those_of_the_parser(line):
    """Every one of them, and the function of the command."""
    assert vars(plain(line.split())) == vars(parse(line.split()))


@pytest.mark.parametrize(
    "line",
    [
        *("", "a.log", "export", "export -", "export --all a.log", "export a.log --format xml", "export --format jsonl"),
        *("status", "status a.log b.log", "status --lang zh a.log", "check --ever a.log", "check a.log b.log", "watch a.log"),
        *("report --baseline b.log a.log", "report a.log --format=md", "export a.log --format jsonl b.log", "report --help"),
    ],
)
def test_all_else_is_left_to_the_parser(line):
    """Which knows what is wrong, and says so."""
    assert plain(line.split()) is None
