"""What can go wrong for the user: one sentence that says what to do, and the exit code that goes with it."""

from __future__ import annotations


class TailwatchError(Exception):
    """The root of all errors that are shown as a sentence. `exit_code` is 2 for wrong usage, 3 for a log that cannot be read."""

    exit_code = 2


class UsageError(TailwatchError):
    """The command line or the configuration asks for something that cannot be."""


class LogError(TailwatchError):
    """The log cannot be read."""

    exit_code = 3
