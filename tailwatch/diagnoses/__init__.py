"""What can be wrong with a run: one file a diagnosis, found without registration.

A module holds one class `Judge` of the form `core.findings.Diagnosis`, made anew for each segment of the run. Names with a
leading underscore are helpers.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from tailwatch.core.typed import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tailwatch.core.findings import Diagnosis


@cache
def _classes() -> tuple[type[Diagnosis], ...]:
    names = [m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")]
    return tuple(cast("type[Diagnosis]", importlib.import_module(f"{__name__}.{name}").Judge) for name in sorted(names))


def judges() -> list[Diagnosis]:
    """Return a fresh judge of every diagnosis, for one segment."""
    return [judge() for judge in _classes()]
