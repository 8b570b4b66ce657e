"""Writing the user's own verdicts on messages into the configuration file, as `[[message]]` tables that `config` reads.

What stands in the file stays as it is, comments and all: a table is added at its end. A lock keeps two monitors from writing at
once, and the file is replaced as a whole, so that nobody ever reads half of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
import tomllib
from pathlib import Path

from tailwatch.core.errors import UsageError, reason
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.config_tables import OwnMessage

_KEYS = ("rule", "text", "verdict", "why", "action")


def remember(message: OwnMessage, path: str) -> None:
    """Add a table to the configuration file, which is made if there is none.

    Raises:
        UsageError: the file is no valid TOML or cannot be written.
    """
    target = Path(path).resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.with_name(f".{target.name}.lock")):
            before = target.read_text("utf-8") if target.exists() else ""
            after = f"{before}{_gap(before)}{_table(message)}"
            tomllib.loads(after)
            _replace(target, after)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("{path} is no valid TOML, so nothing was added to it: {error}.", path=path, error=error) from error
    except OSError as error:
        raise UsageError("{path} cannot be written: {why}.", path=path, why=reason(error)) from error


def _gap(before: str) -> str:
    if not before:
        return ""
    return "\n" if before.endswith("\n") else "\n\n"


def _table(message: OwnMessage) -> str:
    lines = [f"{key} = {_quoted(getattr(message, key))}" for key in _KEYS if getattr(message, key)]
    return "\n".join(["[[message]]", *lines, ""])


def _quoted(text: str) -> str:
    """Write a basic string of TOML, which is one of JSON but for the character DEL and lone surrogates."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(target: Path, content: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123  # a descriptor
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            Path(name).chmod(target.stat().st_mode & 0o777)
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
