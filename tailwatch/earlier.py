"""Earlier runs at the command line: which one a run is compared with, what is remembered of it, and the list of them.

The history is asked and written unasked only for what people read; programs (`--format json`, `check`) get what their arguments
say, whatever was read before, unless `--baseline last` asks for it.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from typing import TYPE_CHECKING, TextIO

from tailwatch.core.sanitise import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.config import Settings
    from tailwatch.history.record import Record
    from tailwatch.history.store import Store
    from tailwatch.session import Session

LAST = "last"
NONE = "none"


def store(settings: Settings) -> Store | None:
    """Return the history, None where the user does not want one."""
    if settings.history == "off":
        return None
    from tailwatch.history.store import Store, state_file  # noqa: PLC0415 - only who needs it loads SQLite

    return Store(state_file(), _tell)


def settle(session: Session, log: str, choice: str | None, settings: Settings, *, unasked: bool) -> None:
    """Compare a run that was read to its end with the last good one of its folder, and remember it.

    Args:
        session: what was read.
        log: the path as it was given.
        choice: what `--baseline` said.
        settings: the user's.
        unasked: whether the last good run is taken, and this one remembered, without `--baseline last`.
    """
    wanted = choice == LAST or (choice is None and unasked)
    history = store(settings) if wanted or unasked else None
    if history is None:
        return
    try:
        info = os.stat(log)  # noqa: PTH116
    except OSError:
        return
    if not stat.S_ISREG(info.st_mode):
        return
    from tailwatch.history.record import baseline, kind_of, record  # noqa: PLC0415

    row = record(session, os.path.realpath(log), info.st_mtime)
    if wanted:
        path, key = os.path.realpath(log), None if row is None else row.key
        found = history.last_good(path, key, kind_of(session.run.series()))
        try:
            if found is not None:
                session.compare(baseline(found))
        except (ValueError, KeyError, TypeError):
            _tell(
                f"the history holds {found.log if found else log} in a form that cannot be read; the run is not compared with it."
            )
    if row is not None and row.outcome != "running":
        history.add([row])


def list_runs(folder: str | None, out: TextIO, settings: Settings, *, as_json: bool) -> None:
    """Write the runs that are remembered, newest first; with a folder, those in it."""
    history = store(settings)
    rows = [] if history is None else history.runs(None if folder is None else os.path.realpath(folder))
    if as_json:
        import json  # noqa: PLC0415

        out.write(json.dumps([_as_data(r) for r in rows], ensure_ascii=False, indent=2) + "\n")
    elif rows:
        out.writelines(_table(rows))
    else:
        out.write("No runs are remembered here; `tailwatch report LOG` remembers the runs it reads.\n")


def _as_data(row: Record) -> dict[str, object]:
    import json  # noqa: PLC0415

    return {**row._asdict(), "log": sanitise(row.log), "went_well": row.went_well, "numbers": json.loads(row.numbers)}


def _table(rows: list[Record]) -> Iterator[str]:
    yield f"{'LAST WRITTEN':<17} {'OUTCOME':<14} {'ALARMS':>6}  {'BEST':<28} LOG\n"
    for row in rows:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(row.ended))
        sign = "+" if row.went_well else " "
        yield f"{when:<17}{sign}{row.outcome.replace('_', ' '):<14} {row.alarms:>6}  {_best(row):<28} {sanitise(row.log)}\n"
    yield "+ went well: the newest of its kind in a folder is the baseline of the next run there.\n"


def _best(row: Record) -> str:
    from tailwatch.core.text import compact  # noqa: PLC0415
    from tailwatch.history.record import baseline  # noqa: PLC0415

    try:
        curves = baseline(row).curves
    except (ValueError, KeyError, TypeError):
        return "?"
    curve = next((c for c in curves if c.split in ("val", "test")), curves[0] if curves else None)
    return (
        "" if curve is None or curve.best is None else f"{curve.split or ''} {curve.metric} {compact(curve.best.value)}".strip()
    )


def forget(log: str | None, settings: Settings) -> int:
    """Forget one log's runs, or all; returns how many."""
    history = store(settings)
    return 0 if history is None else history.forget(None if log is None else os.path.realpath(log))


def _tell(sentence: str) -> None:
    sys.stderr.write(f"tailwatch: {sanitise(sentence)}\n")
