"""The user's settings: flags over environment over the configuration file over defaults, in one frozen `Settings`.

The file is TOML: `--config FILE`, else `$TAILWATCH_CONFIG`, else `$XDG_CONFIG_HOME/tailwatch/config.toml` (by default in
`~/.config`); only a file that was asked for must exist. Nothing is read before `load` is called, and TOML is imported only where
there is a file.

To add a key: one field with its default and docstring in `Settings`, one entry in `KEYS`, which checks a value wherever it comes
from. The environment variable (`TAILWATCH_` and the key in capitals) follows from it; a flag needs one line in `arguments.py`,
without a default, its `dest` named like the key. To add a key to a `[[table]]`: the same in its tuple and in `TABLES`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from tailwatch.core.checks import amount, encoding, one_of, some_of, text, texts, times, truth
from tailwatch.core.errors import UsageError, reason, words
from tailwatch.core.text import Text, phrase
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


class OwnWhen(NamedTuple):
    """One `[[message.when]]`: conditions, all of which must hold, under which the verdict on a message is another one."""

    verdict: str = ""
    """The verdict then."""

    why: str = ""
    action: str = ""
    number: str = ""
    """A number that text or pattern names."""

    below: float | None = None
    above: float | None = None
    equals: float | None = None
    """What the number is compared with; below and above are exclusive."""

    seen: str = ""
    unseen: str = ""
    """A rule of the catalogue that the log has, or has not, held so far."""

    repeats: int = 0
    """The least count of the message in the log."""

    phases: tuple[str, ...] = ()
    """Where the run stands: start, training, exit."""

    frameworks: tuple[str, ...] = ()
    """The framework whose dialect the log speaks: keras, huggingface, lightning, boosting."""

    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    """Texts of the message: any of them, none of them."""

    went_on: bool | None = None
    """Whether training values came after it."""

    wrapped: bool | None = None
    """Whether a script caught and printed it."""


class OwnMessage(NamedTuple):
    """One `[[message]]`: the user's own verdict on a message."""

    text: str = ""
    """What stands in the line, letter by letter; `{}` stands for anything, `{name}` for a number."""

    pattern: str = ""
    """Or a regular expression found in the line, with named groups for numbers."""

    rule: str = ""
    """Or the catalogue's rule that knows it, as `tailwatch explain` names it."""

    verdict: str = ""
    """hide, alert (be told each time it begins), or the label it deserves: harmless, info, actionable, fatal."""

    unless: tuple[str, ...] = ()
    """Texts that exclude a line."""

    when: tuple[OwnWhen, ...] = ()
    """Conditions that change the verdict; the first one that holds wins."""

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
    """The user's own verdicts, in order; the last one that fits a message wins over the catalogue."""

    where: str = ""
    """The configuration file, whether it exists or not: verdicts that are given by a key are written there."""


DEFAULTS: Final = Settings()


VERDICTS: Final = ("hide", "alert", "harmless", "info", "actionable", "fatal")
WHEN: Final[Mapping[str, Callable[[object], Any]]] = {
    "verdict": one_of(*VERDICTS),
    "why": text,
    "action": text,
    "number": text,
    "below": amount,
    "above": amount,
    "equals": amount,
    "seen": text,
    "unseen": text,
    "repeats": times,
    "phases": some_of("start", "training", "exit"),
    "frameworks": some_of("keras", "huggingface", "lightning", "boosting"),
    "has": texts,
    "lacks": texts,
    "went_on": truth,
    "wrapped": truth,
}
"""The check of each key of a `[[message.when]]`."""


def conditions(value: object) -> tuple[OwnWhen, ...]:
    """Take the tables under `[[message.when]]`.

    Raises:
        UsageError: names the number of the table and its key.
    """
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ValueError(phrase("a list of tables, with [[message.when]] above each"))
    found = []
    for n, entry in enumerate(value, 1):
        where = f"number {n}"
        found.append(OwnWhen(**{k: _checked(_check_of(WHEN, k, where, WHEN), v, f"{where}: {k}") for k, v in entry.items()}))
    return tuple(found)


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
            "pattern": text,
            "verdict": one_of(*VERDICTS),
            "unless": texts,
            "when": conditions,
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
    path, asked = file(flags, environment)
    values = _of_file(path, asked)
    values |= _of_environment(environment)
    for key, check in KEYS.items():
        given = flags.get(key)
        if given is not None:
            values[key] = _checked(check, given, f"--{key.replace('_', '-')}")
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
    table = TABLES.get(key)
    if table is None:
        return _checked(_check_of(KEYS, key, path, (*KEYS, *TABLES)), value, f"{path}: {key}")
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise UsageError("{path}: {key} must be a list of tables; write [[{key}]] above each.", path=path, key=key)
    return tuple(_entry(f"{path}: [[{key}]] number {i}", entry, *table) for i, entry in enumerate(value, 1))


def _entry(where: str, entry: dict[str, object], made: type[Any], checks: Mapping[str, Callable[[object], Any]]) -> Any:
    values = {k: _checked(_check_of(checks, k, where, checks), v, f"{where}: {k}") for k, v in entry.items()}
    return made(**values, where=where)


def _of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for name, value in environment.items():
        key = name[len(PREFIX) :].lower()
        if name.startswith(PREFIX) and value and key != "config":
            check = KEYS.get(key) or _no_variable(name)
            values[key] = _checked(check, value, Text("the environment variable {name}", {"name": name}))
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


def _check_of(
    checks: Mapping[str, Callable[[object], Any]], key: str, where: str, known: Iterable[str]
) -> Callable[[object], Any]:
    if key in checks:
        return checks[key]
    from difflib import get_close_matches  # noqa: PLC0415 - for errors only

    near = get_close_matches(key, known, n=1)
    if near:
        raise UsageError("{where}: there is no key {key}; did you mean {near}?", where=where, key=repr(key), near=repr(near[0]))
    raise UsageError("{where}: there is no key {key}; the keys are {keys}.", where=where, key=repr(key), keys=", ".join(known))


def _checked(check: Callable[[object], Any], value: object, where: Text | str) -> Any:
    try:
        return check(value)
    except UsageError as error:
        raise UsageError("{where} {error}", where=where, error=error.sentence) from None
    except ValueError as error:
        shown = repr(value)[:60]
        raise UsageError("{where} must be {wanted}, not {value}.", where=where, wanted=words(error), value=shown) from None
