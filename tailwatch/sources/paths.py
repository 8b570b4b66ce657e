"""What a path names before it is read: which things are logs, how a name is shown, and whether a server keeps the file."""

from __future__ import annotations

import os
import stat
from functools import lru_cache

from tailwatch.core.errors import LogError, UsageError, reason
from tailwatch.core.text import Text, phrase
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from os import PathLike

    Path = str | bytes | PathLike[str] | PathLike[bytes]

_REMOTE: Final = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "9p",
    "ceph",
    "lustre",
    "gpfs",
    "beegfs",
    "wekafs",
    "panfs",
    "virtiofs",
}
_REMOTE_FUSE: Final = {"glusterfs", "sshfs", "s3fs", "gcsfuse", "beegfs", "juicefs", "cephfs", "lustre"}
"""File systems whose files other machines write: no notifications, late sizes (after GNU tail, and what clusters use)."""


def shown(path: Path) -> str:
    r"""Return a path as a person reads it: bytes that are no UTF-8 and control characters as `\x..` marks."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def why_not_a_log(mode: int) -> str | None:
    """Return what a file of this mode is, if nobody can follow it, or None if it can be read."""
    if stat.S_ISDIR(mode):
        return phrase("a directory")
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return phrase("a device")
    if stat.S_ISSOCK(mode):
        return phrase("a socket")
    return None


def refuse(path: Path, *, wait: bool) -> None:
    """Check a path that somebody wants to follow.

    Raises:
        UsageError: it names a directory, a device or a socket; or, without `wait`, nothing.
        LogError: without `wait`, it may not be read.
    """
    try:
        wrong = why_not_a_log(os.stat(path).st_mode)
    except FileNotFoundError:
        if not wait:
            raise UsageError(
                "{log}: there is no such file; check the path, or let tailwatch wait for it.", log=shown(path)
            ) from None
        return
    except OSError as error:
        if not wait:
            raise LogError("{log} cannot be read: {why}.", log=shown(path), why=reason(error)) from None
        return
    if wrong == "a directory":
        raise UsageError("{log} is a directory; name the log file in it.", log=shown(path))
    if wrong is not None:
        raise UsageError(
            "{log} is {what}, not a log; name a file, or pipe into 'tailwatch -'.", log=shown(path), what=Text(wrong)
        )
    if not wait and not os.access(path, os.R_OK):
        raise LogError("{log} cannot be read: {why}.", log=shown(path), why=Text("Permission denied"))


@lru_cache(maxsize=64)
def is_remote(device: int) -> bool:
    """Return whether the file system with this device number is kept by a server, as far as the system tells."""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
            for line in mounts:
                here, _, there = line.partition(" - ")
                if here.split(" ", 3)[2] == wanted:
                    kind = there.split(" ", 1)[0]
                    return kind in _REMOTE or kind.removeprefix("fuse.") in _REMOTE_FUSE
    except (OSError, IndexError):
        return False
    return False
