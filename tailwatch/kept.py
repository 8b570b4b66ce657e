"""What was made of the package's own files the last time, kept in the user's cache folder so that no command waits for it.

One file each, for each place where the package is installed, checked against a key: the names, sizes and times of what it was
made of, this program and this Python. It is a convenience: where it is missing, stale, damaged, not ours or cannot be written,
it is made anew.
"""

from __future__ import annotations

import marshal
import os
import sys
import time

from tailwatch import __version__
from tailwatch.core.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 64 << 20
_PRIME = (1 << 61) - 1
_UNUSED_S = 90 * 86_400
"""A file of this age may be of a place where the package is no longer; if it is, it is made anew."""

Key = tuple[object, ...]


def kept(name: str, key: Key, make: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return the parts kept under a name, else make them and keep them: plain values only."""
    path = file_of(name)
    found = read(path, key)
    if found is None:
        found = make()
        keep(path, key, found)
    return found


def key_of(folder: str, ending: str, form: int) -> Key:
    """What is kept must have been made of: this program, this Python, and the files of a folder; `form` is what it looks like."""
    with os.scandir(folder) as entries:
        files = sorted((e.name, (s := e.stat()).st_size, s.st_mtime_ns) for e in entries if e.name.endswith(ending))
    return (form, __version__, sys.version, folder, tuple(files))


def file_of(name: str, of: str = __file__) -> str:
    """Return where something is kept; other installations, or whatever else it is made `of`, have files of other names."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118
    mark = int.from_bytes(of.encode(errors="surrogatepass"), "big") % _PRIME
    return os.path.join(base, "tailwatch", f"{name}-{mark:016x}")  # noqa: PTH118


def read(path: str, key: Key) -> tuple[Any, ...] | None:
    """Return what is kept, or None. Only a file is read that nobody else can write: what it holds is trusted."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            info = os.fstat(file.fileno())
            if info.st_uid != os.geteuid() or info.st_mode & 0o022 or info.st_size > MAX_BYTES:
                return None
            kept_key, *parts = marshal.loads(file.read())  # noqa: S302  # checked above: it is our own
        return tuple(parts) if kept_key == key else None
    except (OSError, ValueError, EOFError, TypeError, AttributeError):
        return None


def keep(path: str, key: Key, parts: tuple[Any, ...]) -> None:
    """Keep parts in a file, if that can be done; the old ones of its folder go."""
    new = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123
            content: Any = (key, *parts)
            file.write(marshal.dumps(content))
        os.replace(new, path)  # noqa: PTH105
        _tidy(os.path.dirname(path), path.rpartition("-")[0])  # noqa: PTH120
    except OSError:
        return


def _tidy(folder: str, prefix: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.path.startswith(f"{prefix}-") and entry.stat().st_mtime < time.time() - _UNUSED_S:
                os.unlink(entry.path)  # noqa: PTH108
