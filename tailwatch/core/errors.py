"""What can go wrong for the user: one sentence that says what to do, and the exit code that goes with it."""

from __future__ import annotations

from tailwatch.core.text import Text, phrase, render
from tailwatch.core.typed import Final


class TailwatchError(Exception):
    """The root of all errors that are shown as a sentence, in the language of the user.

    `exit_code` is 2 for wrong usage, 3 for a log that cannot be read.
    """

    exit_code = 2

    def __init__(self, template: str, /, **values: object) -> None:
        """Take a sentence as a template and the values named in it."""
        super().__init__(template)
        self.sentence = Text(template, values)

    def __str__(self) -> str:
        return render(self.sentence)


class UsageError(TailwatchError):
    """The command line or the configuration asks for something that cannot be."""


class LogError(TailwatchError):
    """The log cannot be read."""

    exit_code = 3


class OutputError(TailwatchError):
    """What is printed cannot be written."""


OFTEN: Final = (
    phrase("No such file or directory"),
    phrase("Permission denied"),
    phrase("Is a directory"),
    phrase("Not a directory"),
    phrase("Input/output error"),
    phrase("Stale file handle"),
    phrase("No space left on device"),
    phrase("Read-only file system"),
)
"""What an operating system says most often (errno, POSIX); named so that it is translated."""


def reason(error: OSError, otherwise: str = "") -> Text:
    """Return what the operating system says, `otherwise` where it says nothing."""
    said = error.args[1] if len(error.args) > 1 else None
    return said if isinstance(said, Text) else Text(str(said or otherwise or error))


def words(error: Exception) -> Text:
    """Return what an error says that was raised with a text, or with a sentence that has no values."""
    said = error.args[0] if error.args else None
    return said if isinstance(said, Text) else Text(str(error))
