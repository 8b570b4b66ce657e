"""The losses of a generator and a discriminator by their letters: `G: 0.31 | D: 0.70 | GP: 0.12`, behind a bar or alone.

Source: lucidrains, stylegan2-pytorch and lightweight-gan (Trainer.print_log).
"""

from __future__ import annotations

from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tailwatch.core.events import Frame

NAME: Final = "GAN by letters"
ANCHORS: Final = (b"| D: ", b"| G: ")
SAMPLES: Final = (("G: 0.31 | D: 0.70 | GP: 0.12", "losses of generator 0.31 and discriminator 0.7, and 0.12"),)

_NUMBER: Final = rb"(?:-?0{1,9}\.0{1,9}(?:e[-+]00)?|nan)"
_LINE: Final = lazy(rb"\s{0,4}(?:[GD]: " + _NUMBER + rb"(?: \| |\s*$))(?:[A-Z]{1,4}: " + _NUMBER + rb"(?: \| |\s*$)){1,8}")
_PAIR: Final = lazy(rb"([A-Z]{1,4}): (" + _NUMBER + rb")")
_LOSSES: Final = {"G": "generator_loss", "D": "discriminator_loss"}


def read(shape: bytes, frame: Frame) -> Plan | None:  # noqa: ARG001 - every dialect is asked so
    """Read the line where it holds nothing else, and both letters."""
    if _LINE.fullmatch(shape) is None:
        return None
    found = [(pair[1].decode("ascii"), pair.span(2)) for pair in _PAIR.finditer(shape)]
    if not {name for name, _ in found}.issuperset(_LOSSES):
        return None
    fields = (Field("value", *span, SeriesSpec(name, _LOSSES.get(name, name.lower()))) for name, span in found)
    return Plan(NAME, tuple(fields), kind="context")
