"""A number that may be a measurement, and how far its name and its form speak for that."""

from __future__ import annotations

from tailwatch.core.records import record
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Field, NumberForm
    from tailwatch.dialects._label import Label
    from tailwatch.dialects._names import Name, Trust
    from tailwatch.dialects._tokens import Scan, Token, UnitKind
_OF_FLOATS: Final = b"0.,_+-eE"
"""A decimal number that holds more than these has the exponent of Julia or Fortran."""


@record
class Value:
    """A value on its way to a field: what it is called, how surely, and how it is written."""

    field: Field
    name: Name
    explicit: bool
    decimal: bool
    label: Label
    inherited: bool = False

    @property
    def trust(self) -> Trust:
        return self.name.trust

    @property
    def strong(self) -> bool:
        """Whether the name and the way it is written make it a metric beyond doubt."""
        if self.trust in ("plain", "known"):
            return self.explicit or self.decimal
        return self.trust == "weak" and self.decimal and self.explicit


def form_of(scan: Scan, token: Token, kind: UnitKind) -> NumberForm:
    """Return how a number is written."""
    if kind == "magnitude":
        return "magnitude"
    number = scan.masked[token.start : token.end]
    if b"." in number and (scan.commas or number.translate(None, _OF_FLOATS)):
        return "foreign"
    return "grouped" if b"," in number else "float"
