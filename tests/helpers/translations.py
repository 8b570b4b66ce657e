"""Finds every sentence that tailwatch can say, and keeps the `.po` files in step with them.

`.ci/translate` runs it. Sentences are found where they are made: the texts of `Text(...)`, `say(...)`, `of(...)`, `count(...)`,
`phrase(...)`, of errors and of the table of keys; in `tailwatch/diagnoses` and `tailwatch/report/story` every public constant
that is a text; in the catalogue each rule's why and action; the words for settings and metrics in `core/terms.py`. English is the
key; each sentence stands in one file only, the first that has it.
"""

from __future__ import annotations

import ast
import io
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tailwatch"
LANGUAGE = PACKAGE / "language"
CODES = ("zh",)
COMMAND = ".ci/translate"
MAKERS = (
    {"Text": (0,), "say": (0,), "phrase": (0,), "of": (0,), "count": (0, 1), "Key": (3, 4)}
    | dict.fromkeys(("UsageError", "LogError", "OutputError", "TailwatchError"), (0,))
    | dict.fromkeys(("add_argument", "Parser"), ())
)
"""The calls that are given sentences, and where among their arguments those stand."""

HELP = ("help", "description")
PARSERS = ("add_argument", "Parser")
"""What takes sentences by name: they are translated when help is asked for."""

_ROOMS = {
    "diagnoses": "findings",
    "core": "findings",
    "report": "report",
    "tui": "monitor",
    "sources": "sources",
    "arguments.py": "usage",
    "parser.py": "usage",
}
_HEADER = """\
msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""  # without dates and versions, which would differ each time
Sentence = str | tuple[str, str]


@cache
def sentences() -> dict[str, list[Sentence]]:
    """Every sentence by the name of its file, in the order of the code."""
    found: dict[str, list[Sentence]] = {}
    known: set[Sentence] = set()
    for name, sentence in (*_of_code(), *_of_rules()):
        if sentence and sentence not in known:
            known.add(sentence)
            found.setdefault(name, []).append(sentence)
    return found


def _of_code() -> Iterator[tuple[str, Sentence]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0]
        tree = ast.parse(path.read_text("utf-8"))
        public = [part.value for part in constants(tree)] if is_public(path.relative_to(ROOT).as_posix()) else []
        for sentence in (*public, *_calls(tree)):
            yield _ROOMS.get(room, "report"), sentence


def is_public(name: str) -> bool:
    """Whether the public constants of a file are sentences."""
    return "/diagnoses/" in name or "/story/" in name or name.endswith("/terms.py")


def constants(tree: ast.Module) -> Iterator[ast.Constant]:
    """The texts of a module's public constants, those in its tables too."""
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and target.id.isupper() and not target.id.startswith("_") and value is not None:
            for part in value.values if isinstance(value, ast.Dict) else (value,):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part


def name_of(call: ast.Call) -> str:
    """What is called, without what it belongs to."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _calls(tree: ast.Module) -> Iterator[Sentence]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or name_of(call) not in MAKERS:
            continue
        yield from (text for k in call.keywords if k.arg in HELP and name_of(call) in PARSERS for text in _literals(k.value))
        texts = [_literals(call.args[k]) for k in MAKERS[name_of(call)] if k < len(call.args)]
        many = next((_literals(k.value) for k in call.keywords if k.arg == "many"), [])
        if name_of(call) == "count":
            if len(call.args) > 2 and texts[0] and texts[1]:
                yield texts[0][0], texts[1][0]
        elif many and texts and texts[0]:
            yield texts[0][0], many[0]
        else:
            yield from (text for found in texts for text in found)


def made_up() -> Iterator[str]:
    """Where a sentence is put together before it is translated, so that no catalogue can know it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and name_of(call) in MAKERS:
                for k in MAKERS[name_of(call)]:
                    if k < len(call.args) and isinstance(call.args[k], (ast.JoinedStr, ast.BinOp)):
                        yield f"{path.relative_to(ROOT).as_posix()}:{call.lineno}"


def _literals(node: ast.expr) -> list[str]:
    """The texts that an argument may be: a literal, or one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return [*_literals(node.body), *_literals(node.orelse)] if isinstance(node, ast.IfExp) else []


def _of_rules() -> Iterator[tuple[str, Sentence]]:
    for path in sorted((PACKAGE / "catalogue").glob("*.toml")):
        for rule in tomllib.loads(path.read_text("utf-8"))["rule"]:
            for table in (rule, *rule.get("when", ())):
                for key in ("why", "action"):
                    if table.get(key):
                        yield f"rules_{path.stem}", table[key]


def translations(code: str) -> dict[Sentence, str]:
    """What the `.po` files of a language hold; empty where a sentence has no translation yet."""
    found: dict[Sentence, str] = {}
    for path in sorted((LANGUAGE / code).glob("*.po")):
        found.update({m.id: _text(m.string) for m in _read(path, code) if m.id})
    return found


def missing(code: str) -> dict[str, list[Sentence]]:
    """The sentences of each file that have no translation."""
    held = translations(code)
    wanting = {name: [s for s in texts if not held.get(s)] for name, texts in sentences().items()}
    return {name: texts for name, texts in wanting.items() if texts}


def update(code: str) -> None:
    """Write the `.po` files anew: sentences of today, translations of before."""
    held = translations(code)
    folder = LANGUAGE / code
    folder.mkdir(exist_ok=True)
    for name, texts in sentences().items():
        catalog = Catalog(locale=code)
        for sentence in texts:
            text = held.get(sentence, "")
            catalog.add(sentence, text if isinstance(sentence, str) else (text,))
        out = io.BytesIO(_HEADER.format(code=code).encode())
        out.seek(0, io.SEEK_END)
        write_po(out, catalog, width=0, omit_header=True)
        (folder / f"{name}.po").write_bytes(out.getvalue())
    for path in folder.glob("*.po"):
        if path.stem not in sentences():
            path.unlink()


def _read(path: Path, code: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def _text(string: str | tuple[str, ...] | list[str]) -> str:
    return string if isinstance(string, str) else (string or ("",))[0]


def main() -> int:
    """Bring everything up to date, and say what is still to be translated."""
    for code in CODES:
        update(code)
        for name, texts in missing(code).items():
            print(f"tailwatch/language/{code}/{name}.po: {len(texts)} to translate, the first is {texts[0]!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
