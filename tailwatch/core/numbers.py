"""Numbers as logs write them, and where they stand in the bytes of a line."""

from __future__ import annotations

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAGNITUDES: Final = {b"k": 1e3, b"m": 1e6, b"g": 1e9, b"b": 1e9, b"t": 1e12}
_AS_FLOAT: Final = bytes.maketrans(b",fDd", b".eee")

_DECIMAL: Final = (b"\n0,", b"-0,", b"+0,")
"""How a number begins whose comma is none of thousands."""


def number(raw: bytes, form: str = "float") -> float:
    """Return the number as written: `40,100` is 40100, `17K` is 17000, `3/4` is 0.75; what is no number is NaN.

    `foreign` are the decimal comma of many countries, `0,9121`, Julia's `0.9121f0` and Fortran's `0.9121D-04`.
    No group of thousands begins with 0: `0,912` has a decimal comma whatever it was taken for.
    """
    try:
        if form == "float":
            return float(raw)
        if form == "foreign" or (form == "grouped" and raw.lstrip(b"-+").startswith(b"0,")):
            return float(raw.translate(_AS_FLOAT))
        if form == "grouped":
            return float(raw.replace(b",", b""))
        if form == "magnitude":
            return float(raw[:-1].replace(b",", b"")) * _MAGNITUDES[raw[-1:].lower()]
        share, _, whole = raw.partition(b"/")
        return float(share) / float(whole)
    except (ValueError, KeyError, ZeroDivisionError):
        return float("nan")


def numbers(raw: list[bytes], form: str = "float") -> list[float]:
    """Return the numbers of a column as `number` does for each, many in one pass where they are written alike."""
    if form == "float":
        return list(map(float, raw))
    if form == "grouped":
        joined = b"\n" + b"\n".join(raw)
        if not any(begun in joined for begun in _DECIMAL):
            try:
                return list(map(float, joined[1:].replace(b",", b"").split(b"\n")))
            except ValueError:
                pass  # one of them is no number
    return [number(part, form) for part in raw]


def layout(spans: Iterable[tuple[int, int]], length: int) -> str:
    """Return the `struct` format that takes what stands at the places, in order, out of a line of `length` bytes."""
    pieces, at = [], 0
    for start, end in spans:
        pieces.append(f"{start - at}x{end - start}s")
        at = end
    return "".join(pieces) + f"{length - at}x"
