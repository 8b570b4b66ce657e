"""What stands in for `typing` at run time does nothing."""

from __future__ import annotations

import ast
import typing
from pathlib import Path

from tailwatch.core import typed

PACKAGE = Path(typed.__file__).parents[1]


def test_the_names_are_those_of_typing() -> None:
    """So that a type checker sees the same."""
    assert set(typed.__all__) <= set(typing.__all__)


def test_what_is_called_gives_back_what_it_is_given() -> None:
    """And what is named in annotations can be named."""

    @typed.dataclass_transform(eq_default=False)
    class Told(typed.Protocol):
        @typed.overload
        def of(self, at: int) -> int: ...

        def of(self, at: int) -> int:
            return at

    kind = typed.Literal["min", "max"]
    assert Told().of(3) == 3
    assert typed.cast("int", "x") == "x"
    assert kind is typed.Literal
    assert typed.TypeVar("T") == "T"


def test_only_the_screen_imports_typing_at_run_time() -> None:
    """Its library does too; a command without it loads none of it."""
    for path in PACKAGE.rglob("*.py"):
        if path.is_relative_to(PACKAGE / "tui"):
            continue
        for node in ast.parse(path.read_text()).body:
            assert not (isinstance(node, ast.ImportFrom) and node.module == "typing"), path
