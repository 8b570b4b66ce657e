"""Where the user's configuration file lies; apart from `config.py`, because asking whether there is one must cost nothing."""

from __future__ import annotations

import os

from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "TAILWATCH_"


def default_file(environment: Mapping[str, str]) -> str:
    """Return the path of the configuration file that nobody asked for, whether it exists or not."""
    base = environment.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")  # noqa: PTH111, PTH118 - pathlib is slow to load
    return os.path.join(base, "tailwatch", "config.toml")  # noqa: PTH118


def nothing_set(environment: Mapping[str, str]) -> bool:
    """Whether neither environment nor file sets anything, so that the defaults hold."""
    return not any(name.startswith(PREFIX) for name in environment) and not os.path.exists(default_file(environment))  # noqa: PTH110


def to_write_in(where: str) -> str:
    """Return the configuration file as a sentence names it, with `~` for the home folder; `where` is that of the settings."""
    path = where or default_file(os.environ)
    home = os.path.expanduser("~")  # noqa: PTH111
    return f"~{path[len(home) :]}" if home != "/" and path.startswith(home + "/") else path
