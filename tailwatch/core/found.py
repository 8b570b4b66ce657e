"""Modules that are found without registration: those of a package whose names have no leading underscore.

`pkgutil` and `importlib` do the same; to load them takes as long as starting Python.
"""

from __future__ import annotations

import os

from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def names_in(folder: str) -> list[str]:
    """Return the names of the modules in a package's folder, in order."""
    files = sorted(os.listdir(folder))  # noqa: PTH208 - start-up counts
    return [name.removesuffix(".py") for name in files if name.endswith(".py") and not name.startswith("_")]


def module_of(package: str, name: str) -> ModuleType:
    """Import a module of a package."""
    found: ModuleType = getattr(__import__(package, fromlist=[name]), name)
    return found
