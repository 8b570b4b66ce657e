"""Sentences, rendered last: a template and its named values become text in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailwatch.core.events import Text

if TYPE_CHECKING:
    from collections.abc import Callable


def render(text: Text, translate: Callable[[str], str] | None = None) -> str:
    """Return the sentence. `translate` maps an English template to another language's; values that are `Text` come first."""
    template = translate(text.template) if translate is not None else text.template
    values = {k: render(v, translate) if isinstance(v, Text) else v for k, v in text.values.items()}
    return template.format(**values)


def compact(value: float) -> str:
    """Return a number as people write it: 0.0001 is 1e-4, 0.35 is 0.35, 37632 is 37,632; four significant digits at most."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    size = abs(value)
    if size >= 1000 and value == int(value):
        return f"{value:,.0f}"
    if size != 0 and (size < 1e-3 or size >= 1e6):
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:.4g}"
