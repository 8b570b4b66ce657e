"""The user's settings: flags over environment over the configuration file over defaults, in one frozen `Settings`.

The file is TOML: `--config FILE`, else `$TAILWATCH_CONFIG`, else `$XDG_CONFIG_HOME/tailwatch/config.toml` (by default in
`~/.config`); only a file that was asked for must exist. Nothing is read before `load` is called, and TOML is imported only where
there is a file.

To add a key: one field with its default and docstring in `Settings`, one entry in `KEYS`, which checks a value wherever it comes
from. The environment variable (`TAILWATCH_` and the key in capitals) follows from it; a flag needs one line in `arguments.py`,
without a default, its `dest` named like the key. The keys of a `[[table]]` stand in `config_tables.py`.
"""

from __future__ import annotations

import os

from tailwatch.core.checks import check_of, checked, encoding, one_of
from tailwatch.core.errors import UsageError, reason
from tailwatch.core.named import NamedTuple
from tailwatch.core.text import Text
from tailwatch.core.typed import TYPE_CHECKING, Any, Final, NoReturn
from tailwatch.whereabouts import PREFIX, default_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tailwatch.config_tables import OwnMessage, Pattern


class Settings(NamedTuple):
    """Everything the user may set, with its default. Plain values only: it is handed to other processes."""

    lang: str = "auto"
    """Language of sentences: en, zh, or auto."""

    history: str = "on"
    """Whether runs are remembered, by path and numbers, to compare later ones with: on or off."""

    encoding: str = "auto"
    """Encoding of logs: a name that Python knows, or auto: decided line by line."""

    cores: str = "auto"
    """Whether a long log is read with two cores where there are two: auto or one."""

    pattern: tuple[Pattern, ...] = ()
    """The user's own dialect, tried before the built-in ones, in order."""

    message: tuple[OwnMessage, ...] = ()
    """The user's own verdicts, in order; the last one that fits a message wins over the catalogue."""

    where: str = ""
    """The configuration file, whether it exists or not: verdicts that are given by a key are written there."""


DEFAULTS: Final = Settings()
KEYS: Final[Mapping[str, Callable[[object], Any]]] = {
    "lang": one_of("auto", "en", "zh"),
    "history": one_of("on", "off"),
    "encoding": encoding,
    "cores": one_of("auto", "one"),
}


def load(flags: Mapping[str, object] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in force.

    Args:
        flags: options of the command line by name; those that are None, or no settings, are passed over. `config` names the file.
        environment: by default this process's.

    Raises:
        UsageError: a sentence that names the file (or variable, or flag) and the key.
    """
    flags = flags or {}
    environment = os.environ if environment is None else environment
    path, asked = file(flags, environment)
    values = _of_file(path, asked)
    values |= _of_environment(environment)
    for key, check in KEYS.items():
        given = flags.get(key)
        if given is not None:
            values[key] = checked(check, given, f"--{key.replace('_', '-')}")
    return Settings(**values, where=path)


def file(flags: Mapping[str, object] | None = None, environment: Mapping[str, str] | None = None) -> tuple[str, bool]:
    """Return the path of the configuration file, and whether it was asked for, so that it must exist."""
    environment = os.environ if environment is None else environment
    asked = (flags or {}).get("config") or environment.get(f"{PREFIX}CONFIG")
    if asked:
        return str(asked), True
    return default_file(environment), False


def _of_file(path: str, asked: bool) -> dict[str, Any]:  # noqa: FBT001 - what `file` returns
    try:
        with open(path, "rb") as opened:  # noqa: PTH123
            content = opened.read()
    except (FileNotFoundError, NotADirectoryError) as error:
        if not asked:
            return {}
        raise UsageError("{path}: there is no such configuration file; check the path.", path=path) from error
    except OSError as error:
        raise UsageError("the configuration file {path} cannot be read: {why}.", path=path, why=reason(error)) from error
    import tomllib  # noqa: PLC0415 - start-up counts

    try:
        found = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError("{path} is not UTF-8 text, which TOML must be; save it as UTF-8.", path=path) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError("{path} is no valid TOML: {error}.", path=path, error=error) from error
    return {key: _value(path, key, value) for key, value in found.items()}


def _value(path: str, key: str, value: object) -> Any:
    from tailwatch.config_tables import TABLES  # noqa: PLC0415 - where there is a file

    table = TABLES.get(key)
    if table is None:
        return checked(check_of(KEYS, key, path, (*KEYS, *TABLES)), value, f"{path}: {key}")
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise UsageError("{path}: {key} must be a list of tables; write [[{key}]] above each.", path=path, key=key)
    return tuple(_entry(f"{path}: [[{key}]] number {i}", entry, *table) for i, entry in enumerate(value, 1))


def _entry(where: str, entry: dict[str, object], made: type[Any], checks: Mapping[str, Callable[[object], Any]]) -> Any:
    values = {k: checked(check_of(checks, k, where, checks), v, f"{where}: {k}") for k, v in entry.items()}
    return made(**values, where=where)


def _of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for name, value in environment.items():
        key = name[len(PREFIX) :].lower()
        if name.startswith(PREFIX) and value and key != "config":
            check = KEYS.get(key) or _no_variable(name)
            values[key] = checked(check, value, Text("the environment variable {name}", {"name": name}))
    return values


def _no_variable(name: str) -> NoReturn:
    from difflib import get_close_matches  # noqa: PLC0415 - for errors only

    known = [key.upper() for key in ("config", *KEYS)]
    near = get_close_matches(name.removeprefix(PREFIX), known, n=1)
    if near:
        raise UsageError(
            "the environment variable {name} is no setting; did you mean {near}? Otherwise unset it.",
            name=name,
            near=f"{PREFIX}{near[0]}",
        )
    raise UsageError(
        "the environment variable {name} is no setting; unset it, or use one of {names}.",
        name=name,
        names=", ".join(f"{PREFIX}{k}" for k in known),
    )
