"""The language of what is said before the settings are known: help, and errors, which may be about these very settings."""

from __future__ import annotations

from tailwatch.core.errors import TailwatchError
from tailwatch.core.typed import TYPE_CHECKING
from tailwatch.language import LANGUAGES, chosen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tailwatch.core.text import Language


def wished(arguments: Sequence[str]) -> Language:
    """Return the language that a command line asks for, else that of settings that can be read, else the locale's."""
    words = " ".join(arguments).replace("=", " ").split(" ")
    after = words[words.index("--lang") + 1 :][:1] if "--lang" in words else []
    wish = next((word for word in after if word in LANGUAGES), None)
    if wish is None:
        from tailwatch.config import load  # noqa: PLC0415 - start-up counts

        try:
            wish = load().lang
        except TailwatchError:  # it may be the error that is to be told
            wish = None
    return chosen(wish)
