"""What can be wrong with a run: one file a diagnosis, found without registration.

A module holds one class `Judge` of the form `core.findings.Diagnosis`, made anew for each segment of the run. Names with a
leading underscore are helpers.
"""

from __future__ import annotations

from functools import cache

from tailwatch.core.found import module_of, names_in
from tailwatch.core.typed import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tailwatch.core.findings import Diagnosis


@cache
def _classes() -> tuple[type[Diagnosis], ...]:
    return tuple(cast("type[Diagnosis]", module_of(__name__, name).Judge) for name in names_in(__path__[0]))


def judges() -> list[Diagnosis]:
    """Return a fresh judge of every diagnosis, for one segment."""
    return [judge() for judge in _classes()]
