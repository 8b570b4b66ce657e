"""Command lines that say no more than a command, logs and a format: to load the argument parser would take as long as they do.

What they leave out has the defaults of `arguments.py`; a test compares the two.
"""

from __future__ import annotations

from types import SimpleNamespace

from tailwatch.core.typed import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_SETTINGS: Final = {"config": None, "encoding": None, "lang": None}
_FORMATS: Final = {"export": ("csv", "jsonl"), "report": ("text", "md", "html", "json", "jsonl")}
_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "export": {"all": False},
    "report": {"baseline": None, "at": None},
    "check": {"fail_on": "warning", "ever": False, "baseline": None, "at": None},
    "status": {},
}


def plain(arguments: Sequence[str]) -> argparse.Namespace | None:
    """Return the options of such a command line, None of any other."""
    if not arguments or arguments[0] not in _DEFAULTS:
        return None
    command, logs = arguments[0], list(arguments[1:])
    options = {**_SETTINGS, **_DEFAULTS[command]}
    formats = _FORMATS.get(command)
    if formats is not None:
        form = _form(logs, formats[0])
        if form not in formats:
            return None
        options["format"] = form
    if not logs or any(log.startswith("-") for log in logs) or (formats is None and len(logs) > 1):
        return None
    options |= {"log": logs[0]} if formats is None else {"logs": logs}
    from tailwatch import commands  # noqa: PLC0415 - start-up counts

    return cast("argparse.Namespace", SimpleNamespace(run=getattr(commands, command), **options))


def _form(logs: list[str], default: str) -> str:
    """Take `--format FORM` out of the words where it stands before all logs or behind them."""
    if len(logs) > 2 and "--format" in (logs[0], logs[-2]):
        at = logs.index("--format")
        form = logs[at + 1]
        del logs[at : at + 2]
        return form
    return default
