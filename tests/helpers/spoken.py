"""Finds what the program says to a person without asking the catalogue: literal English where text is shown, and sentences.

Two nets. Where something is shown (`Span(...)`, `row(...)`, `write(...)`, an error, a notice), no literal may hold a word of two
letters, unless it stands in a call that translates it. Anywhere in the rooms that speak, no literal may hold two words or a named
value beside a word: that is a sentence, or a part of one.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple, get_args

from translations import HELP, MAKERS, PACKAGE, PARSERS, constants, is_public, name_of

from tailwatch.tui.paint import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOMS = (
    "tui",
    "report",
    "sources",
    "history",
    "commands.py",
    "cli.py",
    "earlier.py",
    "reading.py",
    "remember.py",
    "config.py",
    "config_tables.py",
    "diagnoses",
    "core/verdict.py",
    "core/checks.py",
    "arguments.py",
    "parser.py",
)
EXCEPT = ("report/recipes.py", "report/framework.py", "sources/identity.py")
"""Code that a report offers; names of frameworks; errors of whoever saves positions, which is a program."""

SHOWN = dict.fromkeys(
    ("Span", "row", "fit", "pad", "wrap", "clipped", "Static", "Label", "Button", "Opened", "note", "notify", "open_page",
     "write", "writelines", "print", "UsageError", "LogError", "OutputError", "_reason", "_block"), 0,
) | {"Best": 2, "Moment": 2, "Notice": 2, "Verdict": 1, "tell": 1, "begin": 1, "behind": 0}  # fmt: skip
"""What shows its arguments, from which one on: before it stand names that programs read."""

_WORD = re.compile(r"[A-Za-z]{2}")
_SENTENCE = re.compile(r"[A-Za-z]{2,}[,:;]? [A-Za-z]{2,}")
_FIELD = re.compile(r"\{[a-z_]+(:[^{}]*)?\}")
_CODE = re.compile(r"[<>]|^(SELECT|DELETE|INSERT|PRAGMA|BEGIN|\nCREATE)\b|'none'|^ FROM |^[a-z]+ \W?[A-Z]{3}")
_NAMES = {"NaN", "inf", "utf-8"}
_ROLES = set(get_args(Role))


class Bypass(NamedTuple):
    """A literal that a person would read in English whatever the language."""

    where: str
    text: str


def bypasses() -> list[Bypass]:
    """Every literal that is shown without the catalogue."""
    return [found for path in _files() for found in of_file(path.relative_to(PACKAGE.parent).as_posix(), path.read_text("utf-8"))]


def of_file(name: str, source: str) -> list[Bypass]:
    """Those of one file."""
    tree = ast.parse(source)
    silent = _silent(tree, public=is_public(name))
    found: dict[int, Bypass] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node) in SHOWN:
            for literal in _shown(node):
                if id(literal) not in silent and _is_word(literal.value):
                    found[id(literal)] = Bypass(f"{name}:{literal.lineno}", literal.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent and _is_sentence(node.value):
            found[id(node)] = Bypass(f"{name}:{node.lineno}", node.value)
    return list(found.values())


def _files() -> Iterator[Path]:
    for room in ROOMS:
        path = PACKAGE / room
        yield from (
            (p for p in sorted(path.rglob("*.py")) if p.relative_to(PACKAGE).as_posix() not in EXCEPT)
            if path.is_dir()
            else [path]
        )


def _is_sentence(text: str) -> bool:
    template = _FIELD.search(text) is not None and _WORD.search(_FIELD.sub("", text)) is not None
    return (template or bool(_SENTENCE.search(text))) and not _CODE.search(text)


def _is_word(text: str) -> bool:
    rest = re.sub(r"--?[\w-]+|\b[\w-]+\.\w+\b|\btailwatch\b", "", text)
    return bool(_WORD.search(rest)) and text not in _ROLES | _NAMES and not _CODE.search(text)


def _silent(tree: ast.Module, *, public: bool) -> set[int]:
    """The literals that nobody reads, or that the catalogue translates: docstrings, annotations, keys, comparisons."""
    silent: set[int] = {id(part) for part in constants(tree)} if public else set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts = [node.value]
        elif isinstance(node, ast.Call) and name_of(node) in MAKERS:
            parts = [*node.args, *(k.value for k in node.keywords if k.arg == "many")]
            parts += [k.value for k in node.keywords if k.arg in HELP and name_of(node) in PARSERS and not _is_made_up(k.value)]
        elif isinstance(node, ast.Call) and name_of(node) in ("cast", "Literal", "TypeVar"):
            parts = [*node.args]
        elif isinstance(node, ast.Compare):
            parts = [node]
        elif isinstance(node, ast.Subscript):
            parts = [node.slice]
        elif isinstance(node, ast.IfExp):
            parts = [node.test]
        parts += [a for key in ("annotation", "returns") if (a := getattr(node, key, None)) is not None]
        silent.update(id(inner) for part in parts for inner in ast.walk(part))
    return silent


def _is_made_up(value: ast.AST) -> bool:
    return isinstance(value, (ast.JoinedStr, ast.BinOp))


def _shown(call: ast.Call) -> Iterator[ast.Constant]:
    """The literals among what a call shows, not those of calls within it, which are looked at by themselves."""
    waiting: list[ast.AST] = [*call.args[SHOWN[name_of(call)] :]]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        elif not isinstance(node, (ast.Call, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))
