"""The SQLite file of earlier runs in the user's state directory. It helps, and must never stand in the way.

Several instances may use it at once (SQLite's own locks, with a short wait). A full disk, a directory that cannot be written, a
lock that is not released: one sentence, and the command goes on without the history. A damaged file is set aside under another
name, what can still be read is taken over, and a new one is begun.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path

from tailwatch.core.errors import reason
from tailwatch.core.text import Text, phrase
from tailwatch.core.typed import TYPE_CHECKING, Any, Final, TypeVar
from tailwatch.history.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_Result = TypeVar("_Result")
VERSION: Final = 1
MOST_RUNS: Final = 2000
"""The oldest go when there are more."""

_WAIT_SECONDS: Final = 10.0
_COLUMNS: Final = ", ".join(Record._fields)
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS runs (
    log TEXT NOT NULL, key INTEGER NOT NULL, ended REAL NOT NULL, outcome TEXT NOT NULL, alarms INTEGER NOT NULL,
    kind INTEGER NOT NULL, numbers TEXT NOT NULL, PRIMARY KEY (log, key)
) WITHOUT ROWID
"""
_DAMAGED: Final = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))


def state_file(environ: Mapping[str, str] | None = None) -> Path:
    """Return where the history lies: `$XDG_STATE_HOME/tailwatch`, by default `~/.local/state/tailwatch`."""
    environ = os.environ if environ is None else environ
    home = environ.get("XDG_STATE_HOME", "")
    base = Path(home) if home.startswith("/") else Path(environ.get("HOME") or "/nonexistent") / ".local" / "state"
    return base / "tailwatch" / "runs.sqlite"


class Store:
    """The history.

    Args:
        path: the SQLite file; it and its directory are made when something is first written.
        tell: is given one sentence when the history could not do what was asked.
    """

    def __init__(self, path: Path, tell: Callable[[Text], None]) -> None:
        self.path = path
        self._tell = tell

    def add(self, rows: list[Record]) -> bool:
        """Remember runs; one that is known under its path and key is brought up to date. Returns whether it was done."""
        if not rows:
            return True
        done = self._attempt(lambda db: _write(db, rows), write=True)
        return done is not None

    def runs(self, folder: str | None = None) -> list[Record]:
        """Return the runs, newest first; with `folder` those whose logs lie in it."""
        found = self._attempt(_read, write=False) or []
        return [r for r in found if folder is None or os.path.dirname(r.log) == folder]  # noqa: PTH120 - text, not a file

    def last_good(self, log: str, key: int | None, kind: int) -> Record | None:
        """Return the last run of the same kind that went well in the folder of a log, other than the run itself."""
        folder = os.path.dirname(log)  # noqa: PTH120
        own = (log, key)
        return next((r for r in self.runs(folder) if r.went_well and r.kind == kind and (r.log, r.key) != own), None)

    def forget(self, log: str | None) -> int:
        """Forget the runs of a log, or all of them; returns how many there were."""
        if not _exists(self.path):
            return 0
        everything, one = "DELETE FROM runs", "DELETE FROM runs WHERE log = ?"
        return self._attempt(lambda db: (db.execute(one, (log,)) if log else db.execute(everything)).rowcount, write=True) or 0

    def _attempt(self, work: Callable[[sqlite3.Connection], _Result], *, write: bool) -> _Result | None:
        if not write and not _exists(self.path):
            return None
        try:
            return self._work(work, write=write)
        except sqlite3.Error as error:
            if _is_damage(error):
                return self._mend(work, write=write)
            self._tell(_sentence(self.path, Text(str(error)), write=write))
        except OSError as error:
            self._tell(_sentence(self.path, reason(error), write=write))
        return None

    def _work(self, work: Callable[[sqlite3.Connection], _Result], *, write: bool) -> _Result:
        if write:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(_connect(self.path, write=write)) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise OSError(0, phrase("a newer tailwatch has written it"))
            with db:
                if write:
                    db.execute("BEGIN IMMEDIATE")
                    db.execute(_TABLE)
                    db.execute(f"PRAGMA user_version = {VERSION}")
                return work(db)

    def _mend(self, work: Callable[[sqlite3.Connection], _Result], *, write: bool) -> _Result | None:
        """Set a damaged file aside, take over what can be read of it, and try again; only one instance does so at a time."""
        try:
            with _alone(self.path):
                if _is_damaged(self.path):
                    self._set_aside()
            return self._work(work, write=write) if write or _exists(self.path) else None
        except (OSError, sqlite3.Error) as error:
            self._tell(_sentence(self.path, Text(str(error)), write=write))
            return None

    def _set_aside(self) -> None:
        rows = _rescued(self.path)
        aside = self.path.with_name(f"{self.path.name}.damaged-{time.time_ns()}")
        self.path.rename(aside)
        for ending in ("-journal", "-wal", "-shm"):  # they belong to the damaged file
            other = self.path.with_name(self.path.name + ending)
            if _exists(other):
                other.rename(aside.with_name(aside.name + ending))
        self._work(lambda db: _write(db, rows), write=True)
        values = {"n": len(rows), "file": aside.name}
        self._tell(
            Text("the history was damaged: {n:,} runs could be kept, and the damaged file lies beside it as {file}.", values)
        )


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if write else 'ro'}"
    db = sqlite3.connect(uri, uri=True, timeout=_WAIT_SECONDS, isolation_level=None)
    db.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last run, never the file
    return db


def _write(db: sqlite3.Connection, rows: list[Record]) -> bool:
    marks = ", ".join("?" * len(Record._fields))
    db.executemany(f"INSERT OR REPLACE INTO runs ({_COLUMNS}) VALUES ({marks})", rows)  # noqa: S608 - names of this file's own
    newest = "SELECT log, key FROM runs ORDER BY ended DESC LIMIT ?"
    db.execute(f"DELETE FROM runs WHERE (log, key) NOT IN ({newest})", (MOST_RUNS,))  # noqa: S608
    return True


def _read(db: sqlite3.Connection) -> list[Record]:
    found = db.execute(f"SELECT {_COLUMNS} FROM runs ORDER BY ended DESC, log").fetchall()  # noqa: S608
    return [Record(*row) for row in found]


def _rescued(path: Path) -> list[Record]:
    """Return the rows that a damaged file still gives, read one by one until it fails."""
    rows: list[tuple[Any, ...]] = []
    try:
        with closing(_connect(path, write=False)) as db:
            for row in db.execute(f"SELECT {_COLUMNS} FROM runs"):  # noqa: S608
                rows.append(row)  # noqa: PERF402 - those before the failure count
    except (sqlite3.Error, OSError, OverflowError):
        pass
    return [Record(*row) for row in rows if isinstance(row[0], str) and isinstance(row[-1], str)]


def _is_damage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF) in _DAMAGED


def _is_damaged(path: Path) -> bool:
    """Look again: another instance may have mended it meanwhile."""
    if not _exists(path):
        return False
    try:
        with closing(_connect(path, write=False)) as db:
            found: object = db.execute("PRAGMA quick_check(1)").fetchone()
            return found != ("ok",)
    except sqlite3.Error as error:
        return _is_damage(error)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of mending."""
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _sentence(path: Path, why: Text, *, write: bool) -> Text:
    values = {"path": path, "why": why}
    if write:
        return Text("this run is not remembered: the history {path} cannot be written ({why}).", values)
    return Text("earlier runs are not known: the history {path} cannot be read ({why}).", values)
