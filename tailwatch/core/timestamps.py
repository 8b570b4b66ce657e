"""Reading the time stamps that logs print, without a calendar library: they are ISO-like, absl-like or epoch seconds."""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.lazily import lazy
from tailwatch.core.typed import Final

_DATE_TIME: Final = lazy(
    r"(\d{4})[-/.](\d\d)[-/.](\d\d)(?:[ T_,]{1,2}(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?)?$"
)
_SHORT_DATE: Final = lazy(r"(\d\d)[-/](\d\d)[-/](\d\d(?:\d\d)?)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?$")
_ABSL: Final = lazy(r"[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$")
_EPOCH: Final = lazy(r"[IWEF]0000 00:00:(\d{9,10}(?:\.\d{1,9})?)$")
_SYSLOG: Final = lazy(r"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d)$")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=4096)
def iso(text: str) -> str | None:  # noqa: PLR0911 - one return a form
    """Return ISO 8601 as far as the stamp goes; a date without a year (absl) is kept as `--MM-DDThh:mm:ss`. None if unknown."""
    if found := _DATE_TIME.match(text):
        year, month, day, hour, minute, second, part, zone = found.groups()
        if hour is None:
            return f"{year}-{month}-{day}"
        return f"{year}-{month}-{day}T{hour}:{minute}:{second}" + (f".{part}" if part else "") + (zone or "")
    if found := _SHORT_DATE.match(text):
        first, second_number, third, hour, minute, second, part = found.groups()
        date = f"{third}-{first}-{second_number}" if len(third) == 4 else f"20{first}-{second_number}-{third}"
        return f"{date}T{hour}:{minute}:{second}" + (f".{part}" if part else "")
    if found := _ABSL.match(text):
        if found[1] == "00":
            return None
        return f"--{found[1]}-{found[2]}T{found[3]}:{found[4]}:{found[5]}" + (f".{found[6]}" if found[6] else "")
    if (found := _SYSLOG.match(text)) and found[1] in _MONTHS:
        return f"--{_MONTHS.index(found[1]) + 1:02}-{int(found[2]):02}T{found[3]}"
    if found := _EPOCH.match(text):
        from datetime import UTC, datetime  # noqa: PLC0415 - start-up counts

        return datetime.fromtimestamp(float(found[1]), UTC).isoformat(timespec="milliseconds")
    return None


@lru_cache(maxsize=4096)
def seconds(text: str) -> float | None:
    """Return the stamp as seconds on a scale of its own: only differences between stamps of one log mean anything."""
    stamp = iso(text)
    if stamp is None or "T" not in stamp:
        return None
    if stamp.startswith("--"):
        stamp = "2000" + stamp[1:]
    from datetime import UTC, datetime  # noqa: PLC0415 - start-up counts

    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
