r"""Reading the rules' TOML quickly: the part of the language that the catalogue's files use, and no more.

Importing and running `tomllib` on all files takes several times as long as starting Python; this reads a rule's table in
a few microseconds, and only those that a log asks for. The part is: one `key = value` a line; a value is a quoted string on one
line, a list of such strings (on one line, or one a line up to a line that is `]`), a number or a truth value; comments stand on
lines of their own. A test compares every file with what `tomllib` makes of it.
"""

from __future__ import annotations

from tailwatch.core.lazily import lazy
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = str | int | float | bool | tuple[str, ...]
Table = dict[str, Value]

RULE = "[[rule]]\n"
WHEN = "[[rule.when]]"
_QUOTED = lazy(r""" "((?:[^"\\]|\\.)*)"|'([^']*)' """.strip())
_ESCAPE = lazy(r'\\(["\\nt]|u[0-9a-fA-F]{4})')
_PLAIN = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}


def split_rules(toml: str) -> Iterator[str]:
    """Cut a file at its `[[rule]]` headers; what stands before the first is a comment."""
    yield from toml.partition(RULE)[2].split(f"\n{RULE}") if RULE in toml else ()


def read_list(rule: str, key: str) -> tuple[str, ...]:
    """The list of strings under `key` in the rule's own table, empty where the key is missing."""
    begin = rule.find(f"\n{key} = [")
    when = rule.find(f"\n{WHEN}")
    if begin < 0 or 0 <= when < begin:
        return ()
    begin += len(key) + 4
    end = rule.find("\n", begin)
    if rule[end - 1] == "[":
        end = rule.find("\n]\n", begin)
    return _strings(rule[begin:end])


def read_rule(rule: str) -> tuple[Table, tuple[Table, ...]]:
    """The rule's own table, and those of its `[[rule.when]]` in their order.

    Raises:
        ValueError: a line is not of the part of TOML that these files use.
    """
    own, *conditions = rule.split(f"\n{WHEN}\n")
    return _table(own), tuple(map(_table, conditions))


def _table(text: str) -> Table:
    table: Table = {}
    lines = iter(text.splitlines())
    for line in lines:
        if not line or line.startswith("#"):
            continue
        key, separator, value = line.partition(" = ")
        if not separator:
            raise ValueError(f"{line!r} is no `key = value`")
        if value == "[":
            value += "\n".join(iter(lambda: next(lines, "]"), "]"))
        table[key] = _value(value)
    return table


def _value(text: str) -> Value:
    if text[0] == "[":
        return _strings(text)
    if text[0] in "\"'":
        found = _QUOTED.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no quoted string of one line")
        return _unquoted(*found.groups())
    if text in ("true", "false"):
        return text == "true"
    return float(text) if "." in text or "e" in text else int(text)


def _strings(text: str) -> tuple[str, ...]:
    if "\\" not in text and "'" not in text:
        return tuple(text.split('"')[1::2])
    return tuple(_unquoted(*groups) for groups in _QUOTED.findall(text))


def _unquoted(basic: str | None, literal: str | None) -> str:
    text = literal or basic or ""
    if literal or "\\" not in text:
        return text
    return _ESCAPE.sub(lambda escape: _PLAIN.get(escape[1]) or chr(int(escape[1][1:], 16)), text)
