"""The parser of a command line: wrong usage is one sentence, and its help is in the user's language."""

from __future__ import annotations

import argparse
import sys

from tailwatch.core.errors import UsageError
from tailwatch.core.text import ENGLISH, Text, phrase
from tailwatch.core.typed import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.text import Language

_FREQUENT = (
    phrase("the following arguments are required: {names}"),
    phrase("unrecognized arguments: {names}"),
    phrase("argument {names}: expected one argument"),
)
_NO_CHOICE = phrase("argument {name}: {given} is none of {choices}")
_NO_NUMBER = phrase("argument {name}: {given} is no number")
_OF_ARGPARSE = (phrase("show this help message and exit"), phrase("show program's version number and exit"))
"""What the standard library says in every help; named so that it is translated."""


class Parser(argparse.ArgumentParser):
    """Takes its sentences as they stand in English; `listing` is a table beneath the help: what is written, and what it does."""

    listing: tuple[tuple[str, str], ...] = ()

    def error(self, message: str) -> NoReturn:
        """Report wrong usage."""
        raise UsageError("{message}; see '{program} --help'.", message=_said(message), program=self.prog)

    def format_help(self) -> str:
        """Return the help in the language that the command line asks for."""
        from tailwatch.language.wished import wished  # noqa: PLC0415 - start-up counts

        language = wished(sys.argv[1:])
        self.formatter_class = lambda prog: _Formatter(prog, language)
        self.description = language.of(self.description or "")
        self._positionals.title = language.of("positional arguments")
        self._optionals.title = language.of("options")
        for action in self._actions:
            action.help = language.of(action.help) if action.help else None
        return super().format_help() + "".join(f"{line}\n" for line in self._listed(language))

    def _listed(self, language: Language) -> Iterable[str]:
        if not self.listing:
            return
        yield from ("", language.of("commands:"))
        for written, about in self.listing:
            yield f"  tailwatch {written:<19} {language.of(about)}"
        yield from ("", language.of("`tailwatch COMMAND --help` tells the options of each."))


class _Formatter(argparse.HelpFormatter):
    """Breaks lines as the language does, by the columns they take."""

    def __init__(self, prog: str, language: Language = ENGLISH) -> None:
        super().__init__(prog)
        self._language = language

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or self._language.of("usage: "))

    def _split_lines(self, text: str, width: int) -> list[str]:
        from tailwatch.report.columns import wrap  # noqa: PLC0415 - start-up counts

        return wrap(text, width=width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in self._split_lines(text, width - len(indent)))


def _said(message: str) -> Text | str:
    """Return what argparse says as a sentence of ours, where it is one of the frequent ones."""
    name, _, wrong = message.removeprefix("argument ").partition(": invalid ")
    kind, _, given = wrong.partition(": ")
    if kind == "choice":
        given, _, choices = given.partition(" (")
        choices = choices.partition("from ")[2].removesuffix(")").replace("'", "")
        return Text(_NO_CHOICE, {"name": name, "given": given, "choices": choices})
    if kind.startswith("float"):
        return Text(_NO_NUMBER, {"name": name, "given": given})
    for template in _FREQUENT:
        before, _, after = template.partition("{names}")
        if message.startswith(before) and message.endswith(after):
            return Text(template, {"names": message[len(before) : len(message) - len(after)]})
    return message
