"""Which language is spoken, and where its sentences are kept.

A language is a folder of `.po` files, which people write and the program reads; `.ci/translate` finds the sentences of the
program and brings the files in step with them. English needs none: its sentences stand in the code.
"""

from __future__ import annotations

import os

from tailwatch.core.text import ENGLISH
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tailwatch.core.text import Language

LANGUAGES: Final = ("en", "zh")
_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


def language(code: str) -> Language:
    """Return a language by its code, one of `LANGUAGES`."""
    if code == "en":
        return ENGLISH
    from tailwatch.language.chinese import Chinese  # noqa: PLC0415 - English does not pay for it
    from tailwatch.language.written import Written  # noqa: PLC0415

    return Chinese(code, Written(os.path.join(os.path.dirname(__file__), code)))  # noqa: PTH118, PTH120 - start-up


def chosen(*wishes: str | None, environ: Mapping[str, str] | None = None) -> Language:
    """Return the language of the first wish that is not None or `auto`, else that of the environment."""
    return language(
        next((w for w in wishes if w and w != "auto"), None) or of_environment(os.environ if environ is None else environ)
    )


def of_environment(environ: Mapping[str, str]) -> str:
    """Return the language that LC_ALL, LC_MESSAGES or LANG asks for: the first of them that is set decides (POSIX)."""
    locale = next((value for name in _VARIABLES if (value := environ.get(name))), "")
    asked = locale.partition(".")[0].partition("_")[0].partition("-")[0].lower()
    return asked if asked in LANGUAGES else "en"
