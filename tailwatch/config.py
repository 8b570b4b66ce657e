"""The user's settings: flags over environment over the configuration file over defaults, in one frozen `Settings`.

The file is TOML: `--config FILE`, else `$TAILWATCH_CONFIG`, else `$XDG_CONFIG_HOME/tailwatch/config.toml` (by default in
`~/.config`); only a file that was asked for must exist. Nothing is read before `load` is called, and TOML is imported only where
there is a file.

To add a key: one field with its default and docstring in `Settings`, one entry in `KEYS`, which checks a value wherever it comes
from. The environment variable (`TAILWATCH_` and the key in capitals) follows from it; a flag needs one line in `arguments.py`,
without a default, its `dest` named like the key. To add a key to a `[[table]]`: the same in its tuple and in `TABLES`.
"""

from __future__ import annotations

import codecs
import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tailwatch.core.errors import UsageError
from tailwatch.whereabouts import PREFIX, default_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Pattern(NamedTuple):
    """One `[[pattern]]`: how a line that the user's own script prints is read."""

    line: str = ""
    """A template: the line with `{name}` where a number stands."""

    regex: str = ""
    """Or a regular expression with a named group for each number."""

    split: str = ""
    """Which split its values belong to, where the names do not say: train, val or test."""

    axis: str = ""
    """What its values belong to, where place and split do not tell: epoch (results) or step (running values)."""

    name: str = ""
    """What the report calls it."""

    where: str = ""
    """File and table, for a sentence about it."""


class OwnMessage(NamedTuple):
    """One `[[message]]`: the user's own verdict on a message."""

    text: str = ""
    """What stands in the line, letter by letter; `{}` stands for anything."""

    rule: str = ""
    """Or the catalogue's rule that knows it, as `tailwatch explain` names it."""

    verdict: str = ""
    """hide, alert (be told each time it begins), or the label it deserves: harmless, info, actionable, fatal."""

    unless: tuple[str, ...] = ()
    """Texts that exclude a line."""

    why: str = ""
    """Why, for whoever reads it later."""

    action: str = ""
    """What to do about it."""

    where: str = ""
    """File and table, for a sentence about it."""


class Settings(NamedTuple):
    """Everything the user may set, with its default. Plain values only: it is handed to other processes."""

    lang: str = "auto"
    """Language of sentences: en, zh, or auto."""

    history: str = "on"
    """Whether runs are remembered, by path and numbers, to compare later ones with: on or off."""

    encoding: str = "auto"
    """Encoding of logs: a name that Python knows, or auto: decided line by line."""

    pattern: tuple[Pattern, ...] = ()
    """The user's own dialect, tried before the built-in ones, in order."""

    message: tuple[OwnMessage, ...] = ()
    """The user's own verdicts, asked before the catalogue, in order."""


DEFAULTS: Final = Settings()


def text(value: object) -> str:
    """Take any text but an empty one."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text in quotes")
    return value


def texts(value: object) -> tuple[str, ...]:
    """Take a list of texts."""
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValueError("a list of texts in quotes")
    return tuple(value)


def one_of(*words: str) -> Callable[[object], str]:
    """Take one of a few words."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value.strip().lower() not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return value.strip().lower()

    return check


def encoding(value: object) -> str:
    """Take the name of an encoding of text, or auto."""
    name = value.strip().lower() if isinstance(value, str) else ""
    if name == "auto":
        return name
    try:
        "\n".encode(name)  # a name of something that is no encoding of text raises LookupError as well
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        raise ValueError("auto or the name of an encoding, such as utf-8, utf-16, gb18030 or latin-1") from None


KEYS: Final[Mapping[str, Callable[[object], Any]]] = {
    "lang": one_of("auto", "en", "zh"),
    "history": one_of("on", "off"),
    "encoding": encoding,
}
TABLES: Final[Mapping[str, tuple[type[Any], Mapping[str, Callable[[object], Any]]]]] = {
    "pattern": (
        Pattern,
        {"line": text, "regex": text, "split": one_of("train", "val", "test"), "axis": one_of("epoch", "step"), "name": text},
    ),
    "message": (
        OwnMessage,
        {
            "text": text,
            "rule": text,
            "verdict": one_of("hide", "alert", "harmless", "info", "actionable", "fatal"),
            "unless": texts,
            "why": text,
            "action": text,
        },
    ),
}
"""For each `[[table]]`: the tuple an entry becomes, and the check of each of its keys."""


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
    values = _of_file(*file(flags, environment))
    values |= _of_environment(environment)
    for key, check in KEYS.items():
        given = flags.get(key)
        if given is not None:
            values[key] = _checked(check, given, f"--{key.replace('_', '-')}")
    return Settings(**values)


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
        raise UsageError(f"{path}: there is no such configuration file; check the path.") from error
    except OSError as error:
        raise UsageError(f"the configuration file {path} cannot be read: {error.strerror}.") from error
    import tomllib  # noqa: PLC0415 - start-up counts

    try:
        found = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text, which TOML must be; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is no valid TOML: {error}.") from error
    return {key: _value(path, key, value) for key, value in found.items()}


def _value(path: str, key: str, value: object) -> Any:
    table = TABLES.get(key)
    if table is None:
        return _checked(_check_of(KEYS, key, path, (*KEYS, *TABLES)), value, f"{path}: {key}")
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise UsageError(f"{path}: {key} must be a list of tables; write [[{key}]] above each.")
    return tuple(_entry(f"{path}: [[{key}]] number {i}", entry, *table) for i, entry in enumerate(value, 1))


def _entry(where: str, entry: dict[str, object], made: type[Any], checks: Mapping[str, Callable[[object], Any]]) -> Any:
    values = {k: _checked(_check_of(checks, k, where, checks), v, f"{where}: {k}") for k, v in entry.items()}
    return made(**values, where=where)


def _of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for name, value in environment.items():
        key = name[len(PREFIX) :].lower()
        if name.startswith(PREFIX) and value and key in KEYS:
            values[key] = _checked(KEYS[key], value, f"the environment variable {name}")
    return values


def _check_of(
    checks: Mapping[str, Callable[[object], Any]], key: str, where: str, known: Iterable[str]
) -> Callable[[object], Any]:
    if key in checks:
        return checks[key]
    from difflib import get_close_matches  # noqa: PLC0415 - for errors only

    near = get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(known)}."
    raise UsageError(f"{where}: there is no key {key!r}; {hint}")


def _checked(check: Callable[[object], Any], value: object, where: str) -> Any:
    try:
        return check(value)
    except ValueError as error:
        raise UsageError(f"{where} must be {error}, not {repr(value)[:60]}.") from None
